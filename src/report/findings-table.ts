/** What was found of the surroundings before the load, as a table: what is wrong first. */
import { CHECKS, FINDING_RESULTS, type Finding, type RunRecord } from "../model/index.ts";
import { html, type Html } from "./html.ts";
import { sign } from "./page.ts";
import { table } from "./table.ts";
import { FINDING_TONES, FINDING_WORDS } from "./words.ts";

/** Undefined where nothing was looked at. */
export function findingsTable({ findings }: RunRecord): Html | undefined {
  if (findings === undefined || findings.length === 0) return undefined;
  const worstFirst = [...FINDING_RESULTS].reverse().flatMap((result) => findings.filter((f) => f.result === result));
  return table({
    caption: "What was found of the environment before the load",
    columns: ["Checked", "Result", "Found"],
    groups: [worstFirst.map(row)],
  });
}

function row({ check, result, text }: Finding): Html {
  return html`<tr>
    <td>${CHECKS[check]}</td>
    <td class="result">${sign(FINDING_TONES[result])} ${FINDING_WORDS[result]}</td>
    <td>${text}</td>
  </tr>`;
}
