import {
  formatValue,
  type LoadFacts,
  type Objective,
  type Observed,
  type Reason,
  reason,
  type Timeline,
} from "../model/index.ts";
import { clockTrouble } from "./clock-trouble.ts";
import { factsProblem } from "./facts-problem.ts";
import { generatorSaturated, generatorShort } from "./generator.ts";
import { hangsOf, isUsable } from "./silence.ts";
import { fakeStreaming, probeSaturated } from "./streams.ts";
import { neverAnswered, waitedInVain, waitedThrough } from "./waiting.ts";
import { warmupUnsettled } from "./warmup.ts";

/** Share of the planned window that must have been judged. */
const LEAST_OF_PLAN = 0.9;

function noRequests({ requests, exceptions, stream }: LoadFacts): Reason | undefined {
  const thrown = exceptions.afterFailed + exceptions.afterGood + exceptions.withoutRequest;
  if (requests.count > 0 || thrown > 0) return undefined;
  // What follows says why.
  if (stream !== undefined && stream.probeFailures > 0)
    return reason(
      "no_requests",
      "No request was counted in the judged window: none of its exchanges could be carried out.",
    );
  return reason(
    "no_requests",
    "No request was counted in the judged window: either the script sends none of the kind that its traffic (http, stream or websocket) says, or none of them ended.",
  );
}

function crossedUnseen({ thresholds }: LoadFacts, exitCode: 0 | 99): Reason | undefined {
  if (exitCode === 0 || thresholds.some(({ met }) => !met)) return undefined;
  return reason("bad_summary", "k6 says by its exit code 99 that a threshold was crossed; its summary names none.");
}

function tooShort({ window: { seconds, plannedSeconds } }: LoadFacts): Reason | undefined {
  if (seconds <= 0) return reason("window_too_short", "The load ended before the judged window began.");
  if (plannedSeconds === undefined || seconds >= plannedSeconds * LEAST_OF_PLAN) return undefined;
  const [had, planned] = [formatValue(seconds, "s"), formatValue(plannedSeconds, "s")];
  return reason("window_too_short", `The load ended after ${had} of the ${planned} that were to be judged.`);
}

/** Of an open load every arrival is accounted for: what waited is late, and what gave no answer has failed. */
function answersStopped({ open }: LoadFacts, timeline: Timeline | undefined): Reason | undefined {
  if (open !== undefined || timeline === undefined || !isUsable(timeline)) return undefined;
  const stop = hangsOf(timeline).find(({ last }) => last);
  if (stop === undefined) return undefined;
  const silent = formatValue(stop.to - stop.from, "s");
  return reason(
    "answers_stopped",
    `No answer came in the last ${silent} of the ${stop.to > timeline.judged.to ? "load" : "judged window"} although users waited: their waiting is in no latency.`,
  );
}

/** Whether it was a crash under the load or a deployment nobody can tell; what failed in it has failed. */
function targetRestarted(restarted: readonly string[]): Reason | undefined {
  if (restarted.length === 0) return undefined;
  return reason(
    "target_restarted",
    `Restarted during the judged window: ${restarted.join(", ")}. What was measured is two systems, and the start of one.`,
  );
}

export interface Doubts {
  /** Nothing this trial says can be used. */
  readonly void: readonly Reason[];
  /** It cannot be passed, but what failed for certain has failed. */
  readonly partial: readonly Reason[];
  /**
   * Times and rates cannot be believed, because of the load generator, its clock or a system that was still warming up:
   * only failures that are counted (errors) are certain.
   */
  readonly timing: readonly Reason[];
}

/** What a trial says beside its numbers. */
export interface Evidence {
  readonly timeline?: Timeline | undefined;
  readonly exitCode: 0 | 99;
  /** All that the trial is held to, with the one on errors. */
  readonly objectives: readonly Objective[];
  readonly observed?: Observed | undefined;
  /** Parts of the target that were restarted between the first reading and the last. */
  readonly restarted?: readonly string[] | undefined;
}

/** What speaks against the trial as a whole, whatever its objectives say. */
export function doubtsOf(facts: LoadFacts, evidence: Evidence): Doubts {
  const { timeline, exitCode, observed, restarted = [] } = evidence;
  const problem = factsProblem(facts);
  if (problem !== undefined) return { void: [problem], partial: [], timing: [] };
  const defined = (reasons: readonly (Reason | undefined)[]): Reason[] => reasons.filter((r) => r !== undefined);
  const timing = defined([
    probeSaturated(facts),
    generatorSaturated(observed, facts),
    clockTrouble(observed),
    warmupUnsettled(timeline),
  ]);
  // A machine that slept meanwhile sees all its requests fail, and nobody was asked.
  const hung = timing.length === 0 && neverAnswered(facts, timeline) !== undefined;
  return {
    void: hung ? [] : defined([noRequests(facts)]),
    partial: defined([
      ...[generatorShort(facts), crossedUnseen(facts, exitCode), tooShort(facts), waitedThrough(facts)],
      answersStopped(facts, timeline),
      ...[waitedInVain(facts, timeline, evidence.objectives), targetRestarted(restarted), fakeStreaming(facts)],
    ]),
    timing,
  };
}
