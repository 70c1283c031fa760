import { spawnSync } from "node:child_process";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findExecutables } from "../../src/platform/executables.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { startBeside } from "../../src/stack/beside.ts";
import type { RunningPart } from "../../src/stack/part.ts";
import type { TestServer } from "./server.ts";

const ROOT = join(import.meta.dirname, "../..");
const TOOLS = join(ROOT, ".tools");
export const ALERTMANAGER_FILE = join(ROOT, "prometheus/alertmanager.yml");

/** What Alertmanager posts to a webhook. */
export interface Message {
  readonly receiver: string;
  readonly status: "firing" | "resolved";
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly {
    readonly status: "firing" | "resolved";
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

export async function amtool(
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly said: string }> {
  const [tool] = await findExecutables("amtool", process.env.PATH ?? "", [join(TOOLS, "bin")]);
  if (tool === undefined) throw new Error("No amtool on PATH or in .tools/bin: npm run setup unpacks it.");
  const { status, stdout, stderr } = spawnSync(tool, args, { encoding: "utf8" });
  return { code: status, said: `${stdout}${stderr}` };
}

/** The shipped configuration, but for the address of the webhook, its waiting times and what `change` does. */
export async function startAlertmanager(
  folder: string,
  webhook: string,
  change: (text: string) => string = (text) => text,
): Promise<RunningPart> {
  await mkdir(folder, { recursive: true });
  await cp(join(ROOT, "prometheus/templates"), join(folder, "templates"), { recursive: true });
  const shipped = await readFile(ALERTMANAGER_FILE, "utf8");
  const quick = shipped
    .replaceAll("http://127.0.0.1:9095", webhook)
    .replaceAll(/group_wait: [1-9]\d*s/g, "group_wait: 1s")
    .replaceAll(/group_interval: \d+m/g, "group_interval: 1s");
  await writeFile(join(folder, "alertmanager.yml"), change(quick));
  const started = await startBeside("alertmanager", {
    ...{ folder, toolsFolder: TOOLS, searchPath: process.env.PATH ?? "", clock: systemClock },
    configFile: join(folder, "prometheus.yml"),
  });
  if ("problem" in started) throw new Error(started.problem);
  return started.part;
}

/** The messages that a receiver has had at a path, in their order. */
export function messagesAt(receiver: TestServer, path = "/alerts"): readonly Message[] {
  return receiver.seen
    .filter((seen) => seen.path === path && seen.body !== "")
    .map(({ body }) => JSON.parse(body) as Message);
}
