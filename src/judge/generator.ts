import {
  formatCount,
  formatValue,
  reason,
  type GeneratorLoad,
  type LoadFacts,
  type LoopLoad,
  type Observed,
  type Reason,
} from "../model/index.ts";

// Why these limits: docs/decisions/0078. A busy machine is no reason; that the engine was kept from running is.
/** Fewer seconds tell nothing of how an engine was served. */
const LEAST_WATCHED_SECONDS = 10;
/** Of the cores that it may use: then it never rests, and its own users queue inside it. */
const MOST_WANTED = 0.95;
/** Of the seconds: P95 of what is timed inside the engine is then made of those. */
const MOST_UNRESTED = 0.05;
const MOST_THROTTLED = 0.05;
const LEAST_STILL_SECONDS = 2;
/** Half of the 1 % of answers that P99 is made of. */
const MOST_STILL = 0.005;
/** Dispatches that lie on the way of one request and its answer; measured. */
const DISPATCHES_A_REQUEST = 10;
const LEAST_DELAY_SECONDS = 0.01;
/** The width of a warning: a delay below it cannot turn a pass into a fail. */
const MOST_OF_LATENCY = 0.1;

/** Was the engine kept from running when it wanted to, for so long that what it measured is its own delay? */
export function generatorSaturated(observed: Observed | undefined, facts: LoadFacts): Reason | undefined {
  const { generator, loop } = observed ?? {};
  const text = (generator && keptFromRunning(generator, facts)) ?? (loop && cameRoundLate(loop, facts));
  return text === undefined ? undefined : reason("generator_saturated", `${text} Its delays are in every latency.`);
}

/** Requests that never left: the target had no part in them, and was spared them. */
export function generatorShort({ shortage }: LoadFacts): Reason | undefined {
  if (shortage === undefined) return undefined;
  const count = formatCount(shortage.requests);
  return reason("generator_saturated", `The load generator could not make ${count} of its requests: ${shortage.why}.`);
}

function keptFromRunning(seen: GeneratorLoad, facts: LoadFacts): string | undefined {
  const enough = seen.watchedSeconds >= LEAST_WATCHED_SECONDS;
  return (
    stoodStill(seen) ??
    (enough
      ? (neverRested(seen) ?? seldomRested(seen, facts) ?? heldByQuota(seen) ?? servedLate(seen, facts))
      : undefined)
  );
}

/** Nobody else had its core: its own users queued for its one thread. */
function cameRoundLate({ delayP99Seconds: delay = 0, cpuShare }: LoopLoad, facts: LoadFacts): string | undefined {
  const { latency, window } = facts;
  const p99 = latency.quantiles.find(([q]) => Math.abs(q - 0.99) < 1e-9)?.[1] ?? latency.max;
  if (latency.count === 0 || window.seconds < LEAST_WATCHED_SECONDS) return undefined;
  if (delay < Math.max(LEAST_DELAY_SECONDS, p99 * MOST_OF_LATENCY)) return undefined;
  const share = cpuShare === undefined ? "" : `, with ${formatValue(cpuShare, "ratio")} of a core used`;
  return `The one thread of the load generator came round ${formatValue(delay, "s")} late (P99)${share}; the P99 of the answers is ${formatValue(p99, "s")}.`;
}

/** Stopped, frozen, or with its machine: what was on its way meanwhile took that much longer. */
function stoodStill({ stillSeconds, watchedSeconds }: GeneratorLoad): string | undefined {
  if (stillSeconds < LEAST_STILL_SECONDS || stillSeconds < watchedSeconds * MOST_STILL) return undefined;
  return `The load generator stood still for ${formatValue(stillSeconds, "s")} of the judged window.`;
}

function neverRested({ wantedCores, usedCores, cores }: GeneratorLoad): string | undefined {
  if (wantedCores < cores * MOST_WANTED) return undefined;
  const [used, most] = [formatValue(usedCores, "cores"), formatValue(cores, "cores")];
  return usedCores >= wantedCores * MOST_WANTED
    ? `The load generator used ${used} of the ${most} that it may use: it was at its limit.`
    : `The load generator got ${used} and would have used all ${most}: something else had them.`;
}

/** Messages of a WebSocket are timed when its script gets its turn: a second without rest is in the times of each of them. */
function seldomRested(
  { unrestedSeconds = 0, watchedSeconds, cores }: GeneratorLoad,
  { stream }: LoadFacts,
): string | undefined {
  if (stream === undefined || stream.probeDelay.count > 0) return undefined; // read by the stream probe
  if (unrestedSeconds < watchedSeconds * MOST_UNRESTED) return undefined;
  const [seconds, all] = [formatValue(unrestedSeconds, "s"), formatValue(watchedSeconds, "s")];
  return `In ${seconds} of ${all} the load generator, which times the messages itself, wanted all of the ${formatValue(cores, "cores")} that it may use.`;
}

function heldByQuota({ throttledRatio = 0 }: GeneratorLoad): string | undefined {
  if (throttledRatio < MOST_THROTTLED) return undefined;
  return `The load generator had used up its CPU quota in ${formatValue(throttledRatio, "ratio")} of the quota's periods and was held back until their end.`;
}

function servedLate({ dispatchDelaySeconds }: GeneratorLoad, { latency: told, open }: LoadFacts): string | undefined {
  const delay = dispatchDelaySeconds * DISPATCHES_A_REQUEST;
  // Of arrivals the latency holds their waiting too: the delay is one of what the target took.
  const latency = open?.service ?? told;
  if (latency.count === 0 || delay < Math.max(LEAST_DELAY_SECONDS, latency.mean * MOST_OF_LATENCY)) return undefined;
  const [each, all] = [formatValue(dispatchDelaySeconds, "s"), formatValue(delay, "s")];
  return `The load generator waited ${each} for a CPU each time it wanted one, about ${all} a request of ${formatValue(latency.mean, "s")}: other programs were served first.`;
}
