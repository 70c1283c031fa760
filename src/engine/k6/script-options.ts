import { z } from "zod";

/** What matters to us of a script's own options, as `k6 inspect --execution-requirements` prints them. */
export interface ScriptOptions {
  readonly scenarios: Readonly<Record<string, { readonly exec: string; readonly startTimeMs: number }>>;
  readonly thresholds: readonly string[];
  readonly systemTags?: readonly string[];
  readonly maxSeconds?: number;
  /** Until its last scenario is to end, without graceful stop; undefined where iterations decide. */
  readonly loadSeconds?: number;
  readonly maxUsers: number;
}

const ScenarioOptions = z.looseObject({
  executor: z.string().nullish(),
  exec: z.string().nullish(),
  startTime: z.string().nullish(),
  duration: z.string().nullish(),
  stages: z.array(z.looseObject({ duration: z.string().nullish() })).nullish(),
});
const Inspected = z.looseObject({
  scenarios: z.record(z.string(), ScenarioOptions).nullish(),
  thresholds: z.record(z.string(), z.unknown()).nullish(),
  systemTags: z.array(z.string()).nullish(),
  totalDuration: z.string().nullish(),
  maxVUs: z.number().nullish(),
});

/** k6 always lists its default tags; only a list that differs was the script's wish. */
const K6_DEFAULT_TAGS = new Set(
  "proto subproto status method url name group check error error_code tls_version scenario service expected_response".split(
    " ",
  ),
);

/** Reads the JSON of `k6 inspect`; undefined when it is not of that shape. */
export function parseInspection(text: string): ScriptOptions | undefined {
  const parsed = Inspected.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { data } = parsed;
  const scenarios = Object.entries(data.scenarios ?? { default: {} });
  const tags = data.systemTags ?? [];
  const ownTags =
    tags.length > 0 && !(tags.length === K6_DEFAULT_TAGS.size && tags.every((t) => K6_DEFAULT_TAGS.has(t)));
  const loadSeconds = loadSecondsOf(scenarios.map(([, scenario]) => scenario));
  const maxSeconds = data.totalDuration == null ? undefined : parseGoDuration(data.totalDuration);
  return {
    scenarios: Object.fromEntries(
      scenarios.map(([name, s]) => [
        name,
        { exec: s.exec ?? "default", startTimeMs: (parseGoDuration(s.startTime ?? "0s") ?? 0) * 1000 },
      ]),
    ),
    thresholds: Object.keys(data.thresholds ?? {}),
    ...(ownTags ? { systemTags: tags } : {}),
    ...(maxSeconds === undefined ? {} : { maxSeconds }),
    ...(loadSeconds === undefined ? {} : { loadSeconds }),
    maxUsers: data.maxVUs ?? 0,
  };
}

/** Executors of k6 whose time is fixed; with the others, the last iteration ends the load. */
const TIMED = ["constant-vus", "ramping-vus", "constant-arrival-rate", "ramping-arrival-rate"];

function loadSecondsOf(scenarios: readonly z.infer<typeof ScenarioOptions>[]): number | undefined {
  const ends = scenarios.map(({ executor, startTime, duration, stages }) => {
    if (!TIMED.includes(executor ?? "")) return undefined;
    const parts = [startTime ?? "0s", ...(stages?.map((stage) => stage.duration ?? "") ?? [duration ?? ""])];
    const seconds = parts.map(parseGoDuration).reduce((sum, part) => (sum ?? NaN) + (part ?? NaN), 0) ?? NaN;
    return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
  });
  return ends.reduce<number | undefined>(
    (last, end) => (last === undefined || end === undefined ? undefined : Math.max(last, end)),
    ends.length === 0 ? undefined : 0,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const GO_UNITS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86400,
};

/** Go's duration text (`1m30s`, `500ms`; k6 adds `d`) in seconds; undefined when it is none. */
export function parseGoDuration(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g)];
  if (parts.map((part) => part[0]).join("") !== text || text === "") return undefined;
  return parts.reduce((sum, part) => sum + Number(part[1]) * (GO_UNITS[part[2] ?? ""] ?? 0), 0);
}
