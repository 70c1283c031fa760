import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { promisify } from "node:util";

/** What the operating system says of itself; undefined where it does not (another system, a container, no permission). */
export interface SystemFacts {
  /** Most files that a process started here may hold open; Infinity: no limit. */
  readonly fileLimit: number | undefined;
  /** Cores' worth of CPU time that the container or service may use; Infinity: no limit. */
  readonly cpuQuotaCores: number | undefined;
  readonly clockSource: string | undefined;
  /** Whether a time service keeps the time of day. */
  readonly clockSynchronised: boolean | undefined;
  /** Governors of all cores, each once. */
  readonly cpuGovernors: readonly string[];
  /** Addresses of this machine's own network interfaces. */
  readonly ownAddresses: readonly string[];
}

export async function systemFacts(): Promise<SystemFacts> {
  const [limits, cpuQuotaCores, clockSource, clockSynchronised, cpuGovernors] = await Promise.all([
    textOf("/proc/self/limits"),
    cpuQuota(),
    textOf("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
    synchronised(),
    governors(),
  ]);
  const ownAddresses = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  return {
    fileLimit: fileLimitOf(limits),
    cpuQuotaCores,
    clockSource: clockSource?.trim(),
    ...{ clockSynchronised, cpuGovernors, ownAddresses },
  };
}

async function textOf(path: string): Promise<string | undefined> {
  return await readFile(path, "utf8").catch(() => undefined);
}

/** The soft limit: Node and k6 raise it to the hard one at their start. */
function fileLimitOf(limits: string | undefined): number | undefined {
  const written = /^Max open files\s+(\S+)/m.exec(limits ?? "")?.[1];
  if (written === undefined) return undefined;
  return written === "unlimited" ? Infinity : Number(written);
}

/** The tightest quota on the way from our own control group to the root; undefined where there are none to read. */
async function cpuQuota(): Promise<number | undefined> {
  const groups = await textOf("/proc/self/cgroup");
  if (groups === undefined) return undefined;
  const quotas = await Promise.all(groupFolders(groups).map(quotaOf));
  const known = quotas.filter((quota) => quota !== undefined);
  return known.length === 0 ? Infinity : Math.min(...known);
}

/** Folders of the group that limits our CPU and of all above it, in either version of control groups. */
function groupFolders(groups: string): readonly string[] {
  const folders: string[] = [];
  for (const line of groups.split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const root =
      controllers === ""
        ? "/sys/fs/cgroup"
        : controllers?.split(",").includes("cpu")
          ? "/sys/fs/cgroup/cpu"
          : undefined;
    if (root === undefined || path === undefined) continue;
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

/** systemd's own time service leaves a file; any other is told by timedatectl, where there is one. */
async function synchronised(): Promise<boolean | undefined> {
  if (await exists("/run/systemd/timesync/synchronized")) return true;
  try {
    const { stdout } = await promisify(execFile)("timedatectl", ["show", "-p", "NTPSynchronized", "--value"], {
      timeout: 1000,
    });
    return stdout.trim() === "yes" ? true : stdout.trim() === "no" ? false : undefined;
  } catch {
    return undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

async function governors(): Promise<readonly string[]> {
  const folder = "/sys/devices/system/cpu";
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^cpu\d+$/.test(name));
  const found = await Promise.all(names.map((name) => textOf(`${folder}/${name}/cpufreq/scaling_governor`)));
  return [...new Set(found.flatMap((text) => (text === undefined ? [] : [text.trim()])))];
}
