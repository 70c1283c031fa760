import type { Objective, Unit } from "../model/index.ts";
import { atMost, decimalOf, magnitude, minus, tenTimes } from "./decimal.ts";

/** What a certain value can be; `invalid` is for what is not known. */
export type CertainVerdict = "pass" | "warning" | "fail";

/** Does a value meet the limit? */
export function meets(value: number, { comparator, limit }: Pick<Objective, "comparator" | "limit">): boolean {
  switch (comparator) {
    case "<":
      return value < limit;
    case "<=":
      return value <= limit;
    case ">":
      return value > limit;
    case ">=":
      return value >= limit;
  }
}

/** True where 10 % is of what the limit leaves to 1: 10 % of 99.9 % would call three days of outage a month a warning. */
export function isNearOne({ comparator, limit }: Pick<Objective, "comparator" | "limit">, unit: Unit): boolean {
  return unit === "ratio" && comparator.startsWith(">") && limit >= 0.9 && limit <= 1;
}

/**
 * Success criteria of design.md section 2: pass: met; warning: missed by at most 10 % of the limit (near 1: of the
 * allowed remainder); fail: by more. A limit that allows nothing (0, or 100 %) has no such margin: any miss fails.
 * Exact in decimals. @param value finite, in the unit of the limit.
 */
export function verdictAt(value: number, objective: Objective, unit: Unit): CertainVerdict {
  if (meets(value, objective)) return "pass";
  const limit = decimalOf(objective.limit);
  const allowance = isNearOne(objective, unit) ? minus(decimalOf(1), limit) : magnitude(limit);
  if (allowance.digits === 0n) return "fail";
  const miss = magnitude(minus(decimalOf(value), limit));
  return atMost(tenTimes(miss), allowance) ? "warning" : "fail";
}
