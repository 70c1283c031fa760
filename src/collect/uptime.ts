import type { UptimeReading } from "../model/index.ts";
import { fetchJson } from "../platform/network.ts";

/** The job of prometheus/prometheus.yml that asks every target whether it is up. */
const JOB = "chatbench-probe";
/** What the shipped job asks, where Prometheus does not tell. */
const USUAL_INTERVAL_SECONDS = 15;
/** Thirty days of probes of many targets are read for one number. */
const TIMEOUT_MS = 20_000;
const MAX_BYTES = 10_000_000;

export type UptimeReadings =
  | { readonly byTarget: ReadonlyMap<string, UptimeReading> }
  /** In a few words why there are none. */
  | { readonly problem: string };

export interface UptimeQuestion {
  /** Base URL of the Prometheus, with or without a path prefix. */
  readonly url: string;
  /** How far back from Prometheus' own now. */
  readonly windowSeconds: number;
  readonly signal?: AbortSignal;
}

/**
 * Reads back how many probes of each target Prometheus holds in the window, how many were answered, and how often it
 * asks. Counts, no average: what was not probed is in neither.
 */
export async function readUptime(question: UptimeQuestion): Promise<UptimeReadings> {
  const range = `probe_success{job="${JOB}"}[${String(Math.ceil(question.windowSeconds))}s]`;
  const probes = await vectorOf(question, `sum by (target) (count_over_time(${range}))`);
  if ("problem" in probes) return probes;
  const answered = await vectorOf(question, `sum by (target) (sum_over_time(${range}))`);
  if ("problem" in answered) return answered;
  const intervals = await intervalsOf(question);
  if ("problem" in intervals) return intervals;
  const byTarget = new Map<string, UptimeReading>();
  for (const [target, count] of probes.byTarget)
    byTarget.set(target, {
      probes: count,
      // Asked a moment later: a probe may have come in between.
      answered: Math.min(count, answered.byTarget.get(target) ?? 0),
      intervalSeconds: intervals.byTarget.get(target) ?? USUAL_INTERVAL_SECONDS,
    });
  return { byTarget };
}

type Numbers = { readonly byTarget: ReadonlyMap<string, number> } | { readonly problem: string };

async function vectorOf(question: UptimeQuestion, query: string): Promise<Numbers> {
  const answer = await ask(question, "/api/v1/query", { query });
  if ("problem" in answer) return answer;
  const { result } = answer.data;
  if (!Array.isArray(result)) return { problem: "an answer that is not Prometheus'" };
  const byTarget = new Map<string, number>();
  for (const one of result.map(asObject)) {
    const { target } = asObject(one.metric);
    const value = Array.isArray(one.value) ? Number(one.value[1]) : Number.NaN;
    if (typeof target === "string" && Number.isFinite(value)) byTarget.set(target, value);
  }
  return { byTarget };
}

/** How often each target is asked now. */
async function intervalsOf(question: UptimeQuestion): Promise<Numbers> {
  const answer = await ask(question, "/api/v1/targets", { state: "active", scrapePool: JOB });
  if ("problem" in answer) return answer;
  const { activeTargets } = answer.data;
  const active = Array.isArray(activeTargets) ? activeTargets.map(asObject) : [];
  const byTarget = new Map<string, number>();
  for (const { scrapePool, scrapeInterval, labels } of active) {
    const { target } = asObject(labels);
    const seconds = secondsIn(scrapeInterval);
    if (scrapePool === JOB && typeof target === "string" && seconds > 0) byTarget.set(target, seconds);
  }
  return { byTarget };
}

async function ask(
  { url: base, signal }: UptimeQuestion,
  path: string,
  parameters: Readonly<Record<string, string>>,
): Promise<{ readonly data: Readonly<Record<string, unknown>> } | { readonly problem: string }> {
  const url = new URL(`${base.replace(/\/+$/, "")}${path}`);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  const limits = { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES, ...(signal === undefined ? {} : { signal }) };
  const answer = await fetchJson(url, limits);
  if ("problem" in answer) return { problem: answer.problem };
  const { status, data, error } = asObject(answer.body);
  if (status === "success") return { data: asObject(data) };
  const why = typeof error === "string" ? error.slice(0, 200) : "an answer that is not Prometheus'";
  return { problem: `status ${String(answer.status)}, ${why}` };
}

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 };

/** Prometheus' own form of a duration: `15s`, `1m30s`; 0 for what is none. */
function secondsIn(text: unknown): number {
  if (typeof text !== "string" || !/^(\d+(ms|[smhd]))+$/.test(text)) return 0;
  const parts = [...text.matchAll(/(\d+)(ms|[smhd])/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ""] ?? 0), 0);
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
