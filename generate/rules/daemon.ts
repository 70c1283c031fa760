/** Alerts on Chatbench itself. */
import { DAEMON } from "../../src/exporter/catalogue/index.ts";
import { DASHBOARDS, dashboardUrl } from "./links.ts";
import type { AlertRule } from "./rule.ts";
import { JOB } from "./selectors.ts";

const ITSELF = dashboardUrl(DASHBOARDS.itself, []);

export function daemonAlerts(): readonly AlertRule[] {
  return [collectorFailing(), reloadFailed(), down(), allDown(), absent(), watchdog()];
}

function collectorFailing(): AlertRule {
  return {
    alert: "ChatbenchCollectorFailing",
    // The daemon's own parts have no trigger; of a target's only what scheduled runs found.
    expr: `min by (job, collector, target) (max_over_time(${DAEMON.collectorSuccess.name}{trigger=~"|cron"}[5m])) == 0`,
    for: "10m",
    severity: "warning",
    summary: "A part that Chatbench needs does not answer.",
    description:
      "{{ if $labels.target }}{{ $labels.collector }} of {{ $labels.target }} missed readings in its newest scheduled run: what it tells is missing there or has gaps{{ else }}{{ $labels.collector }} has not answered the Chatbench daemon for 10 minutes{{ end }}.",
    dashboardUrl: ITSELF,
  };
}

function reloadFailed(): AlertRule {
  return {
    alert: "ChatbenchConfigReloadFailed",
    expr: `min by (job) (max_over_time(${DAEMON.reloadSuccessful.name}[5m])) == 0`,
    for: "10m",
    severity: "warning",
    summary: "The changed configuration of Chatbench was not taken.",
    description: "The last reload was refused: Chatbench goes on with the configuration from before.",
    dashboardUrl: ITSELF,
  };
}

function down(): AlertRule {
  return {
    alert: "ChatbenchExporterDown",
    expr: `up{job="${JOB}"} == 0`,
    for: "5m",
    severity: "critical",
    summary: "Chatbench cannot be scraped.",
    description:
      "{{ $labels.instance }} has not answered on /metrics for 5 minutes: no run starts, no objective is watched.",
    dashboardUrl: ITSELF,
  };
}

/** Holds back what follows from it (alertmanager.yml): while one daemon answers, its runs are watched. */
function allDown(): AlertRule {
  return {
    alert: "ChatbenchAllExportersDown",
    expr: `max by (job) (up{job="${JOB}"}) == 0`,
    for: "5m",
    severity: "none",
    summary: "No daemon of Chatbench can be scraped.",
    description:
      "No target of the job {{ $labels.job }} has answered for 5 minutes. ChatbenchExporterDown tells it of each; this one only holds back the alerts that follow from it.",
    dashboardUrl: ITSELF,
  };
}

function absent(): AlertRule {
  return {
    alert: "ChatbenchExporterAbsent",
    expr: `absent(up{job="${JOB}"})`,
    for: "10m",
    severity: "critical",
    summary: "Prometheus does not scrape Chatbench.",
    description: `Prometheus has no target of the job ${JOB}: no objective is watched.`,
    dashboardUrl: ITSELF,
  };
}

/** Always fires: whoever stops hearing of it has lost the way from Prometheus to people. */
function watchdog(): AlertRule {
  return {
    alert: "ChatbenchWatchdog",
    expr: "vector(1)",
    severity: "none",
    summary: "Alerts of Chatbench reach their receiver.",
    description:
      "This alert always fires. When it stops arriving, Prometheus, Alertmanager or the way between them is broken.",
    dashboardUrl: ITSELF,
  };
}
