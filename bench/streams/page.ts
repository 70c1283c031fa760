import type { Capacity } from "./search.ts";
import { whyNot, type Trial } from "./trial.ts";

export interface Measured extends Capacity {
  /** A trial of a few streams: what the tool costs whatever it measures. */
  readonly idle: Trial;
}

/** The section of the page of benchmarks, in paragraphs. */
export function streamsSection(capacities: readonly Measured[]): readonly string[] {
  const [ours, ...peers] = capacities;
  const times = (kind: Measured["kind"]): string | undefined =>
    timesBest(
      ours,
      peers.filter((peer) => peer.kind === kind),
    );
  const [usual, tuned, less] = [times("as people run it"), times("tuned"), times("tuned to tell less")];
  return [
    "## Streams at the same time, beside other tools",
    "By `npm run bench:streams`. One simulated provider (role chunk at once, the first of 40 tokens after 300 ms, one each 50 ms) in a process of its own and one tool at a time on this machine. A number of streams is held when the tool's median and P99 of time to first token lie within 3 % + 3 ms of the range in which the true ones do (the provider writes down when it sent, and how long a request may have lain there before it looked), no answer failed, at least 85 % of the streams were open, and the median of the provider's own was 300 ms to 3 % + 3 ms. Streams are doubled, then bisected. CPU is user and system time of the whole tree of processes, less that of a run of ten streams, per stream and second of load.",
    table(
      ["Tool", "Streams held", "Median / P99", "True median / P99", "CPU per stream", "First not held"],
      capacities.map(row),
    ),
    tuned === undefined
      ? ""
      : `Chatbench holds ${tuned} times the streams of the best Locust user tuned by hand for this comparison, which tells as much.`,
    usual === undefined ? "" : `Of the best other tool as people run it, it holds ${usual} times the streams.`,
    less === undefined
      ? ""
      : `Of a tuned Locust user in one process that looks for the first token and at nothing else, it holds ${less} times the streams.`,
    "Chatbench is `chatbench run` with `traffic: stream` (k6 paces, the probe reads and parses each chunk). Locust's users are in `bench/streams/locust_sse.py`. The one that people write is an `HttpUser` with `stream=True` and the `iter_lines` of requests, which parses each chunk and tells the first token. The tuned one is a `FastHttpUser` that reads the socket event by event (its documented `iter_lines` waits for 1,024 bytes) and tells what Chatbench does: each chunk parsed, the gaps between them, the end and the usage, in Locust's own statistics; or, where the table says so, parses JSON until the first content and tells nothing else. AIPerf is told arrivals at a rate, with a local tokenizer and the server's token counts.",
    "### Every trial",
    table(
      ["Tool", "Streams", "Open", "Answers", "Median / P99", "True", "CPU", ""],
      capacities.flatMap(({ name, trials }) => trials.map((trial) => trialRow(name, trial))),
    ),
  ].filter((part) => part !== "");
}

/** How many times the streams of the best of them ours holds. */
function timesBest(ours: Measured | undefined, peers: readonly Measured[]): string | undefined {
  const best = Math.max(0, ...peers.map(({ held }) => held?.streams ?? 0));
  return ours?.held === undefined || best === 0 ? undefined : (ours.held.streams / best).toFixed(1);
}

function row({ name, held, first, idle }: Measured): string[] {
  const not = first === undefined ? "-" : `${first.streams}: ${whyNot(first) ?? ""}`;
  if (held === undefined) return [name, "none", "-", "-", "-", not];
  return [name, String(held.streams), pair(held.measured), range(held.truth), cpuPerStream(held, idle), not];
}

/** Milliseconds of CPU a second that a stream costs beyond what the tool costs anyway. */
function cpuPerStream(held: Trial, idle: Trial): string {
  const more = (held.cpuSeconds - idle.cpuSeconds) / held.loadSeconds / Math.max(1, held.streams - idle.streams);
  return `${(more * 1000).toFixed(2)} ms/s`;
}

function trialRow(name: string, trial: Trial): string[] {
  const { streams, truth, answers, measured, cpuSeconds, says } = trial;
  const result = [whyNot(trial) ?? "held", ...(says === undefined ? [] : [says])].join("; ");
  const open = truth?.open.toFixed(0) ?? "-";
  const cpu = `${cpuSeconds.toFixed(1)} s`;
  return [name, String(streams), open, String(answers), pair(measured), range(truth), cpu, result];
}

function pair(of: { readonly p50: number; readonly p99: number } | undefined): string {
  return of === undefined ? "-" : `${of.p50.toFixed(1)} / ${of.p99.toFixed(1)} ms`;
}

function range(truth: Trial["truth"]): string {
  if (truth === undefined) return "-";
  const between = (least: number, most: number): string => `${least.toFixed(1)} to ${most.toFixed(1)}`;
  return `${between(truth.p50, truth.latest.p50)} / ${between(truth.p99, truth.latest.p99)} ms`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
