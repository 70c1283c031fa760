import { defineConfig } from "vitest/config";

// What takes minutes and is no part of `npm test`: npm run e2e:alerts, e2e:database and e2e:prometheus3 (tools/e2e.mjs).
export default defineConfig({
  test: {
    include: ["test/whole/**/*.whole.ts"],
    fileParallelism: false,
    bail: 1,
    testTimeout: 420_000,
    hookTimeout: 180_000,
    disableConsoleIntercept: true,
  },
});
