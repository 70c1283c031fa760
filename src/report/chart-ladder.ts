/** How latency grew with the load, step by step, and where it stopped to meet the limits. */
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { formatValue, type LadderRecord, type LadderStep, type RunRecord } from "../model/index.ts";
import { html, type Html } from "./html.ts";
import { levelText, shownTime, STEP_TONES, STEP_WORDS } from "./ladder-words.ts";
import { MARKS } from "./marks.ts";
import { at, figure, svg } from "./svg.ts";
import { titleOf } from "./targets.ts";

const HEIGHT = 190;
const [LEFT, RIGHT, TOP, BOTTOM] = [60, 26, 16, 150] as const;

interface Drawn {
  readonly ladder: LadderRecord;
  readonly name: string;
  /** Those at which the time was measured. */
  readonly steps: readonly LadderStep[];
}

/** Undefined where no step has a time. */
export function ladderFigure({ ladder }: RunRecord): Html | undefined {
  if (ladder === undefined) return undefined;
  const name = shownTime(ladder);
  if (name === undefined) return undefined;
  const steps = ladder.steps.filter(({ measurements }) => measurements[name] !== undefined);
  const caption = `${titleOf(name)} at each step. Circle: passed. Diamond: failed. Ring: unclear.`;
  return figure((width) => draw({ ladder, name, steps }, width), caption);
}

function draw({ ladder, name, steps }: Drawn, width: number): Html {
  const time = (step: LadderStep): number => step.measurements[name]?.value ?? 0;
  const highest = Math.max(...ladder.steps.map(({ level }) => level));
  const x = scaleLinear([0, highest], [LEFT, width - RIGHT]);
  const y = scaleLinear([0, Math.max(0.001, ...steps.map(time)) * 1.1], [BOTTOM, TOP]).nice(3);
  const path = line<LadderStep>(
    (step) => x(step.level),
    (step) => y(time(step)),
  ).digits(1);
  const told = (step: LadderStep): string =>
    `${levelText(step.level, ladder)}: ${formatValue(time(step), "s")}, ${STEP_WORDS[step.result].toLowerCase()}`;
  return svg({
    id: `ladder-${width}`,
    width,
    height: HEIGHT,
    title: `${titleOf(name)} by load`,
    description: steps.map(told).join("; "),
    body: [
      y.ticks(3).map((tick) => rule(y(tick), formatValue(tick, "s"), width)),
      x.ticks(5).map((tick) => below(x(tick), levelText(tick, ladder))),
      html`<path class="trend" d="${path(steps) ?? ""}" />`,
      steps.map(
        (step) =>
          html`<g transform="translate(${at(x(step.level))} ${at(y(time(step)))})"
            >${MARKS[STEP_TONES[step.result]]}<title>${told(step)}</title></g
          >`,
      ),
    ],
  });
}

function rule(y: number, text: string, width: number): Html {
  return html`<line class="grid" x1="${LEFT}" x2="${width - RIGHT + 8}" y1="${at(y)}" y2="${at(y)}" />
    <text class="tick" x="${LEFT - 5}" y="${at(y + 4)}" text-anchor="end">${text}</text>`;
}

function below(x: number, text: string): Html {
  return html`<text class="tick" x="${at(x)}" y="${BOTTOM + 22}" text-anchor="middle">${text}</text>`;
}
