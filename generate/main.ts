/**
 * Writes what is generated from the source, or with --check says which of it is out of date (exit 1).
 * A new generated file is one line in `generated`.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { editorSchema } from "../src/config/index.ts";
import { configReference } from "./config-reference.ts";
import { dashboardFiles } from "./dashboards/index.ts";
import { metricsReference } from "./metrics-reference.ts";
import { ruleFiles } from "./rules/index.ts";

/** Every generated file: its path from the root of the project, and its whole text. */
export function generated(): readonly { readonly path: string; readonly text: string }[] {
  return [
    { path: "schema/chatbench.schema.json", text: `${JSON.stringify(editorSchema(), null, 2)}\n` },
    { path: "docs/configuration.md", text: configReference() },
    { path: "docs/metrics.md", text: metricsReference() },
    ...ruleFiles(),
    ...dashboardFiles(),
  ];
}

/** Paths whose file under `root` is missing or differs. */
export function drifted(root: string): readonly string[] {
  return generated()
    .filter(({ path, text }) => read(join(root, path)) !== text)
    .map(({ path }) => path);
}

/** Writes those that differ, and gives their paths. */
export function write(root: string): readonly string[] {
  const changed = drifted(root);
  for (const { path, text } of generated().filter((file) => changed.includes(file.path))) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return changed;
}

/** The command: gives the exit code. */
export function main(root: string, args: readonly string[]): number {
  if (!args.includes("--check")) {
    for (const path of write(root)) console.log(`wrote ${path}`);
    return 0;
  }
  const stale = drifted(root);
  for (const path of stale) console.error(`${path} is out of date: npm run generate`);
  return stale.length === 0 ? 0 : 1;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
