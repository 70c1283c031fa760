// Counting what vitest did, so that nothing that went wrong can be missing from the last line.
import { existsSync, readFileSync } from "node:fs";

/** Tests of one project by its JSON report and vitest's exit code. */
export function countsOf(report, code) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const found = JSON.parse(readFileSync(report, "utf8"));
  // A file that could not be loaded has no tests that could fail.
  const unloaded = found.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failed = found.numFailedTests + unloaded.length;
  return {
    passed: found.numPassedTests,
    // An error outside of every test (an unhandled rejection) fails the whole.
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: found.numPendingTests + found.numTodoTests,
  };
}
