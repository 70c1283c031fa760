import type { Collector, Reading, SourceRead, TargetFacts } from "../model/index.ts";
import { fetchPage } from "./fetch-page.ts";
import { pageSource } from "./page-source.ts";
import { startMark, told } from "./readings.ts";
import { sumOf, type TextPage } from "./text-format.ts";

const WANTED = new Set([
  "node_cpu_seconds_total",
  "node_memory_MemTotal_bytes",
  "node_memory_MemAvailable_bytes",
  "node_network_receive_bytes_total",
  "node_network_transmit_bytes_total",
  "node_boot_time_seconds",
  "node_time_seconds",
]);

/** Not at work; `steal` is what the host machine took, `guest` is in `user` already. */
const NOT_BUSY = new Set(["idle", "iowait", "steal"]);
/** What goes over these goes over a real one too, or never leaves the machine. */
const VIRTUAL = /^(lo\d*|veth.*|docker.*|br-.*|virbr.*|cni.*|flannel.*|cali.*|tap.*|dummy.*|ifb.*)$/;

/** The target's machine, by a node_exporter on it. */
export const nodeExporterCollector: Collector = {
  name: "node_exporter",
  open({ resources }, signal) {
    const url = resources?.nodeExporter;
    if (url === undefined) return Promise.resolve(undefined);
    const question = { what: "node_exporter", url, wanted: (name: string) => WANTED.has(name) };
    return pageSource({ ask: (now) => fetchPage(question, now), facts: factsOf, read: readPage }, signal);
  },
};

function factsOf({ samples }: TextPage): TargetFacts {
  const cpus = new Set(samples.flatMap(({ name, labels }) => (name === "node_cpu_seconds_total" ? [labels.cpu] : [])));
  const memoryBytes = sumOf(samples, "node_memory_MemTotal_bytes");
  const bootedAtSeconds = sumOf(samples, "node_boot_time_seconds");
  return {
    ...(cpus.size === 0 || memoryBytes === undefined ? {} : { machine: { cores: cpus.size, memoryBytes } }),
    ...(bootedAtSeconds === undefined ? {} : { bootedAtSeconds }),
  };
}

interface Kind extends Omit<Reading, "value" | "at"> {
  readonly of: (page: TextPage) => number | undefined;
}

const seconds = { kind: "counter", unit: "s" } as const;
const bytes = { kind: "counter", unit: "bytes" } as const;
const drawn = (panel: string, line: string) => ({ curve: { panel, line } }) as const;
const isReal = ({ device = "" }: Readonly<Record<string, string>>): boolean => !VIRTUAL.test(device);

const KINDS: readonly Kind[] = [
  {
    ...{ name: "machine_cpu", title: "Machine: CPU time", ...seconds, ...drawn("Machine: CPU in cores", "") },
    of: ({ samples }) => sumOf(samples, "node_cpu_seconds_total", ({ mode = "" }) => !NOT_BUSY.has(mode)),
  },
  {
    ...{ name: "machine_cpu_stolen", title: "Machine: CPU time that its host took", ...seconds },
    of: ({ samples }) => sumOf(samples, "node_cpu_seconds_total", ({ mode }) => mode === "steal"),
  },
  {
    ...{ name: "machine_memory", title: "Machine: memory in use", kind: "gauge", unit: "bytes" },
    ...{ ...drawn("Machine: memory", ""), of: memoryInUse },
  },
  {
    ...{
      name: "machine_network_receive",
      title: "Machine: received",
      ...bytes,
      ...drawn("Machine: network", "received"),
    },
    of: ({ samples }) => sumOf(samples, "node_network_receive_bytes_total", isReal),
  },
  {
    ...{ name: "machine_network_transmit", title: "Machine: sent", ...bytes, ...drawn("Machine: network", "sent") },
    of: ({ samples }) => sumOf(samples, "node_network_transmit_bytes_total", isReal),
  },
];

function memoryInUse({ samples }: TextPage): number | undefined {
  const total = sumOf(samples, "node_memory_MemTotal_bytes");
  const available = sumOf(samples, "node_memory_MemAvailable_bytes");
  return total === undefined || available === undefined ? undefined : total - available;
}

function readPage(page: TextPage): SourceRead {
  const booted = sumOf(page.samples, "node_boot_time_seconds");
  const now = sumOf(page.samples, "node_time_seconds");
  return {
    readings: KINDS.flatMap(({ of, ...about }) => told(about, of(page))),
    marks: startMark("the machine", booted, now),
  };
}
