// `npm run bench`: the bench is compiled like the program, so that it measures what people run.
await import("../dist/bench/main.js");
