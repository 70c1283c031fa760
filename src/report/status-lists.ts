/** The plain tables of the status page: next slots, last runs, slots that did not run, and the parts. */
import { formatCount, formatValue, type RunSummary } from "../model/index.ts";
import { html, type Html, type Part } from "./html.ts";
import { instantText, relativeText, timeElement, zoneText } from "./moments.ts";
import { sign } from "./page.ts";
import { reportPath } from "./status-scenarios.ts";
import { runPath } from "./status-running.ts";
import type { StatusView } from "./status-view.ts";
import { numbers, table, type Table } from "./table.ts";
import { outcomeOf, skippedBecause, triggerWord } from "./words.ts";

const SHOWN_SLOTS = 8;
const SHOWN_RUNS = 20;
const SHOWN_SKIPPED = 10;

/** The first rows as a table, the rest in one that opens. */
function folded(lines: readonly Html[], shown: number, frame: Omit<Table, "groups">): Html {
  const rest = lines.slice(shown);
  return html`${table({ ...frame, groups: [lines.slice(0, shown)] })}
  ${
    rest.length > 0 &&
    html`<details class="more">
      <summary>${formatCount(rest.length)} more</summary>
      ${table({ ...frame, caption: `${frame.caption}, continued`, groups: [rest] })}
    </details>`
  }`;
}

type Scenario = StatusView["scenarios"][number];
type Scheduled = Scenario & { readonly schedule: NonNullable<Scenario["schedule"]> };

function isScheduled(scenario: Scenario): scenario is Scheduled {
  return scenario.schedule !== undefined;
}

/** Soonest first; paused schedules and those without a slot last. */
export function slotsPart({ scenarios, now }: StatusView): Html {
  const when = ({ schedule, nextSlot }: Scheduled): number => (schedule.paused ? Infinity : (nextSlot ?? Infinity));
  const scheduled = scenarios.filter(isScheduled).sort((a, b) => (when(a) < when(b) ? -1 : when(a) > when(b) ? 1 : 0));
  const others = scenarios.filter((scenario) => !isScheduled(scenario)).length;
  const note =
    others > 0 &&
    html`<p class="soft">${others === 1 ? "1 scenario has" : `${others} scenarios have`} no schedule.</p>`;
  if (scheduled.length === 0) return html`<p>No scenario has a schedule.</p>`;
  const lines = scheduled.map((scenario) => slotLine(scenario, now));
  return html`${folded(lines, SHOWN_SLOTS, {
    caption: "When each scheduled scenario runs next",
    columns: ["Scenario", "Next slot", "Schedule"],
    className: "compact lists slots",
  })}${note}`;
}

function slotLine({ name, nextSlot, schedule }: Scheduled, now: number): Html {
  return html`<tr data-key="slot-${name}">
    <th scope="row">${name}</th>
    <td>
      ${schedule.paused ? "paused" : nextSlot === undefined ? "none" : slotText(nextSlot, schedule.timezone, now)}
    </td>
    <td><code>${schedule.cron}</code><br /><span class="soft">${schedule.timezone}</span></td>
  </tr>`;
}

function slotText(slot: number, timezone: string, now: number): Part {
  const there = zoneText(slot, timezone);
  const words = there === undefined ? instantText(slot) : `${instantText(slot)}, ${there}`;
  return html`${relativeText(slot, now)}<br /><span class="soft">${timeElement(slot, words)}</span>`;
}

export function runsPart({ runs }: StatusView): Html {
  if (runs.length === 0) return html`<p>No run yet. Start one with <code>chatbench run</code>.</p>`;
  const shown = runs.slice(0, SHOWN_RUNS);
  const rest = runs.length - shown.length;
  return html`${table({
      caption: "The newest runs, newest first",
      columns: ["Run", "Result", numbers("P95"), numbers("Errors")],
      groups: [shown.map(runLine)],
      className: "compact lists runs",
    })}
    <p class="soft">
      ${rest > 0 && `and ${formatCount(rest)} older: `}<a href="/report">All scenarios</a> ·
      <a href="/api/v1/runs">all runs as JSON</a>
    </p>`;
}

function runLine(run: RunSummary): Html {
  const outcome = outcomeOf(run);
  const at = run.started_at ?? run.queued_at ?? run.slot;
  const path = outcome.tone === "live" ? runPath(run.id) : reportPath(run.id);
  const value = (name: string): string => {
    const measured = run.measurements[name];
    return measured === undefined ? "–" : formatValue(measured.value, measured.unit);
  };
  const { text } = run.reason ?? {};
  return html`<tr data-key="run-${run.id}" ${text !== undefined && html` class="held"`}>
      <th scope="row">
        <a href="${path}">${run.scenario}</a><br /><span class="soft"
          >${at === undefined ? run.id : instantText(Date.parse(at))} · ${triggerWord(run.trigger)}</span
        >
      </th>
      <td class="status ${outcome.tone}">${sign(outcome.tone)} ${outcome.word}</td>
      <td class="number">${value("latency_p95")}</td>
      <td class="number">${value("error_rate")}</td>
    </tr>
    ${
      text !== undefined &&
      html`<tr class="why" data-key="why-${run.id}">
        <td colspan="4" class="soft">${text}</td>
      </tr>`
    }`;
}

export function skippedPart({ skipped, now }: StatusView): Html {
  if (skipped.length === 0) return html`<p>None: no slot of a schedule was left out.</p>`;
  const lines = skipped.map(
    ({ scenario, from, to, count, reason }) =>
      html`<tr data-key="skipped-${scenario}-${from}">
        <th scope="row">${scenario}</th>
        <td>${slotsText({ from, to, count })}<br /><span class="soft">${relativeText(to, now)}</span></td>
        <td>${skippedBecause(reason)}</td>
      </tr>`,
  );
  return folded(lines, SHOWN_SKIPPED, {
    caption: "Slots that did not run, and why",
    columns: ["Scenario", "Slot", "Why not"],
    className: "compact lists skipped",
  });
}

function slotsText({
  from,
  to,
  count,
}: {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}): string {
  return count === 1 ? instantText(from) : `${formatCount(count)} slots, ${instantText(from)} to ${instantText(to)}`;
}

export function partsPart({ health }: StatusView): Html {
  if (health.length === 0) return html`<p>No part has told how it is.</p>`;
  const lines = health.map(
    ({ part, ok, text }) =>
      html`<tr data-key="part-${part}">
        <th scope="row">${part}</th>
        <td class="status ${ok ? "pass" : "fail"}">${sign(ok ? "pass" : "fail")} ${ok ? "Well" : "Problem"}</td>
        <td>${text}</td>
      </tr>`,
  );
  return table({
    caption: "The parts of Chatbench and how they are",
    columns: ["Part", "State", "What it says"],
    groups: [lines],
    className: "compact lists parts",
  });
}
