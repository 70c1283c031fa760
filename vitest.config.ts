import { defineConfig } from "vitest/config";

/** Tests with real parts that neither make load nor judge a time: two of them may share two cores. */
const BESIDE_ONE_ANOTHER = [
  "test/e2e/{alerts,baseline,compose,dashboards,http,metrics,report,rules,stack,status,store}*.test.ts",
  "test/e2e/{alertmanager,doctor,uptime}*.test.ts",
  "test/faults/{decisions,http,left-over,names,records,store}*.test.ts",
];

// Three projects: `unit` needs nothing but Node; `parts` and `real` start real Prometheus, databases, browsers and k6.
// `real` takes one file at a time, because two load tests on two cores would measure each other.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "demo/**/*.test.ts", "generate/**/*.test.ts", "bench/**/*.test.ts"],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "parts",
          include: BESIDE_ONE_ANOTHER,
          maxWorkers: 2,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: "real",
          include: ["test/**/*.test.ts"],
          exclude: BESIDE_ONE_ANOTHER,
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
