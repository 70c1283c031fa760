import { formatCount, formatValue, turnOf, type Instant, type RunRecord, type Uptime } from "../model/index.ts";
import { trendFigure } from "./chart-trend.ts";
import { html, type Html } from "./html.ts";
import { page, section, sign } from "./page.ts";
import { targetsTable } from "./sections.ts";
import { numbers, table } from "./table.ts";
import { outcomeOf, patternText, timeText, triggerWord, whyOf, type Tone } from "./words.ts";

const RECENT = 25;
/** What needs a person comes first. */
const ORDER: readonly Tone[] = ["fail", "warning", "none", "pass"];

/** What stands on the page beside the runs. */
export interface Beside extends Partial<LeftOut> {
  /** Runs that a wrong clock named beyond it stand behind all others; absent: no run is of the future. */
  readonly now?: Instant;
  /** Of a target, as it is now. */
  readonly uptime?: (target: string) => Uptime | undefined;
}

/** What lies in the results folder and is no record, so that nothing there vanishes from view. */
export interface LeftOut {
  /** No readable record; `problem` is one sentence. */
  readonly quarantined: readonly { readonly name: string; readonly problem: string }[];
  /** Run folders without a record: at work, or died. */
  readonly unfinished: readonly string[];
}

/**
 * The page of all scenarios, results/report.html: the newest run of each, its trend over `history` (any order), the
 * recent runs, and what is no run. Its links lead to the report.html in each run's folder beside it.
 */
export function overviewReport(latest: readonly RunRecord[], history: readonly RunRecord[], beside: Beside = {}): Html {
  const turn = ({ id }: RunRecord): string => turnOf(id, beside.now ?? Infinity);
  const newestFirst = [...history].sort((a, b) => (turn(a) < turn(b) ? 1 : -1));
  const scenarios = [...latest].sort(byNeed);
  const newest = newestFirst[0] ?? scenarios[0];
  return page({
    title: "Performance benchmarks",
    body: [
      html`<div class="brand">
        <span>Chatbench</span><span>${newest && `last run ${timeText(newest.started_at)}`}</span>
      </div>`,
      summary(scenarios),
      scenarios.map((record) =>
        scenarioSection(record, {
          runs: newestFirst.filter((run) => run.scenario === record.scenario),
          uptime: beside.uptime?.(record.target),
        }),
      ),
      newestFirst.length > 0 && section("Recent runs", recentRuns(newestFirst)),
      section("Without a record", unfinishedList(beside.unfinished ?? [])),
      section("Left out", quarantinedTable(beside.quarantined ?? [])),
    ],
    footer: "Made by Chatbench from the records in this folder.",
  });
}

function byNeed(a: RunRecord, b: RunRecord): number {
  const rank = (record: RunRecord): number => ORDER.indexOf(outcomeOf(record).tone);
  return rank(a) - rank(b) || (a.scenario < b.scenario ? -1 : 1);
}

function summary(latest: readonly RunRecord[]): Html {
  const tones = latest.map((record) => outcomeOf(record).tone);
  const worst = ORDER.find((tone) => tones.includes(tone)) ?? "none";
  const passing = tones.filter((tone) => tone === "pass").length;
  const words =
    latest.length === 0
      ? "No runs yet"
      : `${passing} of ${latest.length} ${latest.length === 1 ? "scenario passes" : "scenarios pass"}`;
  const groups = latest.map((record) => outcomeOf(record).word);
  const counted = [...new Set(groups)].map(
    (word) => `${groups.filter((other) => other === word).length} ${word.toLowerCase()}`,
  );
  return html`<div class="verdict ${worst}">
    <p class="word">${sign(worst)} ${words}</p>
    <h1>Performance benchmarks</h1>
    <p class="sentence">
      ${latest.length === 0 ? "Start one with chatbench run." : `Newest run of each scenario: ${counted.join(", ")}.`}
    </p>
  </div>`;
}

interface Around {
  readonly runs: readonly RunRecord[];
  readonly uptime: Uptime | undefined;
}

function scenarioSection(record: RunRecord, { runs, uptime }: Around): Html {
  const outcome = outcomeOf(record);
  return html`<section class="scenario">
    <header>
      <h2><a href="${record.id}/report.html">${record.scenario}</a></h2>
      <span class="status ${outcome.tone}">${sign(outcome.tone)} ${outcome.word}</span>
    </header>
    <p class="soft">
      ${record.target} · ${patternText(record.pattern)} · ${timeText(record.started_at)} ·
      ${triggerWord(record.trigger)}
    </p>
    <p>${whyOf(record)}</p>
    ${targetsTable(record, { compact: true, uptime })}${trendFigure(runs)}
  </section>`;
}

function recentRuns(newestFirst: readonly RunRecord[]): Html {
  const shown = newestFirst.slice(0, RECENT);
  const value = (record: RunRecord, name: string): string => {
    const measured = record.measurements[name];
    return measured === undefined ? "–" : formatValue(measured.value, measured.unit);
  };
  const lines = shown.map((record) => {
    const outcome = outcomeOf(record);
    return html`<tr>
      <td>
        <a href="${record.id}/report.html">${record.scenario}</a><br /><span class="soft"
          >${timeText(record.started_at)}</span
        >
      </td>
      <td class="status ${outcome.tone}">${sign(outcome.tone)} ${outcome.word}</td>
      <td class="number">${value(record, "latency_p95")}</td>
      <td class="number">${value(record, "error_rate")}</td>
    </tr>`;
  });
  const rest = newestFirst.length - shown.length;
  const recent = table({
    caption: "The newest runs, newest first",
    columns: ["Run", "Result", numbers("P95"), numbers("Errors")],
    groups: [lines],
    className: "compact",
  });
  return html`${recent}
  ${rest > 0 && html`<p class="soft">and ${formatCount(rest)} older ${rest === 1 ? "run" : "runs"}.</p>`}`;
}

const MOST_LEFT_OUT = 20;

function andMore(count: number): Html | undefined {
  return count > MOST_LEFT_OUT ? html`<p class="soft">and ${formatCount(count - MOST_LEFT_OUT)} more.</p>` : undefined;
}

function unfinishedList(unfinished: readonly string[]): Html | undefined {
  if (unfinished.length === 0) return undefined;
  const items = unfinished.slice(0, MOST_LEFT_OUT).map((name) => html`<li><code>${name}</code></li>`);
  return html`<p>These runs have no record: they are still at work, or died before their end.</p>
    <ul>
      ${items}
    </ul>
    ${andMore(unfinished.length)}`;
}

function quarantinedTable(quarantined: LeftOut["quarantined"]): Html | undefined {
  if (quarantined.length === 0) return undefined;
  const lines = quarantined.slice(0, MOST_LEFT_OUT).map(
    ({ name, problem }) =>
      html`<tr>
        <td><code>${name}</code></td>
        <td>${problem}</td>
      </tr>`,
  );
  const all = table({
    caption: "What lies in the results folder and is no readable record",
    columns: ["Name", "Why it is left out"],
    groups: [lines],
    className: "compact",
  });
  return html`<p>These lie in the results folder and are no readable record; nothing here counts them.</p>
    ${all}${andMore(quarantined.length)}`;
}
