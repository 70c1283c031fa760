import type { LoadFacts, Measurement } from "../model/index.ts";
import { failuresOf } from "./error-rate.ts";

/**
 * Requests that met every limit, of all, with what failed, was thrown, dropped or cut off in the denominator. The engine
 * sees whether an answer was on time, and only later a check that spoils it: where some failed, the value is the low end.
 */
export function goodputOf(facts: LoadFacts): Measurement | undefined {
  const { goodput, requests } = facts;
  if (goodput === undefined) return undefined;
  const { total: all, spoiledLow, spoiledHigh } = failuresOf(facts);
  // Redirects on the way to an answer are requests of the engine, and none that anybody waits for by itself.
  const total = all - Math.max(0, requests.count - goodput.of);
  if (total <= 0) return undefined;
  const high = Math.min(goodput.good, requests.count - requests.failed - spoiledLow) / total;
  const low = Math.min(high, Math.max(0, goodput.good - spoiledHigh) / total);
  const point = { value: low, unit: "ratio", samples: total } as const;
  return low === high ? point : { ...point, low, high };
}
