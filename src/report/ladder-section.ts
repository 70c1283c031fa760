import {
  formatValue,
  type LadderRecord,
  type LadderStep,
  type ResourceSeries,
  type RunRecord,
} from "../model/index.ts";
import { ladderFigure } from "./chart-ladder.ts";
import { stepFigures } from "./chart-steps.ts";
import { html, type Html } from "./html.ts";
import { ladderText, levelText, shownTime, STEP_TONES, STEP_WORDS } from "./ladder-words.ts";
import { sign } from "./page.ts";
import { numbers, wideTable } from "./table.ts";
import { titleOf } from "./targets.ts";

/** What the patterns stress and breakpoint found; undefined for all others. */
export function ladderSection(record: RunRecord, series?: ResourceSeries): Html | undefined {
  const { ladder } = record;
  if (ladder === undefined || ladder.steps.length === 0) return undefined;
  const time = shownTime(ladder);
  const told = (name: string): boolean => ladder.steps.some(({ measurements }) => measurements[name] !== undefined);
  const system = ["cpu_cores", "memory_bytes_peak"].filter(told);
  const names = [...(time === undefined ? [] : [time]), "error_rate", ...["goodput"].filter(told), ...system];
  return html`<p>${ladderText(ladder)}</p>
    ${ladderFigure(record)}
    ${wideTable({
      caption: "Steps of the ladder",
      columns: ["Load", "Result", ...names.map((name) => numbers(titleOf(name))), numbers("Trials")],
      groups: [ladder.steps.map((step) => row(step, ladder, names))],
    })}
    ${stepFigures(ladder, series)}
    <p class="soft">
      The key figures, the distribution and the timeline on this page are of the first trial, at the lowest load: they
      compare with those of other runs, whatever step they reached.
    </p>`;
}

function row(step: LadderStep, ladder: LadderRecord, names: readonly string[]): Html {
  const { level, result, reason, measurements, trials } = step;
  return html`<tr>
    <td>${levelText(level, ladder)}</td>
    <td>
      ${sign(STEP_TONES[result])}
      ${STEP_WORDS[result]}${reason !== undefined && html`<br /><span class="soft">${reason}</span>`}
    </td>
    ${names.map((name) => {
      const measured = measurements[name];
      return html`<td class="number">${measured === undefined ? "–" : formatValue(measured.value, measured.unit)}</td>`;
    })}
    <td class="number">${trials.length}</td>
  </tr>`;
}
