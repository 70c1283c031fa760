/** Each configured scenario: how its newest run ended, the user's targets, the trend, and when it runs again. */
import { formatBeside, formatValue, type RunRecord, type Uptime } from "../model/index.ts";
import { sparkline } from "./chart-spark.ts";
import { html, type Html } from "./html.ts";
import { relativeText, shortText } from "./moments.ts";
import { sign } from "./page.ts";
import { targetsTable } from "./sections.ts";
import type { StatusView } from "./status-view.ts";
import { titleOf } from "./targets.ts";
import { outcomeOf, whyOf, type Outcome, type Tone } from "./words.ts";

export type Scenario = StatusView["scenarios"][number];

/** In the order of need, so many have their table of targets opened. */
const MOST_OPEN = 3;
/** And so many have one at all: fifty, fetched every two seconds, would disturb the run that they tell of. */
const MOST_TABLES = 10;
const ORDER: readonly Tone[] = ["fail", "warning", "none", "live", "pass"];

const NOT_RUN: Outcome = { tone: "none", word: "No run yet", meaning: "This scenario has no run that is over." };

export function outcomeOfScenario({ last }: Scenario): Outcome {
  return last === undefined ? NOT_RUN : outcomeOf(last);
}

/** What needs a person comes first. */
export function byNeed(a: Scenario, b: Scenario): number {
  const rank = (scenario: Scenario): number => ORDER.indexOf(outcomeOfScenario(scenario).tone);
  return rank(a) - rank(b) || (a.name < b.name ? -1 : 1);
}

export function scenariosPart(view: StatusView): Html {
  const sorted = [...view.scenarios].sort(byNeed);
  if (sorted.length === 0) return html`<p>No scenario is configured.</p>`;
  const items = sorted.map((scenario, index) => one(scenario, view.now, index));
  return html`<ul class="ones">
      ${items}
    </ul>
    ${sorted.some(sparkOf) && LEGEND}`;
}

function one(scenario: Scenario, now: number, index: number): Html {
  const { name, target, last } = scenario;
  const outcome = outcomeOfScenario(scenario);
  const spark = sparkOf(scenario);
  return html`<li class="one" data-key="scenario-${name}">
    <header>
      <h3>${last === undefined ? name : html`<a href="${reportPath(last.id)}">${name}</a>`}</h3>
      <span class="status ${outcome.tone}">${sign(outcome.tone)} ${outcome.word}</span>
    </header>
    <div>
      <p>${p95Text(last)} ${outcome.tone !== "pass" && whyText(last, outcome)}</p>
      <p class="soft">
        ${[target, lastText(last, now), nextText(scenario, now)].filter((text) => text !== "").join(" · ")}
      </p>
    </div>
    ${spark && html`<div class="spark">${spark}</div>`}
    ${last !== undefined && last.objectives.length > 0 && targetsOf(last, scenario.uptime, index)}
  </li>`;
}

function targetsOf(last: RunRecord, uptime: Uptime | undefined, index: number): Html {
  const met = last.objectives.filter((objective) => objective.verdict === "pass").length;
  const told = `Targets: ${met} of ${last.objectives.length} met`;
  if (index >= MOST_TABLES) return html`<p class="soft">${told}</p>`;
  return html`<details${index < MOST_OPEN && html` open`}>
    <summary>${told}</summary>
    ${targetsTable(last, { compact: true, uptime })}
  </details>`;
}

function sparkOf({ recent, last }: Scenario): Html | undefined {
  return sparkline(recent, limitOf(last));
}

const LEGEND = html`<p class="soft">
  Trends: P95 of the last runs, from zero; dashed: its target. Circle: pass. Triangle: warning. Diamond: fail. Ring:
  invalid. Cross below a gap: not measured.
</p>`;

function limitOf(last: RunRecord | undefined): number | undefined {
  return last?.objectives.find((objective) => objective.measurement === "latency_p95")?.limit;
}

/** `P95 183 ms, target < 200ms.` */
function p95Text(last: RunRecord | undefined): Html | undefined {
  const objective = last?.objectives.find(({ measurement }) => measurement === "latency_p95");
  const value = objective?.value ?? last?.measurements.latency_p95?.value;
  if (value === undefined) return undefined;
  if (objective === undefined) return html`<strong>P95 ${formatValue(value, "s")}.</strong>`;
  return html`<strong>P95 ${formatBeside(value, objective.limit, "s")}</strong>, target ${objective.condition}.`;
}

/** Which objectives were missed is enough here: by how much stands in the table. */
function whyText(last: RunRecord | undefined, outcome: Outcome): string {
  if (last === undefined) return outcome.meaning;
  const missed = last.objectives.filter(({ verdict }) => verdict === last.verdict);
  if (last.reason !== null || missed.length === 0) return whyOf(last);
  return `Missed: ${missed.map(({ measurement }) => titleOf(measurement)).join(", ")}.`;
}

function lastText(last: RunRecord | undefined, now: number): string {
  return last === undefined ? "" : `last run ${relativeText(Date.parse(last.ended_at), now)}`;
}

function nextText({ schedule, nextSlot }: Scenario, now: number): string {
  if (schedule === undefined) return "not scheduled";
  if (schedule.paused) return "schedule paused";
  if (nextSlot === undefined) return "no next slot";
  return `next ${relativeText(nextSlot, now)} (${shortText(nextSlot, now)})`;
}

/** The page of a run that is over. */
export function reportPath(id: string): string {
  return `/api/v1/runs/${encodeURIComponent(id)}/report`;
}
