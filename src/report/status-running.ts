/** What runs now, with its live numbers, and what waits for what. */
import { formatCount, formatValue, type Progress } from "../model/index.ts";
import { html, type Html } from "./html.ts";
import { relativeText, shortText, timeElement } from "./moments.ts";
import { rows, sign } from "./page.ts";
import type { StatusView } from "./status-view.ts";
import { numbers, table } from "./table.ts";
import { durationText, outcomeOf, triggerWord } from "./words.ts";

export type Running = StatusView["running"][number];
type Queued = StatusView["queued"][number];

/** As the command line calls them. */
const PHASES: Readonly<Record<Progress["phase"], string>> = {
  starting: "starting",
  warmup: "warm-up",
  judged: "judged window",
  ending: "ending",
};

/** `Running, judged window`: changes only when something happens, so it may be read aloud. */
export function stateText({ state, progress }: Running): string {
  const { word } = outcomeOf({ state, verdict: null });
  return state === "running" && progress !== undefined ? `${word}, ${PHASES[progress.phase]}` : word;
}

/** The runs at work, or what comes next; what changes between them is told politely, the numbers are not. */
export function runningPart(view: StatusView): Html {
  const { running, queued } = view;
  const told =
    running.length > 0
      ? `${running.map((run) => `${run.scenario}: ${stateText(run)}`).join(". ")}.`
      : queued.length > 0
        ? "Nothing runs yet."
        : "Nothing runs.";
  return html`<p class="${running.length > 0 ? "hidden" : "told"}" aria-live="polite">${told}</p>
    ${running.length === 0 && html`<p class="told">${nextSentence(view)}</p>`}
    ${running.map((run) => workOf(run, view))}`;
}

/** `Next: chat-api in 3 h (02:00 UTC).` */
function nextSentence({ scenarios, queued, now }: StatusView): string {
  const [waiting] = queued;
  if (waiting !== undefined) return `Next: ${waiting.scenario}, first in the queue.`;
  const coming = scenarios.flatMap(({ name, nextSlot, schedule }) =>
    nextSlot === undefined || schedule?.paused === true ? [] : { name, nextSlot },
  );
  const [next] = coming.sort((a, b) => a.nextSlot - b.nextSlot);
  if (next === undefined) return "Nothing is scheduled. Start a run with chatbench run.";
  return `Next: ${next.name} ${relativeText(next.nextSlot, now)} (${shortText(next.nextSlot, now)}).`;
}

function workOf(run: Running, { now }: StatusView): Html {
  const { id, scenario, target, trigger, startedAt, progress } = run;
  const begun = startedAt === undefined ? "" : ` · began ${shortText(startedAt, now)}, ${relativeText(startedAt, now)}`;
  return html`<article class="work" data-key="work-${id}">
    <header>
      <h3>${scenario}</h3>
      <span class="status live">${sign("live")} ${stateText(run)}</span>
    </header>
    <p class="soft">${target} · ${triggerWord(trigger)}${begun}</p>
    ${progress === undefined ? html`<p>${withoutProgress(run)}</p>` : progressOf(scenario, progress)}
    <p class="soft">
      Run <a href="${runPath(id)}"><code>${id}</code></a>
    </p>
  </article>`;
}

function withoutProgress({ state }: Running): string {
  if (state !== "running") return outcomeOf({ state, verdict: null }).meaning;
  return "Its numbers are not known here: another daemon runs it, or it has just begun.";
}

function progressOf(scenario: string, progress: Progress): Html {
  const { phase, elapsedSeconds, totalSeconds, users, requestsPerSecond, p95Seconds, errorRatio, step } = progress;
  const elapsed = Math.max(0, Math.floor(elapsedSeconds));
  const total = totalSeconds === undefined ? "" : ` of ${durationText(Math.round(totalSeconds))}`;
  const held = step === undefined ? "" : `, step ${String(step.number)} of ${String(step.of)}`;
  const figures = [
    ["Users", formatCount(users)],
    ["Requests", formatValue(requestsPerSecond, "1/s")],
    ["P95", p95Seconds === undefined ? "–" : formatValue(p95Seconds, "s")],
    ["Errors", errorRatio === undefined ? "–" : formatValue(errorRatio, "ratio")],
  ] as const;
  return html`${barOf(`${scenario}: ${PHASES[phase]}`, elapsed, totalSeconds)}
    <p class="elapsed">${durationText(elapsed)}${total}, ${PHASES[phase]}${held}</p>
    ${rows(figures, "figures")}`;
}

function barOf(label: string, elapsed: number, total: number | undefined): Html {
  if (total === undefined || !(total > 0)) return html`<progress aria-label="${label}"></progress>`;
  const share = Math.min(100, Math.round((elapsed / total) * 100));
  return html`<progress max="100" value="${share}" aria-label="${label}">${share} %</progress>`;
}

/** Where a run that has not ended can be looked at. */
export function runPath(id: string): string {
  return `/api/v1/runs/${encodeURIComponent(id)}`;
}

export function queuePart(view: StatusView): Html {
  const { queued, now } = view;
  if (queued.length === 0) return html`<p>The queue is empty.</p>`;
  const lines = queued.map(
    (run, index) =>
      html`<tr data-key="queued-${run.id}">
        <td class="number">${index + 1}</td>
        <th scope="row">
          <a href="${runPath(run.id)}">${run.scenario}</a><br /><span class="soft"
            >${run.target} · ${triggerWord(run.trigger)} · queued
            ${timeElement(run.queuedAt, relativeText(run.queuedAt, now))}</span
          >
        </th>
        <td>${whyWaiting(view, index)}</td>
      </tr>`,
  );
  return table({
    caption: "Runs that wait, in the order in which they will begin",
    columns: [numbers("No."), "Scenario", "Waits for"],
    groups: [lines],
    className: "compact lists queue",
  });
}

/** What must happen before the run at `index` begins, as far as the view tells. */
export function whyWaiting({ queued, running, now }: StatusView, index: number): string {
  const run = queued[index];
  if (run === undefined) return "";
  if (run.notBefore !== undefined && run.notBefore > now) {
    return `its time: not before ${shortText(run.notBefore, now)}, ${relativeText(run.notBefore, now)}`;
  }
  const busy = running.find((other) => other.target === run.target);
  if (busy !== undefined) return `${busy.scenario}, which runs on the same target`;
  const ahead = queued.slice(0, index).find((other: Queued) => other.target === run.target);
  if (ahead !== undefined) return `${ahead.scenario}, which is before it for the same target`;
  return running.length > 0 ? "a free place: as many runs as allowed are at work" : "nothing: it begins at once";
}
