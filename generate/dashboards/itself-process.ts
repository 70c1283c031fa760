/** The daemon's own process: it shares its machine with the load that it makes. */
import { DAEMON } from "../../src/exporter/catalogue/index.ts";
import { processMetric as metric } from "./process-metric.ts";
import type { Row } from "./board.ts";
import { runbook } from "./links.ts";
import { lines, type PanelOf } from "./panel.ts";

const EACH = "{{instance}}";
/** Prometheus and the exporters tell of their processes by the same names: of the daemon alone. */
const DAEMON_ALONE = `and on (job, instance) ${DAEMON.build.name}{job=~"$job"}`;
const series = (name: string): string => `${metric(name)}{job=~"$job"}`;
const of = (name: string): string => `${series(name)} ${DAEMON_ALONE}`;

const common = {
  empty: "Chatbench is not scraped: see its runbook.",
  width: 8,
  links: [runbook("ChatbenchExporterDown")],
};

export function processRow(): Row {
  return {
    title: "Its process",
    panels: [
      processorPanel(),
      memoryPanel(),
      heapBySpacePanel(),
      roomInTheHeapPanel(),
      lagOfTheEventLoopPanel(),
      usualLagPanel(),
      garbageCollectionPanel(),
      openFilesPanel(),
      addressSpacePanel(),
      whatKeepsItAlivePanel(),
    ],
  };
}

function processorPanel(): PanelOf {
  const cores = (name: string): string => `rate(${series(name)}[$__rate_interval]) ${DAEMON_ALONE}`;
  return lines({
    ...{ ...common, title: "Processor", unit: "short", stacked: false },
    description:
      "Cores in use by the daemon itself, without k6: its own work, and the system's for it (files, sockets).",
    queries: [
      { expr: cores("process_cpu_seconds_total"), legend: `Both: ${EACH}` },
      { expr: cores("process_cpu_user_seconds_total"), legend: `Own: ${EACH}` },
      { expr: cores("process_cpu_system_seconds_total"), legend: `System: ${EACH}` },
    ],
  });
}

function memoryPanel(): PanelOf {
  return lines({
    ...{ ...common, title: "Memory", unit: "bytes" },
    description:
      "Resident memory of the process, and of it the heap of Node.js, in use and reserved, and what lies outside.",
    queries: [
      { expr: of("process_resident_memory_bytes"), legend: `Resident: ${EACH}` },
      { expr: of("nodejs_heap_size_used_bytes"), legend: `Heap: ${EACH}` },
      { expr: of("nodejs_heap_size_total_bytes"), legend: `Heap, reserved: ${EACH}` },
      { expr: of("nodejs_external_memory_bytes"), legend: `Outside the heap: ${EACH}` },
    ],
  });
}

function heapBySpacePanel(): PanelOf {
  return lines({
    ...{ ...common, title: "Heap by space", unit: "bytes", stacked: true },
    description:
      "What lives how long: young objects come and go; `old` that climbs for days is a leak, `large_object` a page that grows.",
    queries: [{ expr: `sum by (space) (${of("nodejs_heap_space_size_used_bytes")})`, legend: "{{space}}" }],
  });
}

function roomInTheHeapPanel(): PanelOf {
  const bytes = (name: string): string => `sum by (space) (${of(name)})`;
  const free = `${bytes("nodejs_heap_space_size_total_bytes")} - ${bytes("nodejs_heap_space_size_used_bytes")}`;
  return lines({
    ...{ ...common, title: "Room in the heap's spaces", unit: "bytes" },
    description:
      "What is reserved and free, and what may be taken: where both are nothing the next object costs a collection or more memory.",
    queries: [
      { expr: free, legend: "Reserved and free: {{space}}" },
      { expr: bytes("nodejs_heap_space_size_available_bytes"), legend: "May be taken: {{space}}" },
    ],
  });
}

function lagOfTheEventLoopPanel(): PanelOf {
  return lines({
    ...{ ...common, title: "Lag of the event loop", unit: "s" },
    description:
      "How late the daemon gets to its work: above a few hundred milliseconds its answers and measurements of progress suffer, not those of k6.",
    queries: [
      { expr: of("nodejs_eventloop_lag_seconds"), legend: `Now: ${EACH}` },
      { expr: of("nodejs_eventloop_lag_p50_seconds"), legend: `P50: ${EACH}` },
      { expr: of("nodejs_eventloop_lag_p90_seconds"), legend: `P90: ${EACH}` },
      { expr: of("nodejs_eventloop_lag_p99_seconds"), legend: `P99: ${EACH}` },
      { expr: of("nodejs_eventloop_lag_max_seconds"), legend: `Longest: ${EACH}` },
    ],
  });
}

function usualLagPanel(): PanelOf {
  return lines({
    ...{ ...common, title: "Lag, as usual", unit: "s" },
    description:
      "Mean, shortest and standard deviation: a mean far above the shortest with a small deviation is a busy machine, with a large one work that blocks.",
    queries: [
      { expr: of("nodejs_eventloop_lag_mean_seconds"), legend: `Mean: ${EACH}` },
      { expr: of("nodejs_eventloop_lag_min_seconds"), legend: `Shortest: ${EACH}` },
      { expr: of("nodejs_eventloop_lag_stddev_seconds"), legend: `Deviation: ${EACH}` },
    ],
  });
}

function addressSpacePanel(): PanelOf {
  return lines({
    ...{ ...common, title: "Address space", unit: "bytes" },
    description: "What the process has asked of the system, used or not, and of it what holds data.",
    queries: [
      { expr: of("process_virtual_memory_bytes"), legend: `All: ${EACH}` },
      { expr: of("process_heap_bytes"), legend: `Data: ${EACH}` },
    ],
  });
}

function garbageCollectionPanel(): PanelOf {
  return lines({
    ...{ ...common, title: "Garbage collection", unit: "percentunit" },
    description: "The part of the time that went into it, by kind.",
    queries: [
      {
        expr: `sum by (kind) (rate(${metric("nodejs_gc_duration_seconds")}_sum{job=~"$job"}[$__rate_interval]) ${DAEMON_ALONE})`,
        legend: "{{kind}}",
      },
    ],
  });
}

function openFilesPanel(): PanelOf {
  return lines({
    ...{ ...common, title: "Open files", unit: "percentunit" },
    description: "Files and sockets of the process, as part of what it may have: a line that only climbs is a leak.",
    queries: [{ expr: `(${of("process_open_fds")}) / (${series("process_max_fds")} > 0)`, legend: EACH }],
  });
}

function whatKeepsItAlivePanel(): PanelOf {
  return lines({
    ...{ ...common, title: "What keeps it alive", unit: "short", stacked: true },
    description: "Timers, sockets and other resources of Node.js: if they only grow, something is never closed.",
    queries: [{ expr: `sum by (type) (${of("nodejs_active_resources")})`, legend: "{{type}}" }],
  });
}
