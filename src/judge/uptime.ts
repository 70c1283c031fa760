import { formatBeside, formatValue, type Objective, type Uptime, type UptimeReading } from "../model/index.ts";
import { verdictAt } from "./limits.ts";

/** Below this share of the window's probes nothing is said to be well: more would be unknown than known. */
export const LEAST_COVERAGE = 0.5;

export interface UptimeWindow {
  readonly target: string;
  readonly windowSeconds: number;
  readonly objective?: Objective;
}

/**
 * Uptime over a window. A gap is neither uptime nor downtime: the value is of the probes that were made. With less than
 * half of the window probed it is not judged, unless even a target that answered every missing probe would have failed.
 */
export function judgeUptime(of: UptimeWindow, { probes, answered, intervalSeconds }: UptimeReading): Uptime {
  if (probes <= 0) return unknownUptime(of, "Prometheus holds no probe of it.");
  const expected = Math.max(probes, Math.round(of.windowSeconds / intervalSeconds));
  const known = { ...of, value: answered / probes, coverage: probes / expected, probes };
  const { objective } = of;
  const told = toldOf(of, { probes, answered, intervalSeconds });
  if (objective === undefined) return { ...known, verdict: "invalid", reason: `${told} No objective is set for it.` };
  const limit = formatValue(objective.limit, "ratio");
  const best = (expected - (probes - answered)) / expected;
  if (known.coverage >= LEAST_COVERAGE) {
    const verdict = verdictAt(known.value, objective, "ratio");
    const sense = { pass: "met", warning: "narrowly missed", fail: "missed" }[verdict];
    return { ...known, verdict, reason: `${told} The limit of ${limit} is ${sense}.` };
  }
  if (verdictAt(best, objective, "ratio") === "fail")
    return { ...known, verdict: "fail", reason: `${told} The limit of ${limit} can no longer be met in this window.` };
  const least = formatValue(LEAST_COVERAGE, "ratio");
  return { ...known, verdict: "invalid", reason: `${told} It is judged once ${least} of the window is measured.` };
}

/** Not measured, with the reason in one sentence. */
export function unknownUptime(of: UptimeWindow, reason: string): Uptime {
  return { ...of, verdict: "invalid", reason };
}

/** `99.95 % of 5,760 probes were answered; measured over 1 d of 30 d.` */
function toldOf(
  { windowSeconds, objective }: UptimeWindow,
  { probes, answered, intervalSeconds }: UptimeReading,
): string {
  const value = formatBeside(answered / probes, objective?.limit ?? 1, "ratio");
  const measured = Math.min(windowSeconds, probes * intervalSeconds);
  const whole = measured >= windowSeconds * 0.99;
  const over = whole ? longText(windowSeconds) : `${longText(measured)} so far, of ${longText(windowSeconds)}`;
  return `${value} of ${formatValue(probes, "count")} probes answered, measured over ${over}.`;
}

const LENGTHS = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
] as const;

/** `2 h`, `30 d`, `45 s`: rounded down, to say no more than was measured. */
function longText(seconds: number): string {
  for (const [size, name] of LENGTHS)
    if (seconds >= 2 * size || seconds === size) return `${Math.floor(seconds / size)} ${name}`;
  return `${Math.floor(seconds)} s`;
}
