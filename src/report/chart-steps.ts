/** The target's system around the knee of a ladder: where it still met its limits, and where it first did not. */
import { scaleLinear } from "d3-scale";
import type { LadderRecord, ResourceSeries, StepSeries } from "../model/index.ts";
import { shades, timeAxis } from "./chart-timeline.ts";
import { html, type Html } from "./html.ts";
import { levelText, STEP_WORDS } from "./ladder-words.ts";
import { resourcePanels } from "./resource-panels.ts";
import { figure, NARROW, svg } from "./svg.ts";
import type { Frame } from "./timeline-panels.ts";

/** One picture a step whose curves were kept; undefined where none were. */
export function stepFigures(ladder: LadderRecord, series: ResourceSeries | undefined): Html | undefined {
  const steps = (series?.steps ?? []).filter(({ series: curves }) => curves.length > 0);
  if (steps.length === 0) return undefined;
  return html`${steps.map((step) => figure((width) => draw(step, ladder, width), captionOf(step, ladder)))}`;
}

function captionOf(step: StepSeries, ladder: LadderRecord): string {
  const result = ladder.steps.find(({ level }) => level === step.level)?.result ?? "unclear";
  return `The target's system at ${levelText(step.level, ladder)}: ${STEP_WORDS[result].toLowerCase()}. What is shaded is not judged.`;
}

function draw(step: StepSeries, ladder: LadderRecord, width: number): Html {
  const narrow = width === NARROW;
  const { judged } = step;
  const last = step.series.map(({ points }) => points.at(-1)?.[0] ?? 0);
  const end = Math.max(judged.to, ...last.filter((at) => at < judged.to + 2));
  const [left, right] = [46, narrow ? 32 : 40];
  const x = scaleLinear([0, end], [left, width - right]);
  const frame: Frame = { x, left, right: width - right, width };
  let top = 14;
  const panels = resourcePanels(step).map((panel) => {
    const from = top + 36;
    top = from + (narrow ? 53 : 62);
    return panel(frame, [from, top]);
  });
  const said = levelText(step.level, ladder);
  return svg({
    id: `step-${String(step.trial)}-${String(width)}`,
    ...{ width, height: top + 26 },
    title: `The target's system at ${said}`,
    description: `${panels.length === 1 ? "One curve" : `${String(panels.length)} pictures of curves`} over ${String(Math.round(end))} s, judged from second ${String(Math.round(judged.from))}.`,
    body: [shades(frame, judged, top), panels, timeAxis(frame, end, top)],
  });
}
