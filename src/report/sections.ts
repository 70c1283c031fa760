/** The parts of a run's page that are no pictures. */
import {
  formatCount,
  formatValue,
  kindOf,
  type Measurement,
  type Reason,
  type RunRecord,
  type TrialRecord,
  type Uptime,
} from "../model/index.ts";
import { html, type Html, type Part } from "./html.ts";
import { rows, sign } from "./page.ts";
import { numbers, table } from "./table.ts";
import { targetRows, titleOf, type TargetRow } from "./targets.ts";
import {
  durationText,
  outcomeOf,
  patternText,
  secondsBetween,
  stopperWord,
  timeText,
  triggerWord,
  whyOf,
} from "./words.ts";

/** What happened, to what, when, and why it is called so. */
export function verdictBand(record: RunRecord): Html {
  const outcome = outcomeOf(record);
  const why = whyOf(record);
  // Pass, warning and fail are told by the table; why nothing was judged is not.
  const tells = record.verdict === null || record.verdict === "invalid";
  const facts: readonly (readonly [string, Part])[] = [
    ["Target", html`${record.target}<br /><span class="soft">${record.target_url}</span>`],
    ["Load", patternText(record.pattern)],
    ...timeFacts(record),
    ["Revision", record.revision === undefined ? "not known" : html`<code>${record.revision.slice(0, 12)}</code>`],
    ["Started by", triggerWord(record.trigger)],
  ];
  return html`<div class="verdict ${outcome.tone}">
      <p class="word">${sign(outcome.tone)} ${outcome.word}</p>
      <h1>${record.scenario}</h1>
      <p class="sentence">${why}</p>
      ${tells && why !== outcome.meaning && html`<p class="meaning">${outcome.meaning}</p>`}
    </div>
    ${rows(facts, "facts")}`;
}

/** What a run's two instants mean, by how it ended. */
function timeFacts(record: RunRecord): readonly (readonly [string, Part])[] {
  const { state, started_at, ended_at, aborted_by } = record;
  const began = ["Started", timeText(started_at)] as const;
  const length = durationText(secondsBetween(started_at, ended_at));
  switch (state) {
    case "skipped":
      return [["Was due", timeText(started_at)]];
    case "lost":
      return [began, ["Found lost", timeText(ended_at)]];
    case "aborted":
      return [began, ["Stopped after", length], ["Stopped by", stopperWord(aborted_by)]];
    default:
      return [began, ["Lasted", length]];
  }
}

/** The user's table; `compact` leaves the reasons out. */
export function targetsTable(
  record: RunRecord,
  { compact = false, uptime }: { readonly compact?: boolean; readonly uptime?: Uptime | undefined } = {},
): Html {
  return table({
    caption: `Performance targets of ${record.scenario}`,
    columns: ["Metric", "Target", "Current", "Status"],
    groups: targetRows(record, uptime).map((row) => targetRow(row, compact)),
    className: compact ? "targets compact" : "targets",
  });
}

function targetRow(row: TargetRow, compact: boolean): Html {
  return html`<tr>
      <td class="metric">${row.metric}</td>
      <td>${row.target}</td>
      <td>${row.current}</td>
      <td class="status ${row.tone}">${sign(row.tone)} ${row.status}</td>
    </tr>
    ${
      !compact &&
      html`<tr class="why">
        <td colspan="4">${row.reason}</td>
      </tr>`
    }`;
}

const KEY_FIGURES = ["latency_p50", "latency_p95", "latency_p99", "throughput", "error_rate", "requests"] as const;

/** The six numbers of the README's key metrics that a run measures itself. */
export function keyFigures(record: RunRecord): Html | undefined {
  if (Object.keys(record.measurements).length === 0) return undefined;
  const figures = KEY_FIGURES.map((name) => {
    const measured = record.measurements[name];
    return [titleOf(name), measured === undefined ? "–" : formatValue(measured.value, measured.unit)] as const;
  });
  return rows(figures, "figures");
}

/** Every measurement of the record with its samples. */
export function measurementsTable(record: RunRecord): Html | undefined {
  const all = Object.entries(record.measurements);
  if (all.length === 0) return undefined;
  const lines = all.map(
    ([name, m]) =>
      html`<tr>
        <td>${titleOf(name)}</td>
        <td class="number">${valueText(m)}</td>
        <td class="number">${formatCount(m.samples)}</td>
      </tr>`,
  );
  return table({
    caption: "Everything that was measured",
    columns: ["Measurement", numbers("Value"), numbers("Samples")],
    groups: [lines],
  });
}

function valueText(m: Measurement): Part {
  const value = formatValue(m.value, m.unit);
  if (m.low === undefined || m.high === undefined) return value;
  return html`${value} <span class="soft">(${formatValue(m.low, m.unit)} to ${formatValue(m.high, m.unit)})</span>`;
}

/** Did the run's series reach Prometheus, in one sentence. */
export function telemetryText(record: RunRecord): Html {
  const { prometheus, reason, requests_found: found, requests_sent: sent } = record.telemetry;
  const words = {
    complete: "Complete: Prometheus and the engine agree on the number of requests.",
    incomplete:
      "Incomplete: a part of this run's series is missing in Prometheus. The numbers on this page do not come from there and are whole.",
    none: "None: no series of this run are in Prometheus. The numbers on this page do not come from there.",
  } as const;
  const counted =
    found === undefined || sent === undefined
      ? undefined
      : `${formatCount(found)} of ${formatCount(sent)} requests, warm-up included, were found there.`;
  return html`<p>${words[prometheus]} ${reason} ${counted}</p>
    ${prometheus !== "none" && html`<p class="soft">Its label there: <code>testid="${record.id}"</code></p>`}`;
}

/** How each engine process of the run ended. */
export function trialsTable(record: RunRecord): Html | undefined {
  if (record.trials.length === 0) return undefined;
  const lines = record.trials.map((trial) => {
    const requests = trial.facts === undefined ? "–" : formatCount(trial.facts.requests.count);
    const length = durationText(secondsBetween(trial.started_at, trial.ended_at));
    return html`<tr>
      <td>${trial.index + 1}</td>
      <td>${endOf(trial)}${trial.invalid.map(note)}${complaintsOf(trial)}</td>
      <td class="number">${length}</td>
      <td class="number">${requests}</td>
    </tr>`;
  });
  const all = table({
    caption: "How each trial ended",
    columns: ["Trial", "End", numbers("Lasted"), numbers("Requests")],
    groups: [lines],
  });
  return html`${all}${thresholds(record)}`;
}

function note(reason: Reason): Html {
  return html`<br /><span class="soft">${reason.text}</span>`;
}

/** Why answers failed, in the script's own words. */
function complaintsOf({ facts }: TrialRecord): Part {
  return (facts?.complaints ?? []).map((why) => html`<br /><span class="soft">The script said: ${why}.</span>`);
}

function endOf(trial: TrialRecord): string {
  const { outcome } = trial;
  return outcome.kind === "completed" ? "completed" : `${outcome.kind}: ${outcome.reason.text}`;
}

function thresholds(record: RunRecord): Html | undefined {
  const all = record.trials.flatMap((trial) => trial.facts?.thresholds ?? []);
  if (all.length === 0) return undefined;
  const lines = all.map((t) => {
    const result = t.samples === 0 ? "no data" : t.met ? "met" : "not met";
    return html`<tr>
      <td><code>${t.metric}: ${t.expression}</code></td>
      <td>${result}</td>
      <td class="number">${formatCount(t.samples)}</td>
    </tr>`;
  });
  return table({
    caption: "Thresholds of the script itself",
    columns: ["Threshold of the script", "Result", numbers("Samples")],
    groups: [lines],
  });
}

/** What exactly each measurement on the page is. */
export function definitions(record: RunRecord): Html | undefined {
  const names = [...Object.keys(record.measurements), ...record.objectives.map((o) => o.measurement)];
  return rows(
    [...new Set(names)].map((name) => [
      titleOf(name),
      kindOf(name)?.definition ?? "A metric of the script itself, over the whole test.",
    ]),
  );
}

/** Where it ran. */
export function environment(record: RunRecord): Html | undefined {
  const facts: readonly (readonly [string, Part])[] = [
    ["Script", html`<code>${record.script}</code>`],
    ...Object.entries(record.environment),
    ...generatorFacts(record),
  ];
  return rows(facts);
}

/** How the load generator was served while it worked. */
function generatorFacts({ trials }: RunRecord): readonly (readonly [string, Part])[] {
  const seen = trials[0]?.observed?.generator;
  if (seen === undefined) return [];
  const [used, peak, most] = [seen.usedCores, seen.usedCoresPeak, seen.cores].map((n) => formatValue(n, "cores"));
  const delay = formatValue(seen.dispatchDelaySeconds, "s");
  return [["Load generator at work", `Used ${used} (peak ${peak}) of ${most}, waited ${delay} for a CPU each time.`]];
}
