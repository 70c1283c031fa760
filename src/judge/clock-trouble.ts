import { formatValue, reason, type Observed, type Reason } from "../model/index.ts";

/** Steps that sum up to less move the edges of a judged window by no more than its requests last. */
const MOST_STEPPED_SECONDS = 0.5;

/** The time of day was set meanwhile (or the machine slept): the judged window did not begin and end where it should. */
export function clockTrouble(observed: Observed | undefined): Reason | undefined {
  const steps = observed?.clockSteps ?? [];
  const sum = steps.reduce((all, { seconds }) => all + Math.abs(seconds), 0);
  if (sum < MOST_STEPPED_SECONDS) return undefined;
  const [first] = steps;
  const how =
    steps.length === 1 && first !== undefined
      ? `was set ${formatValue(sum, "s")} ${first.seconds > 0 ? "forward" : "back"} (or the machine slept)`
      : `was set ${String(steps.length)} times, by ${formatValue(sum, "s")} in all,`;
  return reason(
    "clock_trouble",
    `The time of day ${how} during the load: warm-up, judged window and rates are told by it and are wrong.`,
  );
}
