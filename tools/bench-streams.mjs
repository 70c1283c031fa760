// `npm run bench:streams`: compiled like the program.
await import("../dist/bench/streams/main.js");
