import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { promisify } from "node:util";
import { cpuQuotaCores } from "./cpu-quota.ts";

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
  /** `172.18.0.1/16`: behind which containers and virtual machines of this machine are. */
  readonly bridgeSubnets: readonly string[];
  /** This program runs in a container. */
  readonly isContainer: boolean;
  /** When this machine was started, in seconds since 1970; of a container its machine's. */
  readonly bootedAtSeconds: number | undefined;
}

export async function systemFacts(): Promise<SystemFacts> {
  const [limits, quota, clockSource, clockSynchronised, cpuGovernors, ...place] = await Promise.all([
    textOf("/proc/self/limits"),
    cpuQuotaCores(),
    textOf("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
    synchronised(),
    governors(),
    bridgeSubnets(),
    inContainer(),
    textOf("/proc/stat"),
  ]);
  const [subnets, isContainer, stat] = place;
  const ownAddresses = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  const booted = /^btime (\d+)$/m.exec(stat ?? "")?.[1];
  return {
    fileLimit: fileLimitOf(limits),
    clockSource: clockSource?.trim(),
    cpuQuotaCores: quota,
    ...{ clockSynchronised, cpuGovernors, ownAddresses, isContainer, bridgeSubnets: subnets },
    bootedAtSeconds: booted === undefined ? undefined : Number(booted),
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

/** Of interfaces that the kernel has as bridges: Docker's, libvirt's, a bridge over the network card. */
async function bridgeSubnets(): Promise<readonly string[]> {
  const found = Object.entries(networkInterfaces()).map(async ([name, list = []]) =>
    (await exists(`/sys/class/net/${name}/bridge`)) ? list.flatMap(({ cidr }) => cidr ?? []) : [],
  );
  return (await Promise.all(found)).flat();
}

/** Docker, Podman and systemd leave a file; others (containerd, CRI-O) are told by the root's file system or the group. */
async function inContainer(): Promise<boolean> {
  const marks = await Promise.all(["/.dockerenv", "/run/.containerenv", "/run/systemd/container"].map(exists));
  if (marks.includes(true)) return true;
  const [mounts, group] = await Promise.all([textOf("/proc/self/mounts"), textOf("/proc/1/cgroup")]);
  return /^\S+ \/ overlay /m.test(mounts ?? "") || /docker|kubepods|containerd|libpod|lxc|crio/.test(group ?? "");
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
