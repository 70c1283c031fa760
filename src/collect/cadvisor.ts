import { reason, type Collector, type Reading, type SourceRead, type TargetFacts } from "../model/index.ts";
import { fetchPage } from "./fetch-page.ts";
import { pageSource } from "./page-source.ts";
import { startMark, told } from "./readings.ts";
import { sumOf, type TextPage, type TextSample } from "./text-format.ts";

const WANTED = new Set([
  "container_cpu_usage_seconds_total",
  "container_cpu_cfs_throttled_seconds_total",
  "container_memory_working_set_bytes",
  "container_network_receive_bytes_total",
  "container_network_transmit_bytes_total",
  "container_oom_events_total",
  "container_start_time_seconds",
  "machine_cpu_cores",
  "machine_memory_bytes",
]);
/** How a container is called: by Docker, by Kubernetes, by compose, by its path in the cgroups. */
const NAMES = ["name", "container", "container_label_com_docker_compose_service", "id"] as const;

/** The target's container, by a cAdvisor beside it. */
export const cadvisorCollector: Collector = {
  name: "cadvisor",
  open({ resources }, signal) {
    const cadvisor = resources?.cadvisor;
    if (cadvisor === undefined) return Promise.resolve(undefined);
    const question = { what: "cAdvisor", url: cadvisor.url, wanted: (name: string) => WANTED.has(name) };
    const read = (page: TextPage): SourceRead => readPage(page, cadvisor.container);
    return pageSource({ ask: (now) => fetchPage(question, now), facts: factsOf, read }, signal);
  },
};

function factsOf({ samples }: TextPage): TargetFacts {
  const cores = sumOf(samples, "machine_cpu_cores");
  const memoryBytes = sumOf(samples, "machine_memory_bytes");
  return cores === undefined || memoryBytes === undefined ? {} : { machine: { cores, memoryBytes } };
}

function readPage({ samples }: TextPage, container: string): SourceRead {
  const own = samples.filter(({ labels }) => NAMES.some((label) => labels[label] === container));
  const ids = new Set(own.map(({ labels }) => labels.id));
  if (ids.size === 0) return fault(`cAdvisor knows no container ${container}: name it as Docker or Kubernetes does`);
  if (ids.size > 1)
    return fault(`cAdvisor knows ${String(ids.size)} containers ${container}: name one of them by its id`);
  const started = own.find(({ name }) => name === "container_start_time_seconds");
  const now = started?.at === undefined ? undefined : started.at / 1_000;
  return { readings: readingsOf(own), marks: startMark(`the container ${container}`, started?.value, now) };
}

function fault(text: string): SourceRead {
  return { problem: reason("collector_failed", `${text}.`) };
}

interface Kind extends Omit<Reading, "value" | "at"> {
  /** Its name at cAdvisor. */
  readonly from: string;
}

const seconds = { kind: "counter", unit: "s" } as const;
const bytes = { kind: "counter", unit: "bytes" } as const;
const drawn = (panel: string, line: string) => ({ curve: { panel, line } }) as const;

const KINDS: readonly Kind[] = [
  {
    ...{ name: "container_cpu", title: "Container: CPU time", ...seconds, ...drawn("Container: CPU in cores", "") },
    from: "container_cpu_usage_seconds_total",
  },
  {
    ...{ name: "container_cpu_throttled", title: "Container: time in which its CPU limit held it", ...seconds },
    from: "container_cpu_cfs_throttled_seconds_total",
  },
  {
    ...{ name: "container_memory", title: "Container: memory (working set)", kind: "gauge", unit: "bytes" },
    ...{ ...drawn("Container: memory", ""), from: "container_memory_working_set_bytes" },
  },
  {
    ...{
      name: "container_network_receive",
      title: "Container: received",
      ...bytes,
      ...drawn("Container: network", "received"),
    },
    from: "container_network_receive_bytes_total",
  },
  {
    ...{
      name: "container_network_transmit",
      title: "Container: sent",
      ...bytes,
      ...drawn("Container: network", "sent"),
    },
    from: "container_network_transmit_bytes_total",
  },
  {
    ...{
      name: "container_out_of_memory",
      title: "Container: ended for want of memory",
      kind: "counter",
      unit: "count",
    },
    from: "container_oom_events_total",
  },
];

/** cAdvisor looks at its containers now and then, and says of each number when that was. */
function readingsOf(own: readonly TextSample[]): readonly Reading[] {
  return KINDS.flatMap(({ from, ...about }) => {
    const at = own.find(({ name }) => name === from)?.at;
    return told({ ...about, ...(at === undefined ? {} : { at }) }, valueOf(own, from));
  });
}

/** Over all CPUs and interfaces; where a sum of the CPUs stands beside them, that alone. */
function valueOf(own: readonly TextSample[], name: string): number | undefined {
  const hasTotal = own.some((sample) => sample.name === name && sample.labels.cpu === "total");
  return sumOf(own, name, ({ cpu }) => !hasTotal || cpu === "total");
}
