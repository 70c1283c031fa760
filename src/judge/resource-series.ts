import { rateUnitOf, type Instant, type ResourceSeries, type Sampled } from "../model/index.ts";
import { ratesOf } from "./resource-values.ts";

/** The curves, in seconds since the load began; of counters their growth per second. */
export function resourceSeries({ readings }: Sampled, loadBeganAt: Instant): ResourceSeries {
  const series = readings.flatMap(({ name, curve, kind, unit, points, resets }) => {
    if (curve === undefined) return [];
    const drawn = (kind === "counter" ? ratesOf({ points, resets }) : points)
      .map(([at, value]) => [round((at - loadBeganAt) / 1_000, 2), Number(value.toPrecision(6))] as const)
      .filter(([at]) => at >= 0);
    const told = kind === "counter" ? rateUnitOf(unit) : unit;
    return drawn.length === 0 ? [] : [{ name, panel: curve.panel, line: curve.line, unit: told, points: drawn }];
  });
  return { loadBeganAt, series };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
