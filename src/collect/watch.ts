import {
  reason,
  type Collector,
  type Reason,
  type Source,
  type SourceRead,
  type Target,
  type TargetFacts,
  type TargetWatch,
  type WatchedPart,
} from "../model/index.ts";
import { cadvisorCollector } from "./cadvisor.ts";
import { READ_WITHIN_MS } from "./limits.ts";
import { metricsCollector } from "./metrics-page.ts";
import { nodeExporterCollector } from "./node-exporter.ts";
import { postgresCollector } from "./postgres.ts";
import { processCollector } from "./process.ts";
import { redisCollector } from "./redis.ts";
import { within } from "./within.ts";

/** Every collector there is. Of those that tell the CPU and memory of the target, the first that is configured counts. */
export const COLLECTORS: readonly Collector[] = [
  cadvisorCollector,
  processCollector,
  nodeExporterCollector,
  postgresCollector,
  redisCollector,
  metricsCollector,
];

/** Open, or not and why. */
interface State {
  source?: Source | undefined;
  problem?: Reason | undefined;
}

/** Opens what the target has configured, all at once and within some seconds; the caller closes it. */
export async function watchTarget(
  target: Target,
  signal: AbortSignal,
  collectors: readonly Collector[] = COLLECTORS,
): Promise<TargetWatch> {
  const opened = await Promise.all(
    collectors.map(async (collector) => {
      const state: State = {};
      // One of its own each: ten listeners on one signal are taken for a leak.
      const isThere = await open({ collector, target, state }, AbortSignal.any([signal]));
      return isThere ? { part: partOf({ collector, target, state }), state } : undefined;
    }),
  );
  const all = opened.filter((one) => one !== undefined);
  return {
    parts: all.map(({ part }) => part),
    facts: () => merged(all.flatMap(({ state }) => state.source?.facts ?? [])),
    problems: () => all.flatMap(({ state }) => state.problem ?? []),
    async close() {
      await Promise.all(all.map(({ state }) => drop(state)));
    },
  };
}

interface Watched {
  readonly collector: Collector;
  readonly target: Target;
  readonly state: State;
}

/** False: the target has no such part. */
async function open({ collector, target, state }: Watched, signal: AbortSignal): Promise<boolean> {
  const opening = collector.open(target, signal);
  try {
    // A little longer than the collector's own limits, whose sentences say more.
    const found = await within(opening, 2 * READ_WITHIN_MS + 500, signal);
    if (found === undefined) return false;
    if ("problem" in found) state.problem = found.problem;
    else state.source = found;
  } catch (error) {
    void opening.then(closeLate).catch(() => undefined);
    state.problem = unexpected(collector, error);
  }
  return true;
}

/** What was opened when nobody waited for it any more. */
async function closeLate(late: Source | { readonly problem: Reason } | undefined): Promise<void> {
  if (late !== undefined && "close" in late) await late.close();
}

function partOf(watched: Watched): WatchedPart {
  const { collector, state } = watched;
  return {
    name: collector.name,
    async read(signal) {
      if (state.source === undefined) {
        state.problem = undefined;
        const isThere = await open(watched, signal);
        if (!isThere) state.problem = reason("collector_failed", `The ${collector.name} of the target is gone.`);
      }
      const { source } = state;
      const result = source === undefined ? undefined : await readOnce(watched, source, signal);
      if (result !== undefined && "readings" in result) {
        state.problem = undefined;
        return result;
      }
      if (result !== undefined) state.problem = result.problem;
      await drop(state);
      return { problem: state.problem ?? unexpected(collector, "it cannot be opened") };
    },
  };
}

/** A bug of ours in one collector costs its readings, not the run. */
async function readOnce({ collector }: Watched, source: Source, signal: AbortSignal): Promise<SourceRead> {
  try {
    return await within(source.read(signal), READ_WITHIN_MS + 500, signal);
  } catch (error) {
    return { problem: unexpected(collector, error) };
  }
}

async function drop(state: State): Promise<void> {
  const { source } = state;
  state.source = undefined;
  await source?.close().catch(() => undefined);
}

function unexpected({ name }: Collector, error: unknown): Reason {
  const why = error instanceof Error ? error.message : String(error);
  return reason("collector_failed", `The ${name} of the target cannot be read: ${why}.`);
}

/** Of the machine the first that tells of it, in the order of the collectors. */
function merged(all: readonly TargetFacts[]): TargetFacts {
  return Object.assign({}, ...[...all].reverse()) as TargetFacts;
}
