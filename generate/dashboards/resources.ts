/** Target resources: the machine on which the target (or the load generator) runs, from node_exporter. */
import { OBJECTIVE_LIMITS } from "../../src/exporter/catalogue/index.ts";
import type { Board, Row } from "./board.ts";
import { STATUS_PAGE, UIDS } from "./links.ts";
import { NODE } from "./outside.ts";
import { lines, stat, type LinesSpec, type PanelOf } from "./panel.ts";
import type { Query } from "./query.ts";
import { containers } from "./resources-containers.ts";
import { ofTheRuns } from "./resources-runs.ts";
import { choose, type Variable } from "./variables.ts";

const CHOSEN = 'job=~"$job", instance=~"$instance"';
const EMPTY = "node_exporter is not scraped: it belongs on the machine of the target.";
const HOST = "{{instance}}";
const REAL_DISKS = 'fstype!~"tmpfs|ramfs|overlay|squashfs|nsfs|autofs|proc|sysfs"';

export function resources(): Board {
  return {
    uid: UIDS.resources,
    title: "Target resources",
    description:
      "Processor, memory, disks and network of the machines that are watched: is the target at its limit, or the machine that makes the load?",
    variables: variables(),
    rows: [now(), ofTheRuns(), processor(), memory(), diskAndNetwork(), containers()],
    from: "now-1h",
    refresh: "15s",
    runs: 'target=~"$target"',
  };
}

function variables(): readonly Variable[] {
  return [
    choose({
      ...{ name: "job", label: "Job", several: true },
      description: "Scrape jobs of node_exporter.",
      query: `label_values(${NODE.uname}, job)`,
    }),
    choose({
      ...{ name: "instance", label: "Machine", several: true },
      description: "Machines that are watched.",
      query: `label_values(${NODE.uname}{job=~"$job"}, instance)`,
    }),
    choose({
      ...{ name: "target", label: "Target", several: true },
      description: "Targets whose resources runs have looked at.",
      query: `label_values(${OBJECTIVE_LIMITS.error_rate.name}, target)`,
    }),
  ];
}

const of = (metric: string, where = ""): string => `${metric}{${CHOSEN}${where === "" ? "" : `, ${where}`}}`;
const perSecond = (metric: string, where = ""): string => `rate(${of(metric, where)}[$__rate_interval])`;

const busy = `1 - avg by (instance) (${perSecond(NODE.cpu, 'mode="idle"')})`;
const usedMemory = `1 - max by (instance) (${of(NODE.memoryAvailable)}) / max by (instance) (${of(NODE.memoryTotal)})`;
const fullest = `max by (instance) (1 - ${of(NODE.diskAvailable, REAL_DISKS)} / (${of(NODE.diskSize, REAL_DISKS)} > 0))`;

function now(): Row {
  const one = (title: string, about: { description: string; expr: string; unit: string }): PanelOf =>
    stat({
      ...{ title, description: about.description, unit: about.unit, empty: EMPTY, width: 6, links: [STATUS_PAGE] },
      queries: [{ expr: about.expr, legend: HOST, as: "instant" }],
    });
  return {
    title: "Now",
    panels: [
      one("Processor now", {
        description: "All cores together, over the last moments.",
        expr: busy,
        unit: "percentunit",
      }),
      one("Memory now", {
        description: "What new processes could not have without swapping.",
        expr: usedMemory,
        unit: "percentunit",
      }),
      one("Fullest disk", {
        description: "The part in use of the fullest file system.",
        expr: fullest,
        unit: "percentunit",
      }),
      one("Up since", {
        description: "When the machine was started.",
        expr: `1000 * max by (instance) (${of(NODE.bootTime)})`,
        unit: "dateTimeFromNow",
      }),
    ],
  };
}

function panel(
  title: string,
  description: string,
  rest: Pick<LinesSpec, "unit" | "queries" | "stacked" | "max">,
): PanelOf {
  return lines({ title, description, empty: EMPTY, width: 8, links: [STATUS_PAGE], ...rest });
}

function processor(): Row {
  const cores = `count by (instance) (${of(NODE.cpu, 'mode="idle"')})`;
  const steal = `avg by (instance) (${perSecond(NODE.cpu, 'mode=~"steal|iowait"')})`;
  return {
    title: "Processor",
    panels: [
      panel("Processor in use", "All cores together. A load generator above 80 % measures itself.", {
        unit: "percentunit",
        max: 1,
        queries: [{ expr: busy, legend: HOST }],
      }),
      panel("Load and cores", "Processes that run or wait to, averaged over a minute; dashed: the cores.", {
        unit: "short",
        queries: [
          { expr: `max by (instance) (${of(NODE.load1)})`, legend: HOST },
          { expr: cores, legend: `Limit: cores of ${HOST}` },
        ],
      }),
      panel(
        "Waiting for disks and neighbours",
        "Time in which a core had work and could not do it: stolen by other guests of the machine, or waiting for a disk.",
        { unit: "percentunit", queries: [{ expr: steal, legend: HOST }] },
      ),
    ],
  };
}

function memory(): Row {
  const total = `max by (instance) (${of(NODE.memoryTotal)})`;
  const used = `${total} - max by (instance) (${of(NODE.memoryAvailable)})`;
  const swap = `max by (instance) (${of(NODE.swapTotal)}) - max by (instance) (${of(NODE.swapFree)})`;
  return {
    title: "Memory",
    panels: [
      panel("Memory in use", "Without what the kernel would give back; dashed: what there is.", {
        unit: "bytes",
        queries: [
          { expr: used, legend: HOST },
          { expr: total, legend: `Limit: ${HOST}` },
        ],
      }),
      panel("Swap in use", "Memory that was moved to disk.", {
        unit: "bytes",
        queries: [{ expr: swap, legend: HOST }],
      }),
      panel(
        "Major page faults",
        "Reads from disk because memory was not there, a second: many of them slow everything.",
        { unit: "cps", queries: [{ expr: `sum by (instance) (${perSecond(NODE.pagesIn)})`, legend: HOST }] },
      ),
    ],
  };
}

const both = (first: Query, second: Query): readonly Query[] => [first, second];
const device = 'device!~"lo|veth.*|docker.*|br-.*"';
const flow = (metric: string, where = ""): string => `sum by (instance) (${perSecond(metric, where)})`;
const lost = `${flow(NODE.retransmitted)} / (${flow(NODE.segmentsSent)} > 0)`;

function diskAndNetwork(): Row {
  return {
    title: "Disks and network",
    panels: [...bytesPanels(), ...connectionPanels()],
  };
}

function bytesPanels(): readonly PanelOf[] {
  return [
    panel("Disk", "Bytes read and written a second.", {
      unit: "Bps",
      queries: both(
        { expr: flow(NODE.diskRead), legend: `Read: ${HOST}` },
        { expr: flow(NODE.diskWritten), legend: `Written: ${HOST}` },
      ),
    }),
    panel("Disk busy", "Part of the time in which the busiest disk had something to do.", {
      unit: "percentunit",
      queries: [{ expr: `max by (instance) (${perSecond(NODE.diskBusy)})`, legend: HOST }],
    }),
    panel(
      "Network",
      "Bytes received and sent a second, without the loopback: traffic that stays on one machine is not among them.",
      {
        unit: "Bps",
        queries: both(
          { expr: flow(NODE.received, device), legend: `Received: ${HOST}` },
          { expr: flow(NODE.transmitted, device), legend: `Sent: ${HOST}` },
        ),
      },
    ),
  ];
}

function connectionPanels(): readonly PanelOf[] {
  return [
    panel("Connections", "TCP connections that are open.", {
      unit: "short",
      queries: [{ expr: `max by (instance) (${of(NODE.connections)})`, legend: HOST }],
    }),
    panel("Segments sent again", "The part of the TCP segments that had to be sent again: the network loses.", {
      unit: "percentunit",
      queries: [{ expr: lost, legend: HOST }],
    }),
    panel("Open files", "Files and sockets that all processes hold, as part of what the machine allows.", {
      unit: "percentunit",
      queries: [
        {
          expr: `max by (instance) (${of(NODE.openFiles)}) / (max by (instance) (${of(NODE.maxFiles)}) > 0)`,
          legend: HOST,
        },
      ],
    }),
  ];
}
