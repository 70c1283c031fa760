import { readFile } from "node:fs/promises";

/** How a control group was held to its quota: periods so far, and those in which it had used up its share. */
export interface Throttling {
  readonly periods: number;
  readonly throttled: number;
}

/** The tightest quota on the way from our own control group to the root; undefined where there are none to read. */
export async function cpuQuotaCores(): Promise<number | undefined> {
  const folders = await groupFolders();
  if (folders === undefined) return undefined;
  const quotas = await Promise.all(folders.map(quotaOf));
  const known = quotas.filter((quota) => quota !== undefined);
  return known.length === 0 ? Infinity : Math.min(...known);
}

/** Of our own control group, in which the engine runs too; undefined where no quota is counted. */
export async function throttling(): Promise<Throttling | undefined> {
  for (const folder of (await groupFolders()) ?? []) {
    const text = await textOf(`${folder}/cpu.stat`);
    const [periods, throttled] = ["nr_periods", "nr_throttled"].map((name) =>
      Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text ?? "")?.[1]),
    );
    if (periods !== undefined && throttled !== undefined && periods > 0) return { periods, throttled };
  }
  return undefined;
}

async function groupFolders(): Promise<readonly string[] | undefined> {
  const groups = await textOf("/proc/self/cgroup");
  return groups === undefined ? undefined : foldersOf(groups);
}

/** Folders of the group that limits our CPU and of all above it, nearest first, in either version of control groups. */
export function foldersOf(groups: string): readonly string[] {
  const folders: string[] = [];
  for (const line of groups.split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    const unified = controllers === "";
    if (!unified && !controllers.split(",").includes("cpu")) continue;
    const root = unified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu";
    const parts = path.split("/").filter((part) => part !== "" && part !== "..");
    for (let depth = parts.length; depth >= 0; depth -= 1) folders.push([root, ...parts.slice(0, depth)].join("/"));
  }
  return folders;
}

/** `max 100000` (none) or `150000 100000`: microseconds of CPU in each period; version 1 has a file for each. */
async function quotaOf(folder: string): Promise<number | undefined> {
  const whole = await textOf(`${folder}/cpu.max`);
  const [quota, period] =
    whole?.trim().split(" ") ??
    (await Promise.all(["cpu.cfs_quota_us", "cpu.cfs_period_us"].map((name) => textOf(`${folder}/${name}`))));
  const cores = Number(quota) / Number(period);
  return Number.isFinite(cores) && cores > 0 ? cores : undefined;
}

async function textOf(path: string): Promise<string | undefined> {
  return await readFile(path, "utf8").catch(() => undefined);
}
