// The rules of .dependency-cruiser.cjs on every module, and the proof that it was every module: a cruiser that cannot
// read TypeScript reports no violation either.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { cruise } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";
import { ROOT, run } from "./setup/machine.mjs";

const FOLDERS = ["src", "demo", "load_tests", "bench", "generate"];

const config = createRequire(import.meta.url)("../.dependency-cruiser.cjs");

async function modulesOnDisk() {
  const patterns = FOLDERS.map((folder) => `${folder}/**/*.ts`);
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "--", ...patterns.map((p) => `:(glob)${p}`)];
  const { code, output } = await run("git", args);
  if (code !== 0) throw new Error(`git ls-files failed, so nothing says which modules there are:\n${output}`);
  return output.split("\n").filter((path) => path !== "" && existsSync(join(ROOT, path)));
}

async function cruiseAll() {
  const folders = FOLDERS.filter((folder) => existsSync(join(ROOT, folder)));
  const options = { ...config.options, baseDir: ROOT, validate: true, ruleSet: { forbidden: config.forbidden } };
  const tsConfig = extractTSConfig(join(ROOT, "tsconfig.json"));
  const { output } = await cruise(folders, options, undefined, { tsConfig });
  return output;
}

process.chdir(ROOT);
const [expected, { modules, summary }] = await Promise.all([modulesOnDisk(), cruiseAll()]);
const seen = new Set(modules.map((module) => module.source));
const missed = expected.filter((path) => !seen.has(path));
const broken = summary.violations.filter((violation) => violation.rule.severity === "error");

for (const { rule, from, to } of broken) {
  const why = config.forbidden.find((candidate) => candidate.name === rule.name)?.comment ?? "";
  process.stdout.write(`${from} -> ${to}\n  breaks ${rule.name}: ${why}\n`);
}
if (missed.length > 0) process.stdout.write(`dependency-cruiser did not see:\n  ${missed.join("\n  ")}\n`);
if (expected.length === 0) process.stdout.write("No module found to check.\n");
const failed = broken.length > 0 || missed.length > 0 || expected.length === 0;
process.stdout.write(
  `${expected.length - missed.length} of ${expected.length} modules seen, ${broken.length} arrows broken\n`,
);
process.exitCode = failed ? 1 : 0;
