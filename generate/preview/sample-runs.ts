/**
 * Runs of the month before, made up so that trends have something to show: nights that drift, one that failed, one that
 * could not be judged, one that broke. Every picture says that they are sample data.
 */
import {
  MEASUREMENTS,
  runIdOf,
  type MeasurementName,
  type ObjectiveResult,
  type Resources,
  type RunRecord,
  type Verdict,
} from "../../src/model/index.ts";

export const DAYS = 30;
const DAY_MS = 86_400_000;

export interface SampleScenario {
  readonly name: string;
  readonly target: string;
  readonly hour: number;
  /** Every so many days. */
  readonly everyDays: number;
  readonly users: number;
  readonly seconds: number;
  /** On a usual night. */
  readonly p95Seconds: number;
  readonly errorRate: number;
  readonly streams?: boolean;
}

const LIMITS = { latency_p95: 0.2, latency_p99: 0.5, error_rate: 0.01 } as const;
const STREAM_LIMITS = { ttft_p95: 0.2, tpot_p95: 0.05, error_rate: 0.01 } as const;
/** What a scenario is held to. */
export const limitsOf = ({ streams }: SampleScenario): Readonly<Partial<Record<MeasurementName, number>>> =>
  streams === true ? STREAM_LIMITS : LIMITS;

/** Random, but the same in every preview. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/** Oldest first, all before `nowMs`. */
export function sampleRuns(scenarios: readonly SampleScenario[], nowMs: number): readonly RunRecord[] {
  const runs = scenarios.flatMap((scenario, index) => {
    const next = random(7 + index);
    return Array.from({ length: DAYS + 1 }, (_, at) => DAYS - at)
      .filter((daysAgo) => daysAgo % scenario.everyDays === 0)
      .map((daysAgo) => ({ daysAgo, startMs: startOf(scenario, nowMs - daysAgo * DAY_MS) }))
      .filter(({ startMs }) => startMs + 2 * scenario.seconds * 1000 < nowMs)
      .map(({ daysAgo, startMs }) => runOf(scenario, { daysAgo, startMs, next }));
  });
  return runs.sort((a, b) => (a.started_at < b.started_at ? -1 : 1));
}

function startOf({ hour }: SampleScenario, atMs: number): number {
  return Math.floor(atMs / DAY_MS) * DAY_MS + hour * 3_600_000;
}

interface Night {
  readonly daysAgo: number;
  readonly startMs: number;
  readonly next: () => number;
}

function runOf(scenario: SampleScenario, { daysAgo, startMs, next }: Night): RunRecord {
  const { name, target, seconds, users } = scenario;
  const ended = startMs + (seconds + 40 + 20 * next()) * 1000;
  const id = runIdOf(
    startMs,
    name,
    Math.floor(next() * 36 ** 4)
      .toString(36)
      .padStart(4, "0"),
  );
  const about: Omit<RunRecord, "state" | keyof Judged> = {
    ...{ schema: 1, id, scenario: name, target, target_url: "http://sample.invalid", trigger: "cron" },
    ...{ script: "load_tests/k6_api_test.ts", revision: revisionOf(daysAgo) },
    ...{ started_at: new Date(startMs).toISOString(), ended_at: new Date(ended).toISOString() },
    pattern: { name: "sustained", users, duration_seconds: seconds, warmup_seconds: 30 },
    ...{
      comparison: [],
      cost: {},
      environment: { "Sample data": "yes" },
      telemetry: { prometheus: "none" },
      trials: [],
    },
  };
  if (daysAgo === 16) return { ...about, ...unjudged("invalid"), reason: { code: "answers_stopped", text: "Sample." } };
  if (daysAgo === 11 && name.startsWith("gateway"))
    return { ...about, ...unjudged("error"), reason: { code: "timeout", text: "Sample." } };
  return { ...about, state: "finished", ...judged(scenario, { daysAgo, startMs, next }) };
}

function unjudged(what: "invalid" | "error"): Pick<RunRecord, "state" | "verdict" | "measurements" | "objectives"> {
  const empty = { measurements: {}, objectives: [] };
  return what === "invalid"
    ? { state: "finished", verdict: "invalid", ...empty }
    : { state: "error", verdict: null, ...empty };
}

const revisionOf = (daysAgo: number): string => (0x3f2c1ab + Math.floor(daysAgo / 3) * 7919).toString(16);

type Judged = Pick<RunRecord, "verdict" | "reason" | "measurements" | "objectives" | "resources">;

function judged(scenario: SampleScenario, { daysAgo, next }: Night): Judged {
  const { users, seconds, p95Seconds, errorRate } = scenario;
  // A slow release twelve to nine days ago, and a little slower ever since.
  const release = daysAgo <= 12 && daysAgo > 9 ? 1.38 : daysAgo <= 9 ? 1.06 : 1;
  const p95 = p95Seconds * release * (0.94 + 0.12 * next());
  const requests = Math.round((users * seconds) / (2.2 + p95));
  const errors = errorRate * (0.5 + next()) * (release > 1.3 ? 3 : 1);
  const values: Readonly<Partial<Record<MeasurementName, number>>> = {
    latency_p50: p95 * (0.52 + 0.03 * next()),
    latency_p95: p95,
    latency_p99: p95 * (1.7 + 0.25 * next()),
    ...{ error_rate: Math.round(errors * requests) / requests, requests, throughput: requests / seconds },
    concurrent_users: p95 < LIMITS.latency_p95 || scenario.streams === true ? users : Math.round(users * 0.6),
    ...{ dropped_iterations: 0, conversations: Math.round(requests / 3) },
    goodput: 0.985 + 0.012 * next(),
    ...(scenario.streams === true ? streamed(p95, next) : {}),
    ...(scenario.target === "chatbot" ? ofSystem({ users, requests }, next) : {}),
  };
  const objectives = objectivesOf(scenario, values);
  const held = values.concurrent_users ?? 0;
  const wanted = { measurement: "concurrent_users", condition: `>= ${users}`, limit: users, value: held };
  if (scenario.name === "chat-api")
    objectives.push({ ...wanted, verdict: held >= users ? "pass" : "fail", reason: "Sample." });
  const worst =
    (["fail", "warning"] as const).find((one) => objectives.some(({ verdict }) => verdict === one)) ?? "pass";
  const reason = worst === "fail" ? { code: "target_failed" as const, text: "Sample." } : null;
  const measured = (Object.entries(values) as [MeasurementName, number][]).map(
    ([name, value]) => [name, { value, unit: MEASUREMENTS[name].unit, samples: requests }] as const,
  );
  const share = values.cache_hit_ratio;
  const watched = share === undefined ? {} : { resources: lookupsOf(share, { requests, seconds }) };
  return { verdict: worst, reason, measurements: Object.fromEntries(measured), objectives, ...watched };
}

function objectivesOf(scenario: SampleScenario, values: Values): ObjectiveResult[] {
  return (Object.entries(limitsOf(scenario)) as [MeasurementName, number][]).map(([name, limit]) => {
    const value = values[name] ?? 0;
    const about = { measurement: name, condition: `< ${limit}`, limit, value };
    return { ...about, verdict: verdictOf(value, limit), reason: "Sample." };
  });
}

type Values = Readonly<Partial<Record<MeasurementName, number>>>;

function streamed(p95: number, next: () => number): Values {
  const [first, token] = [p95 * 0.42, 0.0011 * (0.95 + 0.1 * next())];
  return {
    ...{ ttft_p50: first * 0.7, ttft_p95: first, ttft_p99: first * 1.3 },
    ...{ first_byte_p50: first * 0.68, first_byte_p95: first * 0.97, first_byte_p99: first * 1.26 },
    ...{ tpot_p50: token, tpot_p95: token * 1.4, tpot_p99: token * 1.9, inter_chunk_p99: token * 9 },
    output_tokens_per_second: 900 + 60 * next(),
  };
}

/** What a run saw of the chatbot's process and of its Redis. */
function ofSystem(
  { users, requests }: { readonly users: number; readonly requests: number },
  next: () => number,
): Values {
  const [cpu, memory] = [users * 0.006 * (0.95 + 0.1 * next()), (150 + 12 * next()) * 2 ** 20];
  return {
    ...{ cpu_cores: cpu, cpu_cores_peak: cpu * 1.5, memory_bytes: memory, memory_bytes_peak: memory * 1.2 },
    cache_hit_ratio: Math.round((0.34 + 0.06 * next()) * requests) / requests,
  };
}

/** The reference chatbot looks every question up, once: as many lookups as requests. */
function lookupsOf(
  share: number,
  { requests, seconds }: { readonly requests: number; readonly seconds: number },
): Resources {
  const found = Math.round(share * requests);
  const counted = (title: string, delta: number) =>
    ({ title, unit: "count", samples: seconds, delta, perSecond: delta / seconds }) as const;
  return {
    collectors: [{ name: "redis", reads: seconds + 40, failures: 0 }],
    values: {
      redis_hits: counted("Redis: keys found", found),
      redis_misses: counted("Redis: keys not found", requests - found),
    },
    restarted: [],
  };
}

function verdictOf(value: number, limit: number): Verdict {
  return value < limit ? "pass" : value < 1.1 * limit ? "warning" : "fail";
}
