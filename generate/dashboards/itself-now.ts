/** Chatbench itself: is it there, and which one is it? */
import { BigValueTextMode } from "@grafana/grafana-foundation-sdk/common";
import { DAEMON, RUNS, SCHEDULE } from "../../src/exporter/catalogue/index.ts";
import type { Row } from "./board.ts";
import { runbook, STATUS_PAGE } from "./links.ts";
import { PROMETHEUS } from "./outside.ts";
import { badCount, stat, type PanelOf } from "./panel.ts";
import { processMetric } from "./process-metric.ts";
import { ofRuns, ofScenarios } from "./query.ts";
import { table } from "./table.ts";
import { UP_DOWN, YES_NO } from "./words.ts";

const EMPTY = "Chatbench is not scraped: see its runbook.";
const DAEMONS = 'job=~"$job"';
const DOWN = runbook("ChatbenchExporterDown");

const daemon = (name: string): string => `max by (instance) (${name}{${DAEMONS}})`;

/** Without the metric's own name, which would keep two answers from becoming one row. */
const named = (name: string, labels: string): string => `max by (instance, ${labels}) (${name}{${DAEMONS}})`;
/** Of the daemon alone: Prometheus and the exporters tell of their processes by the same names. */
const ofDaemon = (name: string): string =>
  `max by (instance) (${name}{${DAEMONS}} and on (job, instance) ${DAEMON.build.name}{${DAEMONS}})`;

const common = { empty: EMPTY, width: 4 };

export function now(): Row {
  return {
    title: "Now",
    panels: [
      scrapedPanel(),
      reloadTakenPanel(),
      partsThatFailPanel(),
      queuedPanel(),
      atWorkPanel(),
      schedulesPausedPanel(),
    ],
  };
}

function scrapedPanel(): PanelOf {
  return stat({
    ...{
      ...common,
      title: "Scraped",
      unit: "none",
      words: UP_DOWN,
      links: [DOWN, runbook("ChatbenchExporterAbsent")],
    },
    description: "Whether Prometheus reaches the daemon.",
    queries: [
      {
        expr: `min by (instance) (${PROMETHEUS.up}{${DAEMONS}} and on (job) ${DAEMON.build.name})`,
        legend: "{{instance}}",
        as: "instant",
      },
    ],
  });
}

function reloadTakenPanel(): PanelOf {
  return stat({
    ...{
      ...common,
      title: "Reload taken",
      unit: "none",
      words: YES_NO,
      links: [runbook("ChatbenchConfigReloadFailed")],
    },
    description: "Whether the last change of the configuration was taken; if not, the one before it is in use.",
    queries: [{ expr: daemon(DAEMON.reloadSuccessful.name), legend: "{{instance}}", as: "instant" }],
  });
}

function partsThatFailPanel(): PanelOf {
  return badCount({
    ...{ ...common, title: "Parts that fail", unit: "none", links: [runbook("ChatbenchCollectorFailing")] },
    description: "Parts that the daemon needs and that do not answer.",
    queries: [
      { expr: `sum(1 - min by (collector) (${DAEMON.collectorSuccess.name}{${DAEMONS},target=""}))`, as: "instant" },
    ],
  });
}

function queuedPanel(): PanelOf {
  return stat({
    ...{ ...common, title: "Queued", unit: "none", empty: "The database is away, or Chatbench is not scraped." },
    description: "Runs that wait for their turn.",
    queries: [{ expr: `max(${DAEMON.queued.name}{${DAEMONS}})`, as: "instant" }],
  });
}

function atWorkPanel(): PanelOf {
  return stat({
    ...{ ...common, title: "At work", unit: "none" },
    description: "Runs that are made just now.",
    queries: [{ expr: `sum(${ofRuns(RUNS.inProgress)})`, as: "instant" }],
  });
}

function schedulesPausedPanel(): PanelOf {
  return badCount({
    ...{
      ...common,
      title: "Schedules paused",
      unit: "none",
      empty: "Nothing is scheduled, or Chatbench is not scraped",
    },
    description:
      "Scenarios whose slots are skipped because somebody paused them: nobody is told when they are overdue.",
    queries: [{ expr: `sum(${ofScenarios(SCHEDULE.paused)})`, as: "instant" }],
  });
}

const since = { unit: "dateTimeFromNow", width: 120 };

export function versions(): Row {
  return {
    title: "Versions",
    panels: [whatRunsPanel(), nodePanel(), k6Panel()],
  };
}

function whatRunsPanel(): PanelOf {
  return table({
    title: "What runs",
    description: "Version of the daemon, its configuration by hash, and since when each is in use.",
    ...{ unit: "none", empty: EMPTY, width: 16, height: 5, links: [STATUS_PAGE] },
    sortBy: ["Instance"],
    columns: [
      { name: "Instance", label: "instance" },
      { name: "Version", label: "version" },
      { name: "Revision", label: "revision" },
      { name: "Configuration", label: "sha256" },
      { name: "Build", query: { expr: named(DAEMON.build.name, "version, revision") }, hidden: true },
      { name: "Hash", query: { expr: named(DAEMON.config.name, "sha256") }, hidden: true },
      {
        name: "Since",
        query: { expr: `1000 * ${ofDaemon(processMetric("process_start_time_seconds"))}` },
        ...since,
      },
      { name: "Loaded", query: { expr: `1000 * ${daemon(DAEMON.reloadSuccessTime.name)}` }, ...since },
    ],
  });
}

function nodePanel(): PanelOf {
  const version = processMetric("nodejs_version_info");
  return stat({
    title: "Node.js",
    description: "The Node.js that the daemon runs on.",
    ...{ unit: "none", empty: EMPTY, width: 4, height: 5, links: [STATUS_PAGE] },
    queries: [{ expr: `max by (version) (${version}{${DAEMONS}})`, legend: "{{version}}", as: "instant" }],
  }).textMode(BigValueTextMode.Name);
}

function k6Panel(): PanelOf {
  return stat({
    title: "k6",
    description: "The k6 that makes the load.",
    ...{
      unit: "none",
      empty: "k6 was not found: `npm run setup` builds it.",
      width: 4,
      height: 5,
      links: [STATUS_PAGE],
    },
    queries: [{ expr: `max by (version) (${DAEMON.k6.name}{${DAEMONS}})`, legend: "{{version}}", as: "instant" }],
  }).textMode(BigValueTextMode.Name);
}
