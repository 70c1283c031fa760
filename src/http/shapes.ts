/** The shapes of requests and answers: checks, OpenAPI and the tests of real answers all come from here. */
import { z } from "zod";
import {
  CACHE_STATES,
  FINDING_RESULTS,
  isRunId,
  NAME_PATTERN,
  PATTERN_NAMES,
  REASON_CODES,
  VERDICTS,
} from "../model/index.ts";

const STATES = [
  "queued",
  "preparing",
  "running",
  "judging",
  "finished",
  "error",
  "aborted",
  "lost",
  "skipped",
] as const;
const TRIGGERS = ["cron", "manual", "pull_request", "pre_deploy"] as const;

const name = z
  .string()
  .regex(NAME_PATTERN, { error: "a name is lower-case letters, digits and -, at most 63 of them" });
const instant = z.iso.datetime({ offset: true });
const runId = z
  .string()
  .refine(isRunId, { error: "this is not the id of a run" })
  .meta({ description: "Id of a run; ids sort by time.", examples: ["20261123T020000Z-chat-api-4k7q"] });

const reason = z.object({ code: z.enum(REASON_CODES), text: z.string() });
const measurement = z.object({
  value: z.number(),
  unit: z.string(),
  samples: z.number(),
  low: z.number().exactOptional(),
  high: z.number().exactOptional(),
});
const measurements = z.record(z.string(), measurement);
const verdict = z.enum(VERDICTS).nullable();
const pattern = z.object({
  name: z.string(),
  users: z.number().exactOptional(),
  rate: z.number().exactOptional().meta({ description: "Arrivals per second; `users` is then most users at a time." }),
  arrivals: z.string().exactOptional(),
  duration_seconds: z.number().exactOptional(),
});

const RunSummary = z.object({
  id: runId,
  scenario: z.string(),
  target: z.string(),
  trigger: z.enum(TRIGGERS),
  state: z.enum(STATES),
  verdict,
  reason: reason.nullable(),
  measurements,
  revision: z.string().exactOptional(),
  slot: instant.exactOptional(),
  queued_at: instant.exactOptional(),
  started_at: instant.exactOptional(),
  ended_at: instant.exactOptional(),
});

const Progress = z.object({
  phase: z.enum(["starting", "warmup", "judged", "ending"]),
  elapsed_seconds: z.number(),
  total_seconds: z.number().exactOptional(),
  users: z.number(),
  requests_per_second: z.number(),
  p95_seconds: z.number().exactOptional(),
  error_ratio: z.number().exactOptional(),
  step: z.object({ number: z.number(), of: z.number() }).exactOptional(),
});

const LiveRun = z
  .object({
    id: runId,
    scenario: z.string(),
    target: z.string(),
    trigger: z.enum(TRIGGERS),
    state: z.enum(["queued", "preparing", "running", "judging"]),
    revision: z.string().exactOptional(),
    slot: instant.exactOptional(),
    queued_at: instant,
    started_at: instant.exactOptional(),
    not_before: instant.exactOptional(),
    abort_by: z.string().exactOptional().meta({ description: "Who asked to stop it." }),
    position: z.number().exactOptional().meta({ description: "How many runs are before it in the queue." }),
    progress: Progress.exactOptional(),
  })
  .meta({ description: "A run that has not ended." });

const RunRecord = z
  .object({
    schema: z.literal(1),
    id: runId,
    scenario: z.string(),
    target: z.string(),
    target_url: z.string(),
    script: z.string(),
    trigger: z.enum(TRIGGERS),
    revision: z.string().exactOptional(),
    state: z.enum(["finished", "error", "aborted", "lost", "skipped"]),
    verdict,
    reason: reason.nullable(),
    aborted_by: z.string().exactOptional(),
    started_at: instant,
    ended_at: instant,
    pattern: pattern.extend({ warmup_seconds: z.number() }),
    measurements,
    objectives: z.array(z.looseObject({ measurement: z.string(), verdict: z.enum(VERDICTS) })),
    comparison: z.array(z.looseObject({})),
    cost: z.looseObject({}),
    environment: z.record(z.string(), z.string()),
    findings: z
      .array(z.object({ check: z.string(), result: z.enum(FINDING_RESULTS), text: z.string() }))
      .exactOptional()
      .meta({ description: "What was looked at before the load." }),
    telemetry: z.looseObject({
      prometheus: z.enum(["complete", "incomplete", "none"]),
      reason: z.string().exactOptional(),
    }),
    resources: z
      .looseObject({
        collectors: z.array(z.looseObject({ name: z.string(), reads: z.number(), failures: z.number() })),
        values: z.record(z.string(), z.looseObject({ title: z.string(), unit: z.string(), samples: z.number() })),
        restarted: z.array(z.string()),
      })
      .exactOptional()
      .meta({ description: "The target's system during the load; absent: it has no source that could be read." }),
    workload: z
      .looseObject({
        possible: z
          .looseObject({ cache_hit_possible: z.number(), prefix_reuse_possible: z.number().exactOptional() })
          .exactOptional()
          .meta({ description: "What the prompts of the judged window allowed caches to know, as ratios." }),
        cache: z.looseObject({
          declared: z.enum(CACHE_STATES),
          result: z.enum(["verified", "wrong", "not_verified", "not_declared"]),
          text: z.string(),
        }),
      })
      .exactOptional()
      .meta({ description: "What was said; absent: the scenario says nothing of its prompts and their cache." }),
    ladder: z
      .looseObject({ unit: z.string(), steps: z.array(z.looseObject({ level: z.number() })), monotone: z.boolean() })
      .exactOptional()
      .meta({ description: "What the patterns stress and breakpoint found, step by step." }),
    trials: z.array(z.looseObject({ index: z.number() })),
  })
  .meta({ description: "A run that has ended, as in its record.json." });

const Scenario = z.object({
  name: z.string(),
  target: z.string(),
  pattern,
  objectives: z.array(z.object({ measurement: z.string(), condition: z.string() })),
  schedule: z
    .object({ cron: z.string(), timezone: z.string(), paused: z.boolean(), next: instant.exactOptional() })
    .exactOptional(),
  latest: RunSummary.exactOptional(),
  uptime: z
    .object({
      condition: z.string().exactOptional(),
      verdict: z.enum(VERDICTS).exactOptional(),
      window_seconds: z.number(),
      value: z.number().exactOptional(),
      coverage: z.number().exactOptional(),
      probes: z.number().exactOptional(),
      reason: z.string(),
    })
    .exactOptional()
    .meta({ description: "Of its target, from Prometheus; `value` is absent where it was not measured." }),
});

const RunRequest = z
  .strictObject({
    scenario: name.meta({ description: "A configured scenario." }),
    target: name.exactOptional().meta({ description: "A configured target instead of the scenario's." }),
    pattern: z.enum(PATTERN_NAMES).exactOptional().meta({ description: "A load pattern instead of the scenario's." }),
    users: z.int().min(1).max(1_000_000).exactOptional(),
    duration_seconds: z.number().positive().max(604_800).exactOptional(),
    revision: z
      .string()
      .regex(/^[\w./+@:-]{1,200}$/, { error: "a revision is at most 200 letters, digits and . / + @ : _ -" })
      .exactOptional()
      .meta({ description: "What is being tested, kept in the record." }),
    trigger: z.enum(["manual", "pull_request", "pre_deploy"]).exactOptional(),
  })
  .meta({ description: "Names and numbers of what is configured, never addresses." });

const RunsQuery = z.strictObject({
  scenario: name.exactOptional(),
  target: name.exactOptional(),
  trigger: z.enum(TRIGGERS).exactOptional(),
  state: z.enum(STATES).exactOptional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  before: runId.exactOptional(),
});

const ApiError = z.object({
  error: z
    .looseObject({
      code: z.string().meta({ description: "A fixed word for programs." }),
      message: z.string().meta({ description: "A sentence for people." }),
      problems: z.array(z.string()).exactOptional(),
    })
    .meta({ description: "Some codes carry further members: run, diagnostics, queued, reason." }),
});

/** By the name that each has in the OpenAPI description. */
export const SHAPES = {
  RunId: runId,
  RunSummary,
  Progress,
  LiveRun,
  RunRecord,
  Run: z.union([RunRecord, LiveRun]).meta({ description: "Told apart by `state`." }),
  Scenario,
  RunRequest,
  RunsQuery,
  Error: ApiError,
  Nothing: z.strictObject({}).meta({ description: "An empty object, or no body at all." }),
  Runs: z.object({
    runs: z.array(RunSummary),
    next: runId
      .exactOptional()
      .meta({ description: "Ask with `before` = this for the next page; absent on the last." }),
  }),
  Scenarios: z.object({ scenarios: z.array(Scenario) }),
  Started: z.object({ id: runId, url: z.string(), known: z.boolean() }),
  Aborted: z.object({ id: runId, result: z.enum(["withdrawn", "asked"]) }),
  Healthy: z.object({ healthy: z.literal(true) }),
  Ready: z.object({ ready: z.literal(true) }),
  Reloaded: z.object({ reloaded: z.literal(true) }),
  ProbeTargets: z.array(z.object({ targets: z.array(z.string()), labels: z.record(z.string(), z.string()) })),
  OpenApi: z.looseObject({ openapi: z.string(), info: z.looseObject({}), paths: z.looseObject({}) }),
} as const satisfies Record<string, z.ZodType>;

export type SchemaName = keyof typeof SHAPES;
