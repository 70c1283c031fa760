import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { findExecutables } from "../../src/platform/executables.ts";

const TOOLS = join(import.meta.dirname, "../../.tools/bin");

export interface Checked {
  readonly code: number | null;
  /** Both outputs: promtool writes findings to either. */
  readonly said: string;
}

/** Runs the promtool of PATH, else the one that the set-up unpacked beside Prometheus. */
export async function promtool(args: readonly string[], input = ""): Promise<Checked> {
  const [tool] = await findExecutables("promtool", process.env.PATH ?? "", [TOOLS]);
  if (tool === undefined) throw new Error("No promtool on PATH or in .tools/bin: npm run setup unpacks it.");
  const { status, stdout, stderr } = spawnSync(tool, args, { input, encoding: "utf8" });
  return { code: status, said: `${stdout}${stderr}` };
}
