// How streamed answers ended, as k6 metrics over the whole test: at the end they stand in the summary and the report.
import { Counter } from "k6/metrics";
import type { ProbeAnswer } from "./probe.ts";

/** As the stream probe names them (src/probe/protocol.ts); a good answer is "complete". */
const FAILURES = [
  ...["empty", "cut", "error_event", "timeout", "redirect", "bad_status", "not_a_stream", "invalid_data"],
  ...["too_large", "no_connection"],
];
/** Of OpenAI's API; any other reason is counted as "other". */
const REASONS = ["stop", "length", "tool_calls", "content_filter", "function_call", "other"];

const counters = (prefix: string, names: readonly string[]): ReadonlyMap<string, Counter> =>
  new Map(names.map((name) => [name, new Counter(`${prefix}${name}`)]));
/** `stream_failed_by_timeout` and so on. */
const failedBy = counters("stream_failed_by_", FAILURES);
/** `stream_finished_by_stop` and so on, of the good ones that said it. */
const finishedBy = counters("stream_finished_by_", REASONS);

export function countStream({ end, finish_reason: reason }: ProbeAnswer): void {
  if (end !== "complete") failedBy.get(end)?.add(1);
  else if (reason !== undefined) (finishedBy.get(reason) ?? finishedBy.get("other"))?.add(1);
}
