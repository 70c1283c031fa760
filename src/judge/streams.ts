import {
  formatCount,
  formatValue,
  reason,
  type Distribution,
  type LoadFacts,
  type Measurement,
  type Measurements,
  type Reason,
  type StreamFacts,
} from "../model/index.ts";
import { lossComplaint, withoutStop } from "./complaints.ts";
import { quantileOf, samplesNeeded } from "./quantiles.ts";

type Times = "ttft" | "firstByte" | "tpot" | "interChunk";

const QUANTILES: ReadonlyMap<string, readonly [Times, number]> = new Map([
  ["ttft_p50", ["ttft", 0.5]],
  ["ttft_p95", ["ttft", 0.95]],
  ["ttft_p99", ["ttft", 0.99]],
  ["first_byte_p50", ["firstByte", 0.5]],
  ["first_byte_p95", ["firstByte", 0.95]],
  ["first_byte_p99", ["firstByte", 0.99]],
  ["tpot_p50", ["tpot", 0.5]],
  ["tpot_p95", ["tpot", 0.95]],
  ["tpot_p99", ["tpot", 0.99]],
  ["inter_chunk_p99", ["interChunk", 0.99]],
]);
const TOKENS = "output_tokens_per_second";

/** What the answers of exchanges measured; empty for other traffic. */
export function streamMeasurements(facts: LoadFacts): Measurements {
  const { stream } = facts;
  if (stream === undefined) return {};
  const times = [...QUANTILES].flatMap(([name, [key, q]]): [string, Measurement][] => {
    const value = quantileOf(stream[key], q);
    return value === undefined || tooLate(key, q, stream) !== undefined
      ? []
      : [[name, { value, unit: "s", samples: stream[key].count }]];
  });
  const tokens = tokensPerSecond(facts, stream);
  return { ...Object.fromEntries(times), ...(tokens && { [TOKENS]: tokens }) };
}

/** Where some answers did not tell their tokens the sum would be too small, and nobody knows by how much. */
function tokensPerSecond({ latency, window }: LoadFacts, stream: StreamFacts): Measurement | undefined {
  const { outputTokens, answersWithUsage } = stream;
  if (answersWithUsage === 0 || answersWithUsage < latency.count || window.seconds <= 0) return undefined;
  return { value: outputTokens / window.seconds, unit: "tokens/s", samples: answersWithUsage };
}

const SHORT_SHARE = 0.1;
const SHORT_SECONDS = 0.003;

/**
 * The other times are shorter than the time to first token, and as wrong as their ends were seen late (a time per
 * token by its part of that): how late where that is more than a tenth of the time and 3 ms. Undefined: it is less.
 */
function tooLate(key: Times, q: number, stream: StreamFacts): number | undefined {
  if (key === "ttft") return undefined; // whose own bound voids the run
  const [time, delay] = [quantileOf(stream[key], q), quantileOf(stream.probeDelay, q)];
  if (time === undefined || delay === undefined) return undefined;
  const gaps = key === "tpot" ? Math.max(1, stream.interChunk.count / Math.max(1, stream.ttft.count)) : 1;
  return delay / gaps <= time * SHORT_SHARE + SHORT_SECONDS ? undefined : delay;
}

/** Why one of these is absent, as a clause; undefined for other names. */
export function streamAbsence(name: string, { stream, latency }: LoadFacts): Reason | undefined {
  const [key, q] = QUANTILES.get(name) ?? [];
  if (key === undefined && name !== TOKENS) return undefined;
  if (stream === undefined)
    return reason("not_measured", "the scenario's traffic is http, whose answers are not timed");
  if (key === undefined || q === undefined) {
    const told = formatCount(stream.answersWithUsage);
    return reason("not_measured", `only ${told} of ${formatCount(latency.count)} answers told their tokens`);
  }
  const late = tooLate(key, q, stream);
  if (late !== undefined)
    return reason("probe_saturated", `the stream probe looked up to ${formatValue(late, "s")} late at its chunks`);
  const { count } = stream[key];
  const needed = samplesNeeded(q);
  const only = count === 0 ? "none" : `only ${formatCount(count)}`;
  const why = key === "tpot" && count < latency.count ? " (answers tell them by their usage)" : "";
  const rank = `P${String(Math.round(q * 100))}`;
  return reason("too_few_samples", `${only} of the ${formatCount(needed)} samples that ${rank} needs${why}`);
}

/** The accuracy that docs/benchmarks.md claims of a time to first token: a share of it, and seconds on top. */
const CLAIMS: readonly (readonly [q: number, share: number, seconds: number])[] = [
  [0.5, 0.02, 0.002],
  [0.95, 0.03, 0.003],
  [0.99, 0.03, 0.003],
];

/**
 * The probe measures of each exchange how late it may have looked at the first content, and for how long its own work
 * may have held the request back. Where at a quantile that is reported the true one may lie further off than is claimed
 * there, or requests were held back for more than such a part of what is told, the probe was the bottleneck.
 */
export function probeSaturated(facts: LoadFacts): Reason | undefined {
  const { stream, latency } = facts;
  if (stream === undefined) return undefined;
  const { probeFailures } = stream;
  if (probeFailures > 0) {
    return lost(facts, stream);
  }
  const { queueDelay } = stream;
  // Where times count from when a message was to be sent, holding it back is in them; else only its pace suffers.
  const held = facts.open === undefined ? latency : stream.ttft;
  return (
    beyondClaim("may have added up to {} to the time to first token", stream.ttft, addedAt(stream)) ??
    (queueDelay && beyondClaim("may have held requests back for {}", held, (q) => quantileOf(queueDelay, q)))
  );
}

/** A WebSocket is k6's own: no probe tells how late it was. */
function lost(facts: LoadFacts, { probeFailures, probeDelay }: StreamFacts): Reason {
  const why = lossComplaint(facts);
  const byProbe = why?.startsWith("the stream probe") ?? probeDelay.count > 0;
  const [code, who] = byProbe
    ? (["probe_saturated", "stream probe"] as const)
    : (["generator_saturated", "load generator"] as const);
  const said = why === undefined ? "" : ` One of them: ${withoutStop(why)}.`;
  const text = `The ${who} could not carry out ${formatCount(probeFailures)} exchanges: it is the bottleneck, and what the target would have done is unknown.${said}`;
  return reason(code, text);
}

/** What the probe may have added at a quantile: of each time the least it can truly have been is known. */
function addedAt({ ttft, ttftLeast, probeDelay }: StreamFacts): (q: number) => number | undefined {
  if (ttftLeast === undefined || ttftLeast.count < ttft.count) return (q) => quantileOf(probeDelay, q);
  return (q) => {
    const [most, least] = [quantileOf(ttft, q), quantileOf(ttftLeast, q)];
    return most === undefined || least === undefined ? undefined : most - least;
  };
}

function beyondClaim(
  what: string,
  times: Distribution,
  delayAt: (q: number) => number | undefined,
): Reason | undefined {
  for (const [q, share, seconds] of CLAIMS) {
    const [delay, value] = [delayAt(q), quantileOf(times, q)];
    if (delay === undefined || value === undefined || delay <= value * share + seconds) continue;
    const rank = `P${String(Math.round(q * 100))}`;
    const claim = `${String(share * 100)} % + ${formatValue(seconds, "s")} of ${formatValue(value, "s")}`;
    const told = what.replace("{}", formatValue(delay, "s"));
    const text = `The stream probe ${told} (${rank}), more than ${claim}: it was the bottleneck. Use fewer users or a machine with free processors.`;
    return reason("probe_saturated", text);
  }
  return undefined;
}

const BURST_SHARE = 0.9;

/** Answers that are streamed in form only: whoever reads them waits for the whole answer. */
export function fakeStreaming({ stream }: LoadFacts): Reason | undefined {
  if (stream === undefined || stream.bursts.of === 0) return undefined;
  const { count, of } = stream.bursts;
  if (count / of <= BURST_SHARE) return undefined;
  const text = `${formatCount(count)} of ${formatCount(of)} answers came in one burst: something on the way holds them back until they are whole, so the time to first token is that of the whole answer.`;
  return reason("fake_streaming", text);
}

/** Distributions of a trial's exchanges that must be in order, by name. */
export function streamDistributions(stream: StreamFacts): readonly (readonly [string, Distribution])[] {
  return Object.entries(stream).flatMap(([name, value]) =>
    typeof value === "object" && "quantiles" in value ? [[name, value] as const] : [],
  );
}
