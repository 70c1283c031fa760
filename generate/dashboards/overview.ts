/** Overview: what a person wants to know first, of one scenario or of fifty. */
import { LAST_RUN, NEWEST_RUN, RUNS, SCHEDULE } from "../../src/exporter/catalogue/index.ts";
import { MEASUREMENTS } from "../../src/model/index.ts";
import type { Board, Row } from "./board.ts";
import { reportOf, runbook, STATUS_PAGE, UIDS } from "./links.ts";
import { PROMETHEUS } from "./outside.ts";
import { badCount, bars, stat, timeline, type PanelOf } from "./panel.ts";
import { ofEachDaemon, ofNewestDaemon, ofRuns, ofScenarios, onDaemon, onScenario } from "./query.ts";
import { table, type Column } from "./table.ts";
import { targetsTable } from "./targets-table.ts";
import { SHARES } from "./trends.ts";
import { runVariables } from "./variables.ts";
import { OUTCOMES, VERDICTS } from "./words.ts";

const NO_RUN = "No judged run";

export function overview(): Board {
  return {
    uid: UIDS.overview,
    title: "Overview",
    description:
      "Does each scenario meet its targets, when was that found out, and is anything wrong with the benchmarks themselves?",
    variables: runVariables(),
    rows: [now(), targets(), history()],
    from: "now-7d",
    refresh: "1m",
    runs: 'job=~"$job", scenario=~"$scenario", target=~"$target", trigger=~"$trigger"',
  };
}

function now(): Row {
  return { title: "Now", panels: [passing(), ...missing(), broken(), overdue(), atWork(), alerts()] };
}

function passing(): PanelOf {
  return stat({
    title: "Passing",
    description: "Scenarios (each trigger for itself) whose last judged run met every target.",
    ...{ unit: "none", empty: NO_RUN, width: 3, links: [STATUS_PAGE] },
    queries: [{ expr: `sum(${ofRuns(LAST_RUN.verdict, { where: { verdict: "pass" } })})`, as: "instant" }],
  });
}

function missing(): readonly PanelOf[] {
  return (["warning", "fail"] as const).map((verdict) =>
    badCount({
      title: verdict === "fail" ? "Failing" : "Warning",
      description: `Scenarios whose last judged run missed a target by ${verdict === "fail" ? "more than" : "at most"} 10 %.`,
      ...{ unit: "none", empty: NO_RUN, width: 3, links: [runbook("ChatbenchObjectiveMissed")] },
      queries: [{ expr: `sum(${ofRuns(LAST_RUN.verdict, { where: { verdict } })})`, as: "instant" }],
    }),
  );
}

function broken(): PanelOf {
  return badCount({
    title: "Without verdict",
    description: "Scenarios whose newest run was invalid, broke, was stopped or lost: what is told of them is older.",
    ...{
      unit: "none",
      empty: "No run yet",
      width: 3,
      links: [runbook("ChatbenchRunInvalid"), runbook("ChatbenchRunBroken")],
    },
    queries: [{ expr: `sum(${ofRuns(NEWEST_RUN.verdict, { where: { verdict: "invalid|none" } })})`, as: "instant" }],
  });
}

function overdue(): PanelOf {
  return badCount({
    title: "Overdue",
    description: "Scheduled scenarios that should have been judged by now and were not.",
    ...{ unit: "none", empty: "Nothing is scheduled, or Chatbench is not scraped", width: 3 },
    links: [runbook("ChatbenchRunOverdue"), runbook("ChatbenchExporterDown")],
    queries: [{ expr: `sum(time() > bool ${ofScenarios(SCHEDULE.deadline)})`, as: "instant" }],
  });
}

function atWork(): PanelOf {
  return stat({
    title: "Runs at work",
    description: "Runs that make load just now: latency of other measurements on the same machine may suffer.",
    ...{ unit: "none", empty: "Chatbench is not scraped", width: 3 },
    links: [{ title: "Live run", url: `/d/${UIDS.run}` }],
    queries: [{ expr: `sum(${ofRuns(RUNS.inProgress)})`, as: "instant" }],
  });
}

function alerts(): PanelOf {
  const { alerts: name } = PROMETHEUS;
  return badCount({
    title: "Alerts firing",
    description:
      "Alerts of Chatbench that fire and are for people: without the watchdog. Without the watchdog's own series the rules are not loaded, and this says so.",
    ...{ unit: "none", empty: "Rules are not loaded", width: 6, links: [runbook("ChatbenchWatchdog")] },
    queries: [
      {
        expr: `count(${name}{alertname=~"Chatbench.*", alertstate="firing"}) - count(${name}{alertname=~"Chatbench.*", severity="none", alertstate="firing"})`,
        as: "instant",
      },
    ],
  });
}

function targets(): Row {
  return { title: "Targets", panels: [targetsTable(), runsTable()] };
}

/** Of each daemon: 0 pass, 1 warning, 2 fail, 3 invalid, 4 error, 5 aborted, 6 lost. */
function outcome(): string {
  const verdict = (name: string): string => ofEachDaemon(NEWEST_RUN.verdict, { where: { verdict: name } });
  const state = (name: string): string => ofEachDaemon(NEWEST_RUN.state, { where: { state: name } });
  const words = [
    verdict("warning"),
    verdict("fail"),
    verdict("invalid"),
    state("error"),
    state("aborted"),
    state("lost"),
  ];
  return words.map((word, index) => (index === 0 ? word : `${String(index + 1)} * ${word}`)).join(" + ");
}

function runsTable(): PanelOf {
  return table({
    title: "Newest runs",
    description:
      "The newest run of each scenario, however it ended, and when the next is due. A click on the run opens its report; on the outcome, its details.",
    unit: "none",
    empty: "No run has ended yet: `chatbench run` makes one.",
    ...{ width: 24, height: 9, links: [STATUS_PAGE, runbook("ChatbenchRunBroken")] },
    sortBy: ["Scenario", "Trigger"],
    columns: [
      { name: "Scenario", label: "scenario" },
      { name: "System", label: "target" },
      { name: "Trigger", label: "trigger", width: 130 },
      outcomeColumn(),
      ...timeColumns(),
      { name: "Failed in a row", query: { expr: ofRuns(RUNS.consecutiveFailed) }, decimals: 0, width: 130 },
      { name: "Run", label: "run_id", link: reportOf('${__data.fields["Run"]}') },
      { name: "From", query: { expr: milliseconds(ofRuns(NEWEST_RUN.started)) }, hidden: true },
      { name: "To", query: { expr: milliseconds(ofRuns(NEWEST_RUN.ended)) }, hidden: true },
    ],
  });
}

function outcomeColumn(): Column {
  const identity = ofEachDaemon(NEWEST_RUN.info, { by: ["run_id"] });
  const told = `(${outcome()}) * ${onDaemon} group_left (run_id) ${identity}`;
  const cell = (name: string, as = ""): string => `\${__data.fields["${name}"]${as}}`;
  const chosen = `var-scenario=${cell("Scenario")}&var-run=${cell("Run")}&from=${cell("From", ".numeric")}&to=${cell("To", ".numeric")}`;
  return {
    name: "Outcome",
    query: { expr: ofNewestDaemon(told, NEWEST_RUN.started, ["run_id"]) },
    words: OUTCOMES,
    link: { title: "Details of this run", url: `/d/${UIDS.run}?${chosen}` },
  };
}

function timeColumns(): readonly Column[] {
  const { ended, started } = NEWEST_RUN;
  const next = `0 * ${ofRuns(ended)} + ${onScenario} group_left () ${milliseconds(ofScenarios(SCHEDULE.next))}`;
  return [
    { name: "Ended", query: { expr: milliseconds(ofRuns(ended)) }, unit: "dateTimeFromNow" },
    { name: "Took", query: { expr: `${ofRuns(ended)} - ${ofRuns(started)}` }, unit: "s", decimals: 0 },
    { name: "Last judged", query: { expr: milliseconds(ofRuns(LAST_RUN.ended)) }, unit: "dateTimeFromNow" },
    { name: "Next", query: { expr: next }, unit: "dateTimeAsIso" },
  ];
}

/** Grafana's times are in milliseconds. */
const milliseconds = (expr: string): string => `1000 * ${expr}`;

function history(): Row {
  return { title: "Over time", panels: [nearest(), outcomes(), verdicts()] };
}

/** With fifty scenarios: where to look first. */
function nearest(): PanelOf {
  const chosen = 'job=~"$job", scenario=~"$scenario", target=~"$target", trigger=~"$trigger"';
  const shares = SHARES.map((name) => {
    const share = `max by (scenario, target, trigger) (scenario_target_trigger:chatbench_last_run_${name}_per_objective:ratio{${chosen}})`;
    return `label_replace(${share}, "metric", "${MEASUREMENTS[name].title}", "", "")`;
  });
  return bars({
    title: "Nearest to their limits",
    description:
      "The ten measurements that use most of what their target allows, over all chosen scenarios: at 100 % a target is missed, from 110 % on it is failed.",
    ...{ unit: "percentunit", width: 8, height: 10, links: [runbook("ChatbenchObjectiveMissed")] },
    empty: "No scenario with a limit has a judged run, or the recording rules are not loaded.",
    queries: [
      {
        expr: `sort_desc(topk(10, ${shares.join(" or ")}))`,
        ...{ legend: "{{scenario}} · {{trigger}}: {{metric}}", as: "instant" },
      },
    ],
  });
}

function outcomes(): PanelOf {
  return timeline({
    title: "Outcome of the newest run",
    description: "How the newest run of each scenario had ended, at each time. A gap: Chatbench was not scraped.",
    unit: "none",
    empty: "No run has ended in this time.",
    ...{ width: 8, height: 10, words: OUTCOMES, links: [runbook("ChatbenchRunInvalid")] },
    queries: [
      {
        expr: ofNewestDaemon(`(${outcome()})`, NEWEST_RUN.started),
        legend: "{{scenario}} · {{target}} · {{trigger}}",
      },
    ],
  });
}

function verdicts(): PanelOf {
  const told = (verdict: string): string => ofEachDaemon(LAST_RUN.verdict, { where: { verdict } });
  return timeline({
    title: "Verdict of the last judged run",
    description: "What alerts and targets rest on, at each time: the worst of a scenario's targets.",
    unit: "none",
    empty: "No run has been judged in this time.",
    ...{ width: 8, height: 10, words: VERDICTS, links: [runbook("ChatbenchObjectiveMissedRepeatedly")] },
    queries: [
      {
        expr: ofNewestDaemon(`(${told("warning")} + 2 * ${told("fail")})`, LAST_RUN.started),
        legend: "{{scenario}} · {{target}} · {{trigger}}",
      },
    ],
  });
}
