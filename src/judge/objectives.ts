import {
  formatBeside,
  formatCount,
  formatLimit,
  kindOf,
  type Measurement,
  type Objective,
  type ObjectiveResult,
  type Unit,
} from "../model/index.ts";
import { isNearOne, meets, verdictAt } from "./limits.ts";

const REQUEST_BASED = new Set(["error_rate", "throughput"]);

function over({ samples }: Measurement, name: string): string {
  if (samples <= 1 || name === "requests" || kindOf(name)?.unit === "count") return "";
  const noun = REQUEST_BASED.has(name) ? "requests" : "samples";
  return ` over ${formatCount(samples)} ${noun}`;
}

/** A percentage in two digits that never rounds onto or across the 10 % between warning and fail. */
function percent(part: number): string {
  const coarse = Number(part.toPrecision(2));
  return Math.sign(coarse - 0.1) === Math.sign(part - 0.1)
    ? formatLimit(coarse, "ratio")
    : formatBeside(part, 0.1, "ratio");
}

/** "8.5 % below the limit of 200 ms": how far the value is from the limit, on which side. */
function distance(value: number, objective: Objective, unit: Unit): string {
  const { limit } = objective;
  const text = formatLimit(limit, unit);
  if (value === limit) {
    return meets(value, objective) ? `exactly the limit of ${text}` : `equal to ${text}, which does not meet the limit`;
  }
  const side = value < limit ? "below" : "above";
  const base = isNearOne(objective, unit) ? 1 - limit : Math.abs(limit);
  if (base === 0) return `${side} the limit of ${text}`;
  // Twelve digits: the rest is the noise of dividing doubles.
  const part = Number((Math.abs(value - limit) / base).toPrecision(12));
  const what = isNearOne(objective, unit) ? " of the allowed remainder" : "";
  return `${percent(part)}${what} ${side} the limit of ${text}`;
}

function notMeasured(objective: Objective, why: string): ObjectiveResult {
  const { measurement, condition, limit } = objective;
  return { measurement, condition, limit, verdict: "invalid", reason: why };
}

function isSound(m: Measurement, limit: number): boolean {
  return [m.value, m.low ?? 0, m.high ?? 0, limit].every(Number.isFinite);
}

/**
 * Judges one objective: what is certain over the whole interval of the measurement, else `invalid`.
 * @param absence why there is no measurement, as a sentence; used only then.
 */
export function judgeObjective(
  objective: Objective,
  measured: Measurement | undefined,
  absence = `${objective.measurement} was not measured.`,
): ObjectiveResult {
  if (measured === undefined) return notMeasured(objective, absence);
  const { measurement, condition, limit } = objective;
  if (!isSound(measured, limit)) return notMeasured(objective, `${measurement} is not a finite number.`);
  const { value, unit, low = value, high = value } = measured;
  const result = { measurement, condition, limit, value };
  const [atLow, atHigh] = [verdictAt(low, objective, unit), verdictAt(high, objective, unit)];
  const [lowText, highText] = [formatBeside(low, limit, unit), formatBeside(high, limit, unit)];
  const shown = low === high ? lowText : `between ${lowText} and ${highText}`;
  const lead = `${shown}${over(measured, measurement)}`;
  if (atLow !== atHigh) {
    const limitText = formatLimit(limit, unit);
    return {
      ...result,
      verdict: "invalid",
      reason: `${lead}: ${atLow} at one end and ${atHigh} at the other of the limit ${limitText}, and it cannot be told which.`,
    };
  }
  return { ...result, verdict: atLow, reason: `${lead}: ${distance(value, objective, unit)}` };
}
