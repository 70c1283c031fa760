/** The parts beside Prometheus: what each is for, what its program is called, and how it is started. */
import { dirname, join } from "node:path";
import type { Clock } from "../model/index.ts";
import { findExecutables } from "../platform/executables.ts";
import { readTextFile } from "../platform/files.ts";
import type { PartName } from "./configuration.ts";
import { startPart, type PartStart } from "./part.ts";

const READY_WITHIN_MS = 20_000;

interface Kind {
  readonly title: string;
  /** What is not there without it. */
  readonly loss: string;
  /** Debian's name and the project's own. */
  readonly programs: readonly string[];
  /** Beside prometheus.yml; without it the part cannot run. */
  readonly config?: string;
  readonly readyPath: string;
  readonly args: (at: {
    readonly address: string;
    readonly folder: string;
    readonly config: string;
  }) => readonly string[];
}

const KINDS: Readonly<Record<PartName, Kind>> = {
  alertmanager: {
    title: "Alertmanager",
    loss: "alerts are evaluated, but nobody is told",
    programs: ["prometheus-alertmanager", "alertmanager"],
    config: "alertmanager.yml",
    readyPath: "/-/ready",
    args: ({ address, folder, config }) => [
      `--config.file=${config}`,
      `--storage.path=${join(folder, "alertmanager")}`,
      `--web.listen-address=${address}`,
      `--web.external-url=http://${address}`,
      "--cluster.listen-address=",
    ],
  },
  blackbox: {
    title: "blackbox_exporter",
    loss: "uptime is not measured",
    programs: ["prometheus-blackbox-exporter", "blackbox_exporter"],
    config: "blackbox.yml",
    readyPath: "/-/healthy",
    args: ({ address, config }) => [`--config.file=${config}`, `--web.listen-address=${address}`],
  },
  node: {
    title: "node_exporter",
    loss: "the machine's resources are not recorded",
    programs: ["prometheus-node-exporter", "node_exporter"],
    readyPath: "/metrics",
    args: ({ address }) => [`--web.listen-address=${address}`],
  },
};

export const PART_NAMES = Object.keys(KINDS) as readonly PartName[];

/** `Alertmanager`. */
export function titleOfPart(name: PartName): string {
  return KINDS[name].title;
}

export interface BesideSpec {
  readonly folder: string;
  /** prometheus/prometheus.yml: the other configurations lie beside it. */
  readonly configFile: string;
  readonly toolsFolder: string;
  readonly searchPath: string;
  readonly clock: Clock;
  readonly stop?: AbortSignal;
}

/** Starts one of them, or says in one sentence why not and what is missing without it. */
export async function startBeside(name: PartName, spec: BesideSpec): Promise<PartStart> {
  const { title, loss, programs, config, readyPath, args } = KINDS[name];
  const without = (why: string): PartStart => ({ problem: `Without ${title} ${loss}: ${why}` });
  const program = await findProgram(programs, spec);
  if (program === undefined)
    return without("it was not found on PATH or in .tools/bin. `npm run setup` unpacks one on Debian.");
  const path = join(dirname(spec.configFile), config ?? "");
  if (config !== undefined) {
    const read = await readTextFile(path, { maxBytes: 1_000_000 });
    if ("problem" in read) return without(read.problem.text);
  }
  const { folder, clock, stop } = spec;
  const started = await startPart({
    ...{ title, program, folder, log: name, clock, readyPath, readyWithinMs: READY_WITHIN_MS },
    ...(stop === undefined ? {} : { stop }),
    arguments: (address) => Promise.resolve({ args: args({ address, folder, config: path }) }),
  });
  return "part" in started ? started : without(started.problem);
}

async function findProgram(
  names: readonly string[],
  { searchPath, toolsFolder }: BesideSpec,
): Promise<string | undefined> {
  const found = await Promise.all(names.map((one) => findExecutables(one, searchPath, [join(toolsFolder, "bin")])));
  return found.flat()[0];
}
