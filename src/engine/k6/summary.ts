import { z } from "zod";
import {
  reason,
  type Distribution,
  type LoadFacts,
  type MetricSummary,
  type Reason,
  type ThresholdResult,
  type Traffic,
} from "../../model/index.ts";
import { EXCEPTIONS, FAILED_WAIT, LOAD_END, LOAD_START, WAITED_IN_VAIN, WAITED_THROUGH } from "./names.ts";
import { GOODPUT, OPEN } from "./open-names.ts";
import {
  ANSWERS,
  EXCHANGES,
  liveMetricsOf,
  openSubMetrics,
  OWN_METRICS,
  QUANTILE_GRID,
  SUB_METRICS,
  subMetricsOf,
} from "./summary-names.ts";
import { BUILT_IN } from "./built-in-metrics.ts";
import { answerFactsOf } from "./summary-answers.ts";
import { goodputOf, openPartsOf } from "./summary-open.ts";
import type { PlannedWindow, Reader } from "./summary-reader.ts";
import { streamFactsOf } from "./summary-stream.ts";

const finite = z.number(); // zod refuses NaN and Infinity; JSON turns them into null, which is refused too
const Values = z.record(z.string(), finite);
const Metric = z.object({
  type: z.enum(["counter", "gauge", "rate", "trend"]),
  contains: z.string(),
  values: Values,
  thresholds: z.record(z.string(), z.object({ ok: z.boolean() })).optional(),
});
interface Group {
  checks?: { name: string; path: string }[] | undefined;
  groups?: Group[] | undefined;
}
const GroupShape: z.ZodType<Group> = z.lazy(() =>
  z.object({
    checks: z.array(z.object({ name: z.string(), path: z.string() })).optional(),
    groups: z.array(GroupShape).optional(),
  }),
);
const Summary = z.object({
  metrics: z.record(z.string(), Metric),
  root_group: GroupShape,
  state: z.object({ testRunDurationMs: finite }),
});
type Summary = z.infer<typeof Summary>;

/** Turns the summary that the wrapper wrote into facts, or says what is wrong with it; it never guesses a value. */
export function factsFromSummary(text: string, planned: PlannedWindow): { facts: LoadFacts } | { problem: Reason } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return {
      problem: reason(
        "bad_summary",
        "k6's summary is not whole JSON; the run was probably cut off while it was written.",
      ),
    };
  }
  const parsed = Summary.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.join(".") ?? "";
    return {
      problem: reason("bad_summary", `k6's summary has the wrong shape at "${where}": ${issue?.message ?? "unknown"}.`),
    };
  }
  return factsOf(parsed.data, planned);
}

function factsOf(summary: Summary, planned: PlannedWindow): { facts: LoadFacts } | { problem: Reason } {
  const { traffic = "http" } = planned;
  const problem = contradictionOf(summary, traffic);
  if (problem !== undefined) return { problem: reason("bad_summary", problem) };
  const read = createReader(summary);
  const window = windowOf(read, planned, summary.state.testRunDurationMs);
  const subMetrics = subMetricsOf(traffic);
  const failed = read.rate(subMetrics.failed);
  const answers = answerFactsOf(read);
  const { latency, open } = openPartsOf(read, planned) ?? { latency: read.distribution(subMetrics.latency) };
  const goodput = goodputOf(read, planned);
  return {
    facts: {
      window,
      requests: { count: read.count(subMetrics.requests), failed: failed.passes },
      checks: checksOf(summary, read),
      exceptions: {
        afterGood: read.count(SUB_METRICS.threwAfterGood) + read.count(SUB_METRICS.threwAfterMixed),
        afterFailed: read.count(SUB_METRICS.threwAfterFailed),
        withoutRequest: read.count(SUB_METRICS.threwWithoutRequest) + unseenExceptions(read, planned),
      },
      waitedThrough: read.count(WAITED_THROUGH),
      waitedInVain: read.count(WAITED_IN_VAIN),
      failedWaitSeconds: read.count(FAILED_WAIT) / 1000,
      latency,
      ...(open && { open }),
      ...(goodput && { goodput }),
      ...(traffic === "http" ? {} : { stream: streamFactsOf(read) }),
      iterations: {
        completed: read.count(SUB_METRICS.iterations),
        dropped: open === undefined ? read.count("dropped_iterations") : open.planned - open.startDelay.count,
      },
      ...(answers && { answers }),
      custom: customOf(summary, traffic),
      thresholds: thresholdsOf(summary, read.count("iterations")),
      requestsInAll: read.count(liveMetricsOf(traffic).requests),
    },
  };
}

/**
 * Exceptions that only k6's log knows of (thrown in a timer, or in a promise that nobody awaits). It does not tell
 * when, so the judged part gets its share of them, by iterations.
 */
function unseenExceptions(read: Reader, { loggedExceptions = 0 }: PlannedWindow): number {
  const unseen = Math.max(0, loggedExceptions - read.count(EXCEPTIONS));
  return Math.ceil((unseen * read.count(SUB_METRICS.iterations)) / Math.max(1, read.count("iterations")));
}

/** What can never be true of a whole summary, in one sentence; undefined: nothing. */
function contradictionOf(summary: Summary, traffic: Traffic): string | undefined {
  const subMetrics = subMetricsOf(traffic);
  const missing = Object.values(subMetrics).find((name) => !(name in summary.metrics));
  if (missing !== undefined) return `k6's summary lacks ${missing}, for which it was asked.`;
  const counts = Object.entries(summary.metrics).flatMap(([name, { values }]) =>
    ["passes", "fails", ...(BUILT_IN.has(name.split("{")[0] ?? "") ? ["count"] : [])].map((key) => ({
      ...{ name, key, value: values[key] ?? 0 },
    })),
  );
  const odd = counts.find(({ name, value }) => value < 0 || (!Number.isInteger(value) && !name.startsWith("data_")));
  if (odd !== undefined) return `k6's summary has an impossible number: ${odd.name} ${odd.key} ${String(odd.value)}.`;
  const read = createReader(summary);
  const [requests, inAll] = [read.count(subMetrics.requests), read.count(liveMetricsOf(traffic).requests)];
  const failed = read.rate(subMetrics.failed);
  const good = read.distribution(subMetrics.latency);
  if (failed.total < requests && traffic === "http")
    return `The script told k6 (responseCallback: null) not to say which answers failed: ${String(requests - failed.total)} of ${String(requests)} cannot be judged.`;
  if (failed.total !== requests || good.count !== requests - failed.passes || inAll < requests)
    return `k6's summary contradicts itself: ${String(inAll)} requests in all, ${String(requests)} in the window, ${String(failed.total)} judged, ${String(failed.passes)} failed, ${String(good.count)} successful.`;
  return isRising(good) ? undefined : "k6's summary contradicts itself: its quantiles of latency do not rise.";
}

function isRising({ count, min, max, quantiles }: Distribution): boolean {
  const values = [min, ...quantiles.map(([, value]) => value), max];
  if (count > 0 && quantiles.length !== QUANTILE_GRID.length) return false;
  return values.every((value, index) => index === 0 || value >= (values[index - 1] ?? 0) - 1e-9);
}

/** A metric that k6 never saw a sample of is missing or all zeros: both are zero samples. */
function createReader(summary: Summary): Reader {
  const values = (name: string): Record<string, number> => summary.metrics[name]?.values ?? {};
  return {
    count: (name) => values(name).count ?? 0,
    rate: (name) => {
      const { passes = 0, fails = 0 } = values(name);
      return { passes, total: passes + fails };
    },
    gauge: (name) => {
      const { min, max } = values(name);
      return min === undefined || max === undefined ? undefined : { min, max };
    },
    distribution: (name) => distributionOf(values(name), 1e-3),
  };
}

function distributionOf(values: Record<string, number>, scale: number): Distribution {
  const count = values.count ?? 0;
  const quantiles =
    count === 0
      ? []
      : QUANTILE_GRID.flatMap((q) => {
          const value = values[`p(${String(q)})`];
          return value === undefined ? [] : [[Number((q / 100).toFixed(6)), value * scale] as const];
        });
  return {
    count,
    min: (values.min ?? 0) * scale,
    max: (values.max ?? 0) * scale,
    mean: (values.avg ?? 0) * scale,
    quantiles,
  };
}

/**
 * The judged window in wall time: from the end of the warm-up to the planned end or, where the load ended before, to
 * that end (the wrapper notes it in teardown, which k6 runs as soon as the last iteration is over).
 */
function windowOf(read: Reader, planned: PlannedWindow, testMs: number): LoadFacts["window"] {
  const start = read.gauge(LOAD_START)?.min;
  const end = read.gauge(LOAD_END)?.max;
  const loadMs = start === undefined || end === undefined ? testMs : end - start;
  const untilEnd = Math.max(0, loadMs / 1000 - planned.warmupSeconds);
  return {
    startedAt: (start ?? 0) + planned.warmupSeconds * 1000,
    seconds: allBegan(read, planned)
      ? (planned.judgedSeconds ?? 0)
      : Math.min(planned.judgedSeconds ?? Infinity, untilEnd),
    ...(planned.judgedSeconds === undefined ? {} : { plannedSeconds: planned.judgedSeconds }),
  };
}

/** The last arrival of an open load may well be over before the window is, which lasted all the same. */
function allBegan(read: Reader, { open, traffic = "http" }: PlannedWindow): boolean {
  return open !== undefined && read.distribution(openSubMetrics(traffic).startDelay).count >= open.planned;
}

function checksOf(summary: Summary, read: Reader): LoadFacts["checks"] {
  const failures = (name: string): number => {
    const { passes, total } = read.rate(name);
    return total - passes;
  };
  const mixed = failures(SUB_METRICS.checksAfterMixed);
  return {
    failedOnGood: failures(SUB_METRICS.checks) - failures(SUB_METRICS.checksAfterFailed) - mixed,
    mixed,
    perAnswer: Math.max(1, new Set(checkPaths(summary.root_group)).size),
  };
}

function checkPaths(group: Group): string[] {
  return [...(group.checks ?? []).map((check) => check.path), ...(group.groups ?? []).flatMap(checkPaths)];
}

function customOf(summary: Summary, traffic: Traffic): Readonly<Record<string, MetricSummary>> {
  const written = [...OWN_METRICS, ...Object.values(ANSWERS)] as readonly string[];
  const timed = [...written, ...Object.values(OPEN), GOODPUT];
  const ours = traffic === "http" ? timed : [...timed, ...Object.values(EXCHANGES)];
  const own = Object.entries(summary.metrics).filter(
    ([name]) => !name.includes("{") && !BUILT_IN.has(name) && !ours.includes(name),
  );
  return Object.fromEntries(
    own.flatMap(([name, metric]) => {
      const value = metricSummary(metric);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function metricSummary(metric: z.infer<typeof Metric>): MetricSummary | undefined {
  const { count = 0, rate = 0, value = 0, min = 0, max = 0, passes = 0, fails = 0 } = metric.values;
  switch (metric.type) {
    case "counter":
      return { type: "counter", count, perSecond: rate };
    case "rate":
      return passes + fails === 0 ? undefined : { type: "rate", passes, total: passes + fails };
    case "gauge":
      return { type: "gauge", value, min, max };
    case "trend": {
      const unit = metric.contains === "time" ? "s" : metric.contains === "data" ? "bytes" : "1";
      const distribution = distributionOf(metric.values, unit === "s" ? 1e-3 : 1);
      return distribution.count === 0 ? undefined : { type: "trend", unit, distribution };
    }
  }
}

function thresholdsOf(summary: Summary, iterations: number): readonly ThresholdResult[] {
  return Object.entries(summary.metrics).flatMap(([name, metric]) =>
    Object.entries(metric.thresholds ?? {}).map(([expression, { ok }]) => ({
      metric: name,
      expression,
      met: ok,
      samples: samplesOf(metric, iterations),
    })),
  );
}

/** A counter at zero is a measurement if the script ran at all; anything else needs samples of its own. */
function samplesOf(metric: z.infer<typeof Metric>, iterations: number): number {
  const { count = 0, passes = 0, fails = 0 } = metric.values;
  if (metric.type === "trend") return count;
  if (metric.type === "rate") return passes + fails;
  return iterations;
}
