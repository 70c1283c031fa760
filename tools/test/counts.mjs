// Counting what vitest did, so that nothing that went wrong can be missing from the last line.
import { existsSync, readFileSync } from "node:fs";

/** A name and what was said first: a log that is cut short at its top still tells what to look at. */
const failureOf = (name, message) => `${name}: ${(message ?? "").trim().split("\n", 1)[0]}`;

function failuresOf(found, unloaded) {
  const tests = found.testResults.flatMap((file) =>
    file.assertionResults
      .filter((test) => test.status === "failed")
      .map((test) => failureOf(`${file.name} > ${test.fullName}`, test.failureMessages[0])),
  );
  return [...tests, ...unloaded.map((file) => failureOf(file.name, file.message))];
}

/** Tests of one project by its JSON report and vitest's exit code; `failures`: a line for each that failed. */
export function countsOf(report, code) {
  const nothing = [`${report}: vitest left no report (exit ${code})`];
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0, failures: nothing };
  const found = JSON.parse(readFileSync(report, "utf8"));
  // A file that could not be loaded has no tests that could fail.
  const unloaded = found.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failed = found.numFailedTests + unloaded.length;
  const outside = failed === 0 && code !== 0 ? [`${report}: an error outside of every test (exit ${code})`] : [];
  return {
    passed: found.numPassedTests,
    // An error outside of every test (an unhandled rejection) fails the whole.
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: found.numPendingTests + found.numTodoTests,
    failures: [...failuresOf(found, unloaded), ...outside],
  };
}
