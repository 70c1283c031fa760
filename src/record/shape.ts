/** What a record on disk must look like: files are written by others too, and a bad one must never reach a page. */
import { z } from "zod";
import { abortedBy, amount, count, ladder, measurement, reason, text, time, trial } from "./trial-shape.ts";
import { workload } from "./workload-shape.ts";
import {
  ARRIVALS,
  CHECKS,
  FINDING_RESULTS,
  PATTERN_NAMES,
  VERDICTS,
  isRunId,
  type CheckName,
  type ResourceSeries,
  type RunRecord,
  type Timeline,
} from "../model/index.ts";

const verdict = z.enum(VERDICTS);

const objective = z.object({
  measurement: text,
  condition: text,
  limit: z.number(),
  value: z.number().exactOptional(),
  verdict,
  reason: text,
});

const finding = z.object({
  check: z.enum(Object.keys(CHECKS) as CheckName[]),
  result: z.enum(FINDING_RESULTS),
  text,
});

const units = z.enum(["s", "ratio", "1/s", "count", "bytes", "bytes/s", "cores", "usd", "tokens/s"]);

const resourceValue = z.object({
  ...{ title: text, unit: units, samples: count },
  mean: z.number().exactOptional(),
  peak: z.number().exactOptional(),
  last: z.number().exactOptional(),
  delta: z.number().exactOptional(),
  perSecond: z.number().exactOptional(),
  peakPerSecond: z.number().exactOptional(),
});

const resources = z.object({
  collectors: z.array(z.object({ name: text, reads: count, failures: count, problem: text.exactOptional() })),
  values: z.record(z.string(), resourceValue),
  restarted: z.array(text),
  restartedOutside: z.array(text).exactOptional(),
});

const telemetry = z.object({
  prometheus: z.enum(["complete", "incomplete", "none"]),
  reason: text.exactOptional(),
  failed_pushes: count.exactOptional(),
  requests_sent: count.exactOptional(),
  requests_found: count.exactOptional(),
});

const record: z.ZodType<RunRecord> = z
  .object({
    schema: z.literal(1),
    id: z.string().refine(isRunId, "is not a run id"),
    scenario: text,
    target: text,
    target_url: text,
    script: text,
    trigger: z.enum(["cron", "manual", "pull_request", "pre_deploy"]),
    revision: text.exactOptional(),
    state: z.enum(["finished", "error", "aborted", "lost", "skipped"]),
    verdict: verdict.nullable(),
    reason: reason.nullable(),
    aborted_by: abortedBy.exactOptional(),
    started_at: time,
    ended_at: time,
    pattern: z.object({
      name: z.enum(PATTERN_NAMES),
      users: amount.exactOptional(),
      rate: amount.exactOptional(),
      arrivals: z.enum(ARRIVALS).exactOptional(),
      duration_seconds: amount.exactOptional(),
      warmup_seconds: amount,
    }),
    measurements: z.record(z.string(), measurement),
    objectives: z.array(objective),
    comparison: z.array(z.never()),
    cost: z.record(z.string(), z.never()),
    environment: z.record(z.string(), text),
    findings: z.array(finding).exactOptional(),
    telemetry,
    workload: workload.exactOptional(),
    resources: resources.exactOptional(),
    ladder: ladder.exactOptional(),
    trials: z.array(trial),
  })
  .refine((r) => (r.state === "finished") === (r.verdict !== null), "has a verdict if and only if it is finished");

const point = z.object({
  at: amount,
  seconds: amount,
  users: amount,
  requests: amount,
  failed: amount,
  latency: z.object({ min: amount, p50: amount, p90: amount, p95: amount, p99: amount, max: amount }).exactOptional(),
  ofGood: z.literal(true).exactOptional(),
});

const curves = z.array(
  z.object({ name: text, panel: text, line: text, unit: units, points: z.array(z.tuple([amount, z.number()])) }),
);

const series: z.ZodType<ResourceSeries> = z.object({
  loadBeganAt: z.number(),
  series: curves,
  steps: z
    .array(
      z.object({
        ...{ level: amount, trial: count, loadBeganAt: z.number(), series: curves },
        judged: z.object({ from: amount, to: amount }),
      }),
    )
    .exactOptional(),
});

const timeline: z.ZodType<Timeline> = z.object({
  judged: z.object({ from: z.number(), to: z.number() }),
  points: z.array(point),
});

/** A record from the text of a record.json, or a phrase that says what is wrong with it. */
export function parseRecord(json: string): { readonly record: RunRecord } | { readonly problem: string } {
  const parsed = parse(record, json);
  return "problem" in parsed ? parsed : { record: parsed.value };
}

/** A timeline from the text of a timeline.json, or a phrase that says what is wrong with it. */
export function parseTimeline(json: string): { readonly timeline: Timeline } | { readonly problem: string } {
  const parsed = parse(timeline, json);
  return "problem" in parsed ? parsed : { timeline: parsed.value };
}

/** The curves from the text of a resources.json, or a phrase that says what is wrong with it. */
export function parseSeries(json: string): { readonly series: ResourceSeries } | { readonly problem: string } {
  const parsed = parse(series, json);
  return "problem" in parsed ? parsed : { series: parsed.value };
}

function parse<T>(schema: z.ZodType<T>, json: string): { readonly value: T } | { readonly problem: string } {
  const value = parseJson(json);
  if (value === undefined) return { problem: "is not whole JSON" };
  const result = schema.safeParse(value);
  if (result.success) return { value: result.data };
  const issue = result.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.map(String).join(".")}`;
  return { problem: `has the wrong shape${where}: ${issue?.message ?? "unknown"}` };
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
