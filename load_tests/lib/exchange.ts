// What an exchange (one message sent and its whole streamed answer) measured, as k6 metrics: for scenarios with the
// traffic `stream` or `websocket` these are the requests, failures and latencies that Chatbench judges.
import { Counter, Rate, Trend } from "k6/metrics";

/** How an exchange went; all times in milliseconds since the message was sent, unless said otherwise. */
export interface ExchangeResult {
  /** Answered to the end, and the answer was what it had to be. Of others nothing but the failure is counted. */
  readonly good: boolean;
  /** Until the last content; of a good exchange it must be there. */
  readonly lastContentMs?: number | undefined;
  /** Until the first byte (over a WebSocket: the first message) of the answer. */
  readonly firstByteMs?: number | undefined;
  /** Until the first content or tool call: neither the role, nor reasoning, nor an empty delta. */
  readonly firstContentMs?: number | undefined;
  /** Between two chunks with content, in the order of their coming. */
  readonly gapsMs?: readonly number[] | undefined;
  /** Until the stream was closed. */
  readonly closedMs?: number | undefined;
  /** Generated tokens as the answer told them; absent when it did not. */
  readonly outputTokens?: number | undefined;
  /** The same without tokens that were generated before the one that `firstTokenMs` tells of (hidden reasoning). */
  readonly tokensFromFirst?: number | undefined;
  /** Until the first generated token of any kind, reasoning included; absent: `firstContentMs`. */
  readonly firstTokenMs?: number | undefined;
  /** Until the first reasoning that was streamed. */
  readonly firstReasoningMs?: number | undefined;
  /** From when the message was to be sent until it was. */
  readonly dispatchDelayMs?: number | undefined;
  /** Of that at most so much was the probe's own doing, and not connecting. */
  readonly queueDelayMs?: number | undefined;
  /** At most so late were the times above taken. */
  readonly probeDelayMs?: number | undefined;
  /** The answer came out of a cache, so that a burst is no wonder. */
  readonly cached?: boolean | undefined;
}

export interface Exchange {
  /** To be called once, when the answer is there or will not come. */
  end(result: ExchangeResult): void;
  /** It could not be carried out for a reason that is not the target's: it counts nowhere, and the run is void. */
  lost(): void;
}

const exchanges = new Counter("chatbench_exchanges");
const failed = new Rate("chatbench_exchange_failed");
const duration = new Trend("chatbench_exchange_duration", true);
const firstByte = new Trend("chatbench_first_byte", true);
const ttft = new Trend("chatbench_ttft", true);
const firstReasoning = new Trend("chatbench_first_reasoning", true);
const tpot = new Trend("chatbench_tpot", true);
const interChunk = new Trend("chatbench_inter_chunk", true);
const streamClose = new Trend("chatbench_stream_close", true);
const outputTokens = new Counter("chatbench_output_tokens");
const answersWithUsage = new Counter("chatbench_answers_with_usage");
const bursts = new Rate("chatbench_burst_streams");
const dispatchDelay = new Trend("chatbench_dispatch_delay", true);
const queueDelay = new Trend("chatbench_queue_delay", true);
const probeDelay = new Trend("chatbench_probe_delay", true);
const ttftLeast = new Trend("chatbench_ttft_least", true);
const probeFailures = new Counter("chatbench_probe_failures");

type Tags = Record<string, string>;

/** The wrapper of Chatbench around this script; under plain `k6 run` there is none. */
interface Hooks {
  begin(): Tags;
  /** Are these the tags that the user has now anyway? */
  areOwn?(tags: Tags): boolean;
  ended(good: boolean): void;
  /** How late the first exchange of an iteration begins where arrivals come at a rate; then 0. */
  takeDelay?(): number;
  /** Arrivals come at a rate: times count from when a message was to be sent. */
  readonly open?: boolean;
  exchanged?(good: boolean, times: Times, about: { readonly delayMs: number; readonly tags: Tags }): void;
}

/** What answers are held to, in milliseconds since the message was sent. */
interface Times {
  readonly latency?: number;
  readonly ttft?: number;
  readonly first_byte?: number;
  readonly tpot?: number;
}

/** To be called right before the message is sent: the exchange belongs to the phase of the load that is now. */
export function beginExchange(): Exchange {
  const hooks = (globalThis as { chatbench$exchanges?: Hooks }).chatbench$exchanges;
  const tags = hooks?.begin() ?? {};
  const delayMs = hooks?.takeDelay?.() ?? 0;
  return {
    end(result) {
      const good = result.good && result.lastContentMs !== undefined;
      // Tags cost k6 more than the value they are for, and an answer can have hundreds of gaps.
      const more = hooks?.areOwn?.(tags) === true ? undefined : tags;
      exchanges.add(1, more);
      failed.add(!good, more);
      hooks?.ended(good);
      const isOpen = hooks?.open === true;
      const lateMs = isOpen ? delayMs + (result.dispatchDelayMs ?? 0) : 0;
      hooks?.exchanged?.(good, timesOf(result), { delayMs: lateMs, tags });
      if (good) tell(result, { tags: more, lateMs, probeMs: probesOwn(result, isOpen) });
    },
    lost() {
      probeFailures.add(1, tags);
      hooks?.ended(false);
    },
  };
}

function timesOf(result: ExchangeResult): Times {
  const tokenMs = tpotOf(result);
  return {
    ...(result.lastContentMs === undefined ? {} : { latency: result.lastContentMs }),
    ...(result.firstContentMs === undefined ? {} : { ttft: result.firstContentMs }),
    ...(result.firstByteMs === undefined ? {} : { first_byte: result.firstByteMs }),
    ...(tokenMs === undefined ? {} : { tpot: tokenMs }),
  };
}

/**
 * How much of what is told as the time to first token the probe itself may have added, at most: it looked late, and
 * where the time counts from when the message was to be sent, it held that back.
 */
function probesOwn({ probeDelayMs, queueDelayMs = 0 }: ExchangeResult, isOpen: boolean): number | undefined {
  if (probeDelayMs === undefined) return undefined;
  return probeDelayMs + (isOpen ? queueDelayMs : 0);
}

/**
 * Where arrivals come at a rate, what is told counts from when the message was to be sent: of the first of an arrival
 * from its intended start, of all with what dispatching it took (`lateMs`).
 */
function tell(
  result: ExchangeResult,
  {
    tags,
    lateMs,
    probeMs,
  }: { readonly tags: Tags | undefined; readonly lateMs: number; readonly probeMs: number | undefined },
): void {
  const fromStart = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms + lateMs);
  addTo(duration, fromStart(result.lastContentMs), tags);
  addTo(firstByte, fromStart(result.firstByteMs), tags);
  addTo(ttft, fromStart(result.firstContentMs), tags);
  addTo(firstReasoning, fromStart(result.firstReasoningMs), tags);
  addTo(tpot, tpotOf(result), tags);
  addTo(streamClose, fromStart(result.closedMs), tags);
  addTo(dispatchDelay, lateMs > 0 ? lateMs : result.dispatchDelayMs, tags);
  addTo(queueDelay, result.queueDelayMs, tags);
  addTo(probeDelay, result.probeDelayMs, tags);
  const first = fromStart(result.firstContentMs);
  if (first !== undefined && probeMs !== undefined) ttftLeast.add(first - probeMs, tags);
  addAll(interChunk, result.gapsMs ?? [], tags);
  if (result.outputTokens !== undefined) {
    outputTokens.add(result.outputTokens, tags);
    answersWithUsage.add(1, tags);
  }
  const burst = isBurst(result);
  if (burst !== undefined) bursts.add(burst, tags);
}

/** k6 takes 1.9 us for a value alone and 2.8 us for one with tags that are `undefined`. */
function addTo(trend: Trend, value: number | undefined, tags: Tags | undefined): void {
  if (value === undefined) return;
  if (tags === undefined) trend.add(value);
  else trend.add(value, tags);
}

/** By index: an iterator costs k6 a fifth of what it gives out here, and these are hundreds an answer. */
function addAll(trend: Trend, values: readonly number[], tags: Tags | undefined): void {
  const { length } = values;
  for (let at = 0; at < length; at += 1) addTo(trend, values[at], tags);
}

/**
 * Time per output token as vLLM defines it, (end to end - first token) / (tokens - 1), with the tokens that the answer
 * itself told; undefined below two of them.
 */
export function tpotOf(result: ExchangeResult): number | undefined {
  const { lastContentMs, firstTokenMs = result.firstContentMs } = result;
  const tokens = result.tokensFromFirst ?? result.outputTokens;
  if (lastContentMs === undefined || firstTokenMs === undefined || tokens === undefined || tokens < 2) return undefined;
  return (lastContentMs - firstTokenMs) / (tokens - 1);
}

/** Fewer gaps than this say nothing about how an answer came. */
const LEAST_GAPS = 4;
const BURST_GAP_MS = 1;
const BURST_SHARE = 0.9;
/** A quick model may well leave less than 1 ms between two tokens, but not generate an answer in no time. */
const BURST_SPAN = 0.1;

/**
 * Did the answer come all at once although it was streamed? More than 90 % of its gaps below 1 ms, all of it in the
 * last tenth of its time. Undefined: nobody can tell.
 */
export function isBurst({ gapsMs, firstContentMs, lastContentMs, cached }: ExchangeResult): boolean | undefined {
  if (cached === true || gapsMs === undefined || gapsMs.length < LEAST_GAPS) return undefined;
  if (firstContentMs === undefined || lastContentMs === undefined) return undefined;
  return (
    countBelow(BURST_GAP_MS, gapsMs) / gapsMs.length > BURST_SHARE &&
    lastContentMs - firstContentMs < lastContentMs * BURST_SPAN
  );
}

function countBelow(limit: number, values: readonly number[]): number {
  const { length } = values;
  let count = 0;
  for (let at = 0; at < length; at += 1) if ((values[at] ?? limit) < limit) count += 1;
  return count;
}
