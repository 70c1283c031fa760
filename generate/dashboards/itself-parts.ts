/** Chatbench itself: what it needs, and how it answers. */
import { DAEMON } from "../../src/exporter/catalogue/index.ts";
import type { Row } from "./board.ts";
import { runbook } from "./links.ts";
import { PROMETHEUS } from "./outside.ts";
import { lines, timeline, type PanelOf } from "./panel.ts";
import { YES_NO } from "./words.ts";

const EMPTY = "Chatbench is not scraped: see its runbook.";
const DAEMONS = 'job=~"$job"';
const DOWN = runbook("ChatbenchExporterDown");

const { httpDuration, httpRequests } = DAEMON;
const rate = (by: string, where = ""): string =>
  `sum by (${by}) (rate(${httpRequests.name}{${DAEMONS}${where}}[$__rate_interval]))`;
export function parts(): Row {
  return {
    title: "Parts that the daemon needs",
    panels: [wellOrNotPanel(), timeOfTheirAnswersPanel(), seriesInPrometheusPanel()],
  };
}

function wellOrNotPanel(): PanelOf {
  return timeline({
    title: "Well or not",
    description: "The database, the record files, Prometheus, k6; facts: what tells of schedules and runs is fresh.",
    ...{ unit: "none", empty: EMPTY, width: 8, words: YES_NO, links: [runbook("ChatbenchCollectorFailing")] },
    queries: [
      { expr: `min by (collector) (${DAEMON.collectorSuccess.name}{${DAEMONS},target=""})`, legend: "{{collector}}" },
    ],
  });
}

function timeOfTheirAnswersPanel(): PanelOf {
  return lines({
    title: "Time of their answers",
    description: "How long each took when it was last asked.",
    ...{ unit: "s", empty: EMPTY, width: 8, links: [runbook("ChatbenchCollectorFailing")] },
    queries: [{ expr: `max by (collector) (${DAEMON.collectorDuration.name}{${DAEMONS}})`, legend: "{{collector}}" }],
  });
}

function seriesInPrometheusPanel(): PanelOf {
  return lines({
    title: "Series in Prometheus",
    description: "Series in memory: if they grow run after run, the tags of a script grow without bound.",
    ...{
      unit: "short",
      empty: "Prometheus does not scrape itself.",
      width: 8,
      links: [runbook("ChatbenchResultsNotIngested")],
    },
    queries: [
      { expr: `max by (instance) (${PROMETHEUS.headSeries})`, legend: "{{instance}}" },
      {
        expr: `sum by (instance) (rate(${PROMETHEUS.samples}[$__rate_interval]))`,
        legend: "{{instance}}: samples a second",
      },
      {
        expr: `sum by (instance) (increase(${PROMETHEUS.ruleFailures}[5m]))`,
        legend: "{{instance}}: rules that failed in 5 minutes",
      },
    ],
  });
}

export function http(): Row {
  return {
    title: "Its own answers",
    panels: [requestsPanel(), failedAnswersPanel(), p99ByHandlerPanel()],
  };
}

function requestsPanel(): PanelOf {
  return lines({
    title: "Requests",
    description: "Requests a second to the daemon's own pages and interface, by status.",
    ...{ unit: "reqps", empty: EMPTY, width: 8, stacked: true, links: [DOWN] },
    queries: [{ expr: rate("method, code"), legend: "{{method}} {{code}}" }],
  });
}

function failedAnswersPanel(): PanelOf {
  return lines({
    title: "Failed answers",
    description: "The part of its own answers with a status of 500 or above.",
    ...{ unit: "percentunit", empty: EMPTY, width: 8, links: [DOWN] },
    queries: [
      {
        expr: `max by (job) (job:chatbench_http_requests_failed_per_requests:ratio_rate5m{${DAEMONS}} or 0 * job:chatbench_http_requests:rate5m{${DAEMONS}})`,
        legend: "{{job}}",
      },
    ],
  });
}

function p99ByHandlerPanel(): PanelOf {
  return lines({
    title: "P99 by handler",
    description: "How long 99 % of its own answers took at most.",
    ...{ unit: "s", empty: EMPTY, width: 8, links: [DOWN] },
    queries: [
      {
        expr: `histogram_quantile(0.99, sum by (le, handler) (rate(${httpDuration.name}_bucket{${DAEMONS}}[$__rate_interval]))) >= 0`,
        legend: "{{handler}}",
      },
    ],
  });
}
