import { describe, expect, it } from "vitest";
import type { Distribution, LoadFacts, StreamFacts } from "../model/index.ts";
import { factsOf } from "../../test/support/facts.ts";
import { firstComplaint } from "./complaints.ts";
import { failuresOf } from "./error-rate.ts";
import { fakeStreaming, probeSaturated, streamAbsence, streamMeasurements } from "./streams.ts";

const NONE: Distribution = { count: 0, min: 0, max: 0, mean: 0, quantiles: [] };
function at(count: number, p50: number, p99 = p50): Distribution {
  const quantiles = [
    [0.5, p50],
    [0.95, p99],
    [0.99, p99],
  ] as const;
  return { count, min: p50, max: p99, mean: p50, quantiles };
}

function withStream(changes: Partial<StreamFacts>, latencies = 2_000): LoadFacts {
  const stream: StreamFacts = {
    ...{ firstByte: NONE, ttft: at(2_000, 0.3), tpot: NONE, interChunk: NONE, streamClose: NONE },
    ...{ dispatchDelay: NONE, probeDelay: at(2_000, 0.0005), probeFailures: 0, outputTokens: 0, answersWithUsage: 0 },
    bursts: { count: 0, of: 2_000 },
    ...changes,
  };
  const facts = factsOf(2_000);
  return { ...facts, latency: at(latencies, 2), stream };
}

describe("measurements of streams", () => {
  it("need as many samples as latencies", () => {
    expect(streamMeasurements(withStream({ ttft: at(999, 0.3) }))).toMatchObject({
      ttft_p95: { value: 0.3, samples: 999 },
    });
    expect(streamMeasurements(withStream({ ttft: at(999, 0.3) }))).not.toHaveProperty("ttft_p99");
    expect(streamAbsence("ttft_p99", withStream({ ttft: at(999, 0.3) }))?.text).toBe(
      "only 999 of the 1,000 samples that P99 needs",
    );
  });

  it("give no tokens per second unless every answer told its tokens", () => {
    const told = { outputTokens: 20_000, answersWithUsage: 2_000 };
    const facts = withStream(told);
    expect(streamMeasurements(facts).output_tokens_per_second?.value).toBe(20_000 / facts.window.seconds);
    expect(streamMeasurements(withStream(told, 2_001))).not.toHaveProperty("output_tokens_per_second");
  });

  it("are absent where nothing was streamed", () => {
    expect(streamMeasurements(factsOf(2_000))).toEqual({});
    expect(streamAbsence("ttft_p50", factsOf(2_000))?.code).toBe("not_measured");
  });
});

describe("times shorter than the one to the first token", () => {
  it("are not told where the probe looked later than they can bear; of a time per token its part counts", () => {
    const short = { firstByte: at(2_000, 0.01, 0.02), tpot: at(2_000, 0.02, 0.03), interChunk: at(8_000, 0.02, 0.03) };
    const told = (p99: number) => streamMeasurements(withStream({ ...short, probeDelay: at(2_000, 0.001, p99) }));
    expect(told(0.005)).toMatchObject({ first_byte_p99: { value: 0.02 }, tpot_p99: { value: 0.03 } });
    expect(told(0.0051)).not.toHaveProperty("first_byte_p99");
    expect(told(0.0239)).toHaveProperty("tpot_p99");
    expect(told(0.0241)).not.toHaveProperty("tpot_p99");
    expect(told(0.0241)).toMatchObject({ first_byte_p50: { value: 0.01 }, ttft_p99: { value: 0.3 } });
  });
});

describe("gaps between chunks", () => {
  it("are not told where the probe looked later than they can bear", () => {
    const told = withStream({ interChunk: at(40_000, 0.05, 0.06), probeDelay: at(2_000, 0.001, 0.009) });
    expect(streamMeasurements(told)).toMatchObject({ inter_chunk_p99: { value: 0.06 } });
    const late = withStream({ interChunk: at(40_000, 0.05, 0.06), probeDelay: at(2_000, 0.001, 0.0091) });
    expect(streamMeasurements(late)).not.toHaveProperty("inter_chunk_p99");
    expect(streamAbsence("inter_chunk_p99", late)).toEqual({
      code: "probe_saturated",
      text: "the stream probe looked up to 9.1 ms late at its chunks",
    });
  });
});

describe("the probe as the bottleneck", () => {
  it.each<[string, Partial<StreamFacts>, boolean]>([
    ["late within what is claimed", { probeDelay: at(2_000, 0.0079, 0.0119) }, false],
    ["late in the middle", { probeDelay: at(2_000, 0.0081, 0.009) }, true],
    ["late at the end", { probeDelay: at(2_000, 0.001, 0.0121) }, true],
    [
      "late in so few answers that their end is not told",
      { probeDelay: at(150, 0.001, 0.5), ttft: at(150, 0.3) },
      false,
    ],
    ["an exchange that it could not carry out", { probeFailures: 1 }, true],
    ["no probe", { probeDelay: NONE }, false],
    [
      "late at answers that were quick: no quantile is further off than is claimed",
      { probeDelay: at(2_000, 0.001, 0.2), ttftLeast: at(2_000, 0.299, 0.289) },
      false,
    ],
    ["the median too high", { ttftLeast: at(2_000, 0.2919, 0.299) }, true],
    ["the end too high", { ttftLeast: at(2_000, 0.299, 0.2879) }, true],
    ["some answers without a bound", { ttftLeast: at(1_999, 0.3), probeDelay: at(2_000, 0.001, 0.2) }, true],
    ["requests held back within what is claimed", { queueDelay: at(2_000, 0.0419, 0.0629) }, false],
    ["requests held back", { queueDelay: at(2_000, 0.001, 0.0631) }, true],
    ["an old record", {}, false],
  ])("%s", (_, changes, isSaturated) => {
    expect(probeSaturated(withStream(changes))?.code).toBe(isSaturated ? "probe_saturated" : undefined);
  });
});

it("holds arrivals' queueing to the time to first token, which counts from when they were to be sent", () => {
  const none = { planned: 1, users: 1, rate: 1, service: NONE, startDelay: NONE, busy: NONE };
  const open = (p99: number) => ({ ...withStream({ queueDelay: at(2_000, 0.001, p99) }), open: none });
  expect(probeSaturated(open(0.0119))).toBeUndefined();
  expect(probeSaturated(open(0.0121))?.code).toBe("probe_saturated");
});

it("says what the probe said of an exchange that it could not carry out, and blames the target for none of it", () => {
  const complaints = ["status 503", "the stream probe ran short (EMFILE): its process has no file descriptor left"];
  const text = probeSaturated({ ...withStream({ probeFailures: 1 }), complaints })?.text;
  expect(text).toContain("One of them: the stream probe ran short (EMFILE): its process has no file descriptor left.");
  const short = ["the load generator ran short (dial tcp 10.0.0.7:443: socket: too many open files)"];
  const own = probeSaturated({ ...withStream({ probeFailures: 1 }), complaints: short });
  expect(own).toMatchObject({
    code: "generator_saturated",
    text: expect.stringMatching(/^The load generator could/) as string,
  });
  expect(firstComplaint({ ...factsOf(1), complaints: short })).toBe("");
  expect(firstComplaint({ ...factsOf(1), complaints: complaints.toReversed() })).toBe("; the first said: status 503");
  expect(firstComplaint({ ...factsOf(1), complaints: complaints.slice(1) })).toBe("");
});

it("counts every exchange that failed: one that k6 could not make is lost, and not among them", () => {
  const facts: LoadFacts = { ...withStream({ probeFailures: 50 }), shortage: { requests: 50, why: "dial" } };
  const failed = { ...facts, requests: { count: 2_000, failed: 60 } };
  expect(failuresOf(failed)).toMatchObject({ failedLow: 60, failedHigh: 60, total: 2_000 });
});

describe("fake streaming", () => {
  it("is told when more than nine of ten answers come in one burst", () => {
    expect(fakeStreaming(withStream({ bursts: { count: 900, of: 1_000 } }))).toBeUndefined();
    expect(fakeStreaming(withStream({ bursts: { count: 901, of: 1_000 } }))?.code).toBe("fake_streaming");
    expect(fakeStreaming(withStream({ bursts: { count: 0, of: 0 } }))).toBeUndefined();
  });
});
