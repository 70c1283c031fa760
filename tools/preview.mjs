// `npm run preview`: pictures of the dashboards into docs/images/, drawn from a real Prometheus with real runs.
await import("../dist/generate/preview/main.js");
