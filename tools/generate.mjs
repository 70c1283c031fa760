// Writes the files that are generated from the sources (schema, docs); with --check says which are out of date (exit 1).
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./setup/machine.mjs";

const built = spawnSync(process.execPath, [join(ROOT, "tools/setup.mjs"), "--build"], { stdio: "inherit" });
if (built.status === 0) {
  const { main } = await import(pathToFileURL(join(ROOT, "dist/generate/main.js")).href);
  process.exitCode = main(ROOT, process.argv.slice(2));
} else {
  process.exitCode = built.status ?? 1;
}
