/** Users who waited for answers that no latency holds: they came too late to be judged, or they failed. */
import {
  formatCount,
  formatValue,
  reason,
  type LoadFacts,
  type Objective,
  type Reason,
  type Timeline,
} from "../model/index.ts";
import { failuresOf } from "./error-rate.ts";
import { verdictAt } from "./limits.ts";
import { isUsable } from "./silence.ts";

/** Of the users' time: less is no part of the load that anybody would miss. */
const MOST_WAITED = 0.02;

function usersWho(count: number): string {
  return count === 1 ? "A user" : `${formatCount(count)} users`;
}

/** Periods of which any part lies in the judged window; none of a timeline that cannot be read. */
function touchingPoints(timeline: Timeline): Timeline["points"] {
  const { from, to } = timeline.judged;
  return isUsable(timeline) ? timeline.points.filter(({ at, seconds }) => at > from && at - seconds < to) : [];
}

/** A user who hung since the warm-up took no part in the window: neither its requests nor its latencies tell. */
export function waitedThrough({ waitedThrough: users = 0 }: LoadFacts): Reason | undefined {
  if (users === 0) return undefined;
  return reason(
    "answers_stopped",
    `${usersWho(users)} waited for one answer during the whole judged window: that waiting is in no latency.`,
  );
}

/**
 * No request began in the judged window because each of its users still waited for one of before, and all of those
 * failed. A user who merely paused would make this uncertain: so as many must have waited as there were.
 */
export function neverAnswered(facts: LoadFacts, timeline: Timeline | undefined): Reason | undefined {
  const { requests, waitedThrough: waited = 0, waitedInVain: users = 0 } = facts;
  if (requests.count > 0 || users === 0 || users < waited || timeline === undefined) return undefined;
  const points = touchingPoints(timeline);
  const most = points.reduce((max, point) => Math.max(max, point.users), 0);
  if (points.length === 0 || users < most) return undefined;
  const who = users === 1 ? "its user" : usersWho(users);
  return reason("target_failed", `Nothing was answered: ${who} waited for one answer during the whole judged window.`);
}

/** Share of the users' time in the judged window that went by waiting for requests that failed; undefined: unknown. */
function failedWaitShare({ failedWaitSeconds }: LoadFacts, timeline: Timeline | undefined): number | undefined {
  if (failedWaitSeconds === undefined || timeline === undefined) return undefined;
  const points = touchingPoints(timeline);
  const seconds = points.reduce((sum, point) => sum + point.seconds, 0);
  const userSeconds = points.reduce((sum, point) => sum + point.users * point.seconds, 0);
  const { from, to } = timeline.judged;
  return userSeconds > 0 ? (failedWaitSeconds * seconds) / (userSeconds * (to - from)) : undefined;
}

/**
 * Whoever waits long for what fails asks seldom: one user in twenty who is never answered makes one request in a
 * thousand. So the share of requests that failed says too little where the share of time is beyond the limit on errors.
 * @param objectives with the one on errors
 */
export function waitedInVain(
  facts: LoadFacts,
  timeline: Timeline | undefined,
  objectives: readonly Objective[],
): Reason | undefined {
  const share = failedWaitShare(facts, timeline);
  const limit = objectives.find(({ measurement }) => measurement === "error_rate");
  if (share === undefined || limit?.comparator.startsWith("<") !== true) return undefined;
  const { total, failedLow, failedHigh } = failuresOf(facts);
  if (total === 0 || share <= Math.max(MOST_WAITED, limit.limit)) return undefined;
  if (verdictAt(failedLow / total, limit, "ratio") === "fail") return undefined;
  const [time, rate] = [formatValue(share, "ratio"), formatValue(failedHigh / total, "ratio")];
  return reason(
    "answers_stopped",
    `Users spent ${time} of their time waiting for requests that failed, though these are ${rate} of all: what they would have asked meanwhile is in no number.`,
  );
}
