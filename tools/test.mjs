// `npm test`: every check, then every test, counted from their own results. The last line is the outcome:
//   N passed, N failed[, N skipped]
// Each check counts as one test. Nothing that ran, or no test at all, is a failure too.
import { mkdirSync, rmSync } from "node:fs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ROOT, TOOLS, run } from "./setup/machine.mjs";
import { countsOf } from "./test/counts.mjs";

const CHECKS = [
  ["types", "tsc", ["--noEmit"]],
  ["types of load_tests", "tsc", ["-p", "load_tests", "--noEmit"]],
  ["lint", "eslint", ["."]],
  ["format", "prettier", ["--check", "."]],
  ["arrows", process.execPath, ["tools/arrows.mjs"]],
  ["generated files", process.execPath, ["tools/generate.mjs", "--check"]],
];
/** One after the other: what uses both cores would disturb what the last ones measure. */
const PROJECTS = ["unit", "parts", "real"];

const programPath = (name) => (name.includes("/") ? name : join(ROOT, "node_modules/.bin", name));

async function runChecks() {
  const counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const [name, command, args] of CHECKS) {
    const from = Date.now();
    const { code, output } = await run(programPath(command), args);
    const seconds = ((Date.now() - from) / 1000).toFixed(1);
    process.stdout.write(`${code === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)\n${code === 0 ? "" : output}`);
    counts[code === 0 ? "passed" : "failed"] += 1;
    if (code !== 0) counts.failures.push(`the check of ${name} (above)`);
  }
  return counts;
}

/** Runs one project with its progress on the terminal; the numbers come from the JSON that vitest writes. */
async function runProject(project) {
  const report = join(TOOLS, `test-${project}.json`);
  rmSync(report, { force: true });
  mkdirSync(TOOLS, { recursive: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const args = ["run", "--project", project, "--passWithNoTests", ...reporters];
  const code = await new Promise((done) => {
    const child = spawn(programPath("vitest"), args, { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", () => done(-1));
    child.on("close", (exit) => done(exit ?? -1));
  });
  return countsOf(report, code);
}

const sum = (all, key) => all.reduce((total, counts) => total + counts[key], 0);

const checks = await runChecks();
const tests = [];
for (const project of PROJECTS) tests.push(await runProject(project));
const all = [checks, ...tests];
if (sum(tests, "passed") + sum(tests, "failed") === 0) {
  all.push({ passed: 0, failed: 1, skipped: 0, failures: ["no test ran"] });
}
for (const failure of all.flatMap((counts) => counts.failures)) process.stdout.write(`FAILED ${failure}\n`);
const skipped = sum(all, "skipped");
process.stdout.write(
  `${sum(all, "passed")} passed, ${sum(all, "failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`,
);
process.exitCode = sum(all, "failed") > 0 ? 1 : 0;
