import { formatCount, formatValue, type LoadFacts, type OpenFacts, reason, type Reason } from "../model/index.ts";

/** One in twenty arrivals later than this is more than the granularity of clocks and timers. */
const LATE_SECONDS = 0.1;
const LATE_QUANTILE = 0.95;

/** Arrivals that never began; 0 of closed loads. */
export function droppedOf({ open }: LoadFacts): number {
  return open === undefined ? 0 : Math.max(0, open.planned - open.startDelay.count);
}

/** Arrivals that gave no answer because they never began or were cut off at the end. */
export function unansweredOf({ open }: LoadFacts): number {
  return open === undefined ? 0 : Math.max(0, open.planned - open.busy.count);
}

/**
 * Were arrivals dropped, or begun late, by the load generator and not by the target? By it: it was saturated, or its
 * users were too few even if every iteration had been as short as the shortest (Little's law: users = rate * time).
 * Else all users waited for a target that had become slower: those arrivals have failed (docs/decisions/0075).
 */
export function iterationsDropped(facts: LoadFacts, saturated: boolean): Reason | undefined {
  const { open } = facts;
  if (open === undefined) return undefined;
  const dropped = droppedOf(facts);
  const needed = open.rate * open.busy.min;
  const few = open.busy.count > 0 && needed > open.users;
  const late = lateness(open);
  if (!(dropped > 0 && (saturated || few)) && !(few && late > LATE_SECONDS)) return undefined;
  const what =
    dropped > 0
      ? `${formatCount(dropped)} of ${formatCount(open.planned)} arrivals never began`
      : `One arrival in twenty began more than ${formatValue(late, "s")} late`;
  const why = few
    ? `even iterations of ${formatValue(open.busy.min, "s")}, the shortest seen, need ${formatCount(Math.ceil(needed))} users at ${formatValue(open.rate, "1/s")}, and there were ${formatCount(open.users)}: raise users in the pattern`
    : "the load generator was saturated";
  return reason("iterations_dropped", `${what} because of the load generator: ${why}.`);
}

function lateness({ startDelay }: OpenFacts): number {
  if (startDelay.count === 0) return 0;
  return startDelay.quantiles.find(([q]) => Math.abs(q - LATE_QUANTILE) < 1e-9)?.[1] ?? startDelay.max;
}

/** What the load generator did not begin is no failure of the target. */
export function withoutDropped(facts: LoadFacts): LoadFacts {
  const { open } = facts;
  return open === undefined ? facts : { ...facts, open: { ...open, planned: open.startDelay.count } };
}
