import { reason, type Collector, type Reading, type Reason, type SourceRead, type Target } from "../model/index.ts";
import { isLoopback } from "../platform/addresses.ts";
import { readTextFile } from "../platform/files.ts";
import { listenersOn } from "../platform/listening-process.ts";
import { machineFacts } from "../platform/machine.ts";
import { usageOfTree, type TreeUsage } from "../platform/process-usage.ts";
import { told } from "./readings.ts";

/** Programs that hold a port for another: what they use says nothing of the target. */
const ONLY_FORWARD = new Set([
  ...["docker-proxy", "rootlessport", "slirp4netns", "pasta", "conmon", "ssh", "sshd", "kubectl", "socat"],
  ...["systemd", "nginx", "haproxy", "envoy", "traefik", "caddy"],
]);

/**
 * A process of this machine and what it has started: the one that listens on the target's port, or the one that a file
 * names. Without a word in the configuration it is looked for where the target is on this machine, and that it cannot
 * be found is no problem.
 */
export const processCollector: Collector = {
  name: "process",
  async open(target) {
    const wanted = wantedOf(target);
    if (wanted === undefined) return undefined;
    const first = await rootsOf(wanted);
    if ("problem" in first) return wanted.isConfigured ? first : undefined;
    const { cores, memoryBytes } = machineFacts();
    const known: Known = {
      pids: "problem" in first ? [] : first.pids,
      mark: "problem" in first ? "" : markOf(first.usage),
      reads: 0,
    };
    return {
      facts: { machine: { cores, memoryBytes } },
      read: () => read(wanted, known),
      close: () => Promise.resolve(),
    };
  },
};

type Wanted = { readonly isConfigured: boolean } & ({ readonly port: number } | { readonly pidFile: string });

function wantedOf({ baseUrl, resources }: Target): Wanted | undefined {
  if (resources?.process !== undefined) return { isConfigured: true, ...resources.process };
  const { hostname, port, protocol } = new URL(baseUrl);
  if (resources !== undefined || !isLoopback(hostname.replace(/^\[|\]$/g, ""))) return undefined;
  return { isConfigured: false, port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port) };
}

type Roots = { readonly pids: readonly number[]; readonly usage: TreeUsage } | { readonly problem: Reason };

/** Who holds a port is asked of every open file of every process: too dear for each second beside a load. */
const READS_BETWEEN = 15;

/** What was found last: it holds for some readings, unless the process has gone or is another one. */
interface Known {
  pids: readonly number[];
  mark: string;
  reads: number;
}

function markOf({ pid, startTime }: TreeUsage): string {
  return `${String(pid)} ${startTime}`;
}

async function usageNow(wanted: Wanted, known: Known): Promise<TreeUsage | { readonly problem: Reason }> {
  known.reads += 1;
  const same = known.reads % READS_BETWEEN === 0 ? undefined : usageOfTree(known.pids);
  if (same !== undefined && markOf(same) === known.mark) return same;
  const found = await rootsOf(wanted);
  if ("problem" in found) return found;
  known.pids = found.pids;
  known.mark = markOf(found.usage);
  return found.usage;
}

async function rootsOf(wanted: Wanted): Promise<Roots> {
  const found = "port" in wanted ? await listenersOn(wanted.port) : await pidIn(wanted.pidFile);
  if (typeof found === "string") return fault(found);
  const usage = usageOfTree(found);
  if (usage === undefined) return fault(nobody(wanted));
  if (ONLY_FORWARD.has(usage.command) && "port" in wanted) {
    const text = `Port ${String(wanted.port)} is held by ${usage.command}, which hands on to another process: name the target's own by cadvisor or a pid_file`;
    return fault(text);
  }
  return { pids: found, usage };
}

function nobody(wanted: Wanted): string {
  if ("pidFile" in wanted) return `The process that ${wanted.pidFile} names does not run`;
  return `No process of this machine listens on port ${String(wanted.port)}, or another user's whose files this one may not see: start Chatbench as the same user, or use node_exporter or cAdvisor`;
}

async function pidIn(file: string): Promise<readonly number[] | string> {
  const read = await readTextFile(file, { maxBytes: 1_000 });
  if ("problem" in read) return `The pid_file cannot be read: ${read.problem.text.replace(/\.$/, "")}`;
  const pid = Number(read.text.trim().split(/\s/)[0]);
  return Number.isSafeInteger(pid) && pid > 0 ? [pid] : `The pid_file ${file} holds no process number`;
}

function fault(text: string): { readonly problem: Reason } {
  return { problem: reason("collector_failed", `${text}.`) };
}

async function read(wanted: Wanted, known: Known): Promise<SourceRead> {
  const usage = await usageNow(wanted, known);
  if ("problem" in usage) return usage;
  const { command, cpuSeconds, memoryBytes } = usage;
  const who = `Process ${command}`;
  const readings: readonly Reading[] = [
    ...told(
      {
        ...{ name: "process_cpu", title: `${who}: CPU time`, kind: "counter", unit: "s" },
        curve: { panel: "Process: CPU in cores", line: "" },
      },
      cpuSeconds,
    ),
    ...told(
      {
        ...{ name: "process_memory", title: `${who}: resident memory`, kind: "gauge", unit: "bytes" },
        curve: { panel: "Process: memory", line: "" },
      },
      memoryBytes,
    ),
  ];
  return { readings, marks: [{ what: `the process ${command}`, identity: markOf(usage) }] };
}
