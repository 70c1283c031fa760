/** What the trials of a run must look like on disk, in a record.json and in a trials.json. */
import { z } from "zod";
import { REASON_CODES, type TrialsSoFar } from "../model/index.ts";

export const count = z.number().int().nonnegative();
export const amount = z.number().nonnegative();
export const text = z.string();
export const time = z.iso.datetime();
export const reason = z.object({ code: z.enum(REASON_CODES), text });
export const abortedBy = z.enum(["person", "shutdown", "spend_cap", "script", "schedule"]);

export const measurement = z.object({
  value: z.number(),
  unit: z.enum(["s", "ratio", "1/s", "count", "bytes", "bytes/s", "cores", "usd", "tokens/s"]),
  samples: count,
  low: z.number().exactOptional(),
  high: z.number().exactOptional(),
});

const distribution = z.object({
  count,
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  quantiles: z.array(z.tuple([z.number().min(0).max(1), z.number()])),
});

const metricSummary = z.discriminatedUnion("type", [
  z.object({ type: z.literal("trend"), unit: z.enum(["s", "bytes", "1"]), distribution }),
  z.object({ type: z.literal("counter"), count: z.number(), perSecond: z.number() }),
  z.object({ type: z.literal("rate"), passes: count, total: count }),
  z.object({ type: z.literal("gauge"), value: z.number(), min: z.number(), max: z.number() }),
]);

const answers = z.object({
  begun: z.object({ warmup: count, judged: count }),
  cache: z.object({ told: count, hits: count }),
  usage: z.object({ told: count, promptTokens: count, completionTokens: count }),
  prefix: z.object({ told: count, cachedTokens: count, promptTokens: count }),
});

const stream = z.object({
  firstByte: distribution,
  ttft: distribution,
  firstReasoning: distribution.exactOptional(),
  tpot: distribution,
  interChunk: distribution,
  streamClose: distribution,
  dispatchDelay: distribution,
  queueDelay: distribution.exactOptional(),
  probeDelay: distribution,
  ttftLeast: distribution.exactOptional(),
  probeFailures: count,
  outputTokens: amount,
  answersWithUsage: count,
  bursts: z.object({ count, of: count }),
});

const open = z.object({
  ...{ planned: count, users: count, rate: amount },
  ...{ service: distribution, startDelay: distribution, busy: distribution },
});

const facts = z.object({
  window: z.object({ startedAt: z.number(), seconds: amount, plannedSeconds: amount.exactOptional() }),
  requests: z.object({ count, failed: count }),
  checks: z.object({ failedOnGood: count, mixed: count, perAnswer: count }),
  exceptions: z.object({ afterGood: count, afterFailed: count, withoutRequest: count }),
  waitedThrough: count.exactOptional(),
  waitedInVain: count.exactOptional(),
  failedWaitSeconds: amount.exactOptional(),
  latency: distribution,
  iterations: z.object({ completed: count, dropped: count.exactOptional() }),
  custom: z.record(z.string(), metricSummary),
  thresholds: z.array(z.object({ metric: text, expression: text, met: z.boolean(), samples: count })),
  answers: answers.exactOptional(),
  stream: stream.exactOptional(),
  open: open.exactOptional(),
  goodput: z.object({ good: count, of: count }).exactOptional(),
  complaints: z.array(text).exactOptional(),
  shortage: z.object({ requests: count, why: text }).exactOptional(),
  requestsInAll: count,
});

const outcome = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("completed"), exitCode: z.union([z.literal(0), z.literal(99)]) }),
  z.object({ kind: z.literal("broken"), reason }),
  z.object({ kind: z.literal("aborted"), by: abortedBy, reason }),
]);

const generator = z.object({
  watchedSeconds: amount,
  cores: amount,
  usedCores: amount,
  usedCoresPeak: amount,
  wantedCores: amount,
  unrestedSeconds: amount.exactOptional(),
  dispatchDelaySeconds: amount,
  stillSeconds: amount,
  throttledRatio: amount.exactOptional(),
  machineBusyRatio: amount.exactOptional(),
  machineStolenRatio: amount.exactOptional(),
});

const observed = z.object({
  generator: generator.exactOptional(),
  loop: z.object({ cpuShare: amount.exactOptional(), delayP99Seconds: amount.exactOptional() }).exactOptional(),
  clockSteps: z.array(z.object({ at: z.number(), seconds: z.number() })),
});

export const trial = z.object({
  index: count,
  arms: z.array(z.enum(["only", "base", "candidate", "uncached", "prompt", "both"])),
  outcome,
  invalid: z.array(reason),
  started_at: time,
  ended_at: time,
  facts: facts.exactOptional(),
  observed: observed.exactOptional(),
});

export const ladder = z.object({
  unit: z.enum(["count", "1/s"]),
  steps: z.array(
    z.object({
      level: amount,
      trials: z.array(count),
      result: z.enum(["passed", "failed", "unclear"]),
      reason: text.exactOptional(),
      measurements: z.record(z.string(), measurement),
    }),
  ),
  max_passing: amount.exactOptional(),
  max_passing_at_most: amount.exactOptional(),
  first_failing: amount.exactOptional(),
  monotone: z.boolean(),
});

const soFar: z.ZodType<TrialsSoFar> = z.object({ trials: z.array(trial), ladder: ladder.exactOptional() });

/** The trials from the text of a trials.json; undefined where it holds none. */
export function parseTrials(json: string): TrialsSoFar | undefined {
  try {
    return soFar.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
