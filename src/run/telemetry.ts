import {
  reason,
  type Reason,
  type RunId,
  type SeriesAsked,
  type SeriesReader,
  type Telemetry,
  type Traffic,
  type Trial,
} from "../model/index.ts";

export interface TelemetryInput {
  readonly id: RunId;
  /** What its requests are. */
  readonly traffic?: Traffic;
  readonly trials: readonly Trial[];
  readonly failedPushes: number;
  /** Absent: no Prometheus was there to send to. */
  readonly reader?: SeriesReader;
}

/** Nobody to send to: the run counts all the same. */
export const NOTHING_SENT: Telemetry = {
  prometheus: "none",
  reason: "No Prometheus is configured or running here: nothing was sent.",
};

/** A run that broke before its load, whatever Prometheus stood ready. */
export const NO_LOAD: Telemetry = {
  prometheus: "none",
  reason: "The run ended before it made any load: there was nothing to send.",
};

/** So says a record until its series are read back, and for ever when Chatbench ends before. */
export const NOT_READ: Telemetry = {
  prometheus: "incomplete",
  reason: "This run's series have not been read back yet.",
};

/**
 * Reads the run's own series back and compares their number of requests with the engine's summary: k6 sends without
 * retry and says nothing at the end when something was lost.
 */
export async function readBack(input: TelemetryInput, stop: AbortSignal): Promise<Telemetry> {
  if (input.reader === undefined) return NOTHING_SENT;
  const reading = compare(input, input.reader);
  return await Promise.race([reading, shutdown(stop)]);
}

/** Whoever ends Chatbench does not wait for a number that changes no verdict. */
async function shutdown(stop: AbortSignal): Promise<Telemetry> {
  const isShutdown = (): boolean => stop.aborted && stop.reason === "shutdown";
  if (!isShutdown()) {
    await new Promise<void>((resolve) =>
      stop.addEventListener("abort", () => isShutdown() && resolve(), { once: true }),
    );
  }
  return { prometheus: "incomplete", reason: "Chatbench was stopped before it had read this run's series back." };
}

async function compare(input: TelemetryInput, reader: SeriesReader): Promise<Telemetry> {
  const failed = { failed_pushes: input.failedPushes };
  const sent = input.trials.reduce<number | undefined>(
    (sum, { facts }) => (sum === undefined || facts === undefined ? undefined : sum + facts.requestsInAll),
    0,
  );
  const asked: SeriesAsked = {
    ...(input.traffic === undefined ? {} : { traffic: input.traffic }),
    ...(sent === undefined ? {} : { expected: sent }),
  };
  const read = await reader.requestsOf(input.id, asked).catch(unexpected);
  if ("problem" in read)
    return {
      prometheus: "incomplete",
      reason: read.problem.text,
      ...failed,
      ...(sent === undefined ? {} : { requests_sent: sent }),
    };
  if (sent === undefined) {
    return {
      prometheus: "incomplete",
      reason: "The engine left no whole summary to compare the series with.",
      ...failed,
      requests_found: read.requests,
    };
  }
  const counts = { ...failed, requests_sent: sent, requests_found: read.requests };
  if (read.requests === sent) return { prometheus: "complete", ...counts };
  const pushes =
    input.failedPushes === 0
      ? ""
      : ` ${String(input.failedPushes)} ${input.failedPushes === 1 ? "push" : "pushes"} failed.`;
  return {
    prometheus: read.requests === 0 ? "none" : "incomplete",
    reason: `Prometheus holds ${String(read.requests)} of this run's ${String(sent)} requests.${pushes} The verdict does not depend on it.`,
    ...counts,
  };
}

/** A bug of ours while reading back must not take the verdict along. */
function unexpected(error: unknown): { readonly problem: Reason } {
  const text = `The series could not be read back: ${error instanceof Error ? error.message : String(error)}`;
  return { problem: reason("internal", text) };
}
