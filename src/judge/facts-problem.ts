import { type Distribution, type LoadFacts, type MetricSummary, type Reason, reason } from "../model/index.ts";
import { streamDistributions } from "./streams.ts";

/** Path of the first number in a value that is not finite, e.g. `latency.mean`. */
function notFinite(value: unknown, path: string): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : path;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = notFinite(inner, path === "" ? key : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isCount(n: number): boolean {
  return Number.isInteger(n) && n >= 0;
}

/** Interpolated quantiles can be off by a rounding error of the engine; that is no contradiction. */
function isAtMost(a: number, b: number): boolean {
  return a <= b + 1e-12 * Math.max(Math.abs(a), Math.abs(b));
}

function isOrdered({ count, min, max, quantiles }: Distribution): boolean {
  if (!isCount(count)) return false;
  if (count === 0) return true;
  const rising = quantiles.every(([q, value], i) => {
    const [q0, value0] = quantiles[i - 1] ?? [-1, min];
    return q > q0 && isAtMost(value0, value);
  });
  return rising && min <= max && isAtMost(quantiles.at(-1)?.[1] ?? max, max);
}

function customProblem([name, metric]: [string, MetricSummary]): string | undefined {
  if (metric.type === "trend" && !isOrdered(metric.distribution)) return `the distribution of ${name} is not in order`;
  if (metric.type !== "rate") return undefined;
  const { passes, total } = metric;
  return isCount(passes) && isCount(total) && passes <= total
    ? undefined
    : `${name} passed more often than it was asked`;
}

function contradiction(facts: LoadFacts): string | undefined {
  const { requests, checks, exceptions, latency, iterations, window } = facts;
  const counts = { ...requests, ...checks, ...exceptions, ...iterations };
  const odd = Object.entries(counts).find(([, n]) => !isCount(n));
  if (odd !== undefined) return `${odd[0]} is ${String(odd[1])}, which is no count`;
  if (requests.failed > requests.count) return "more requests failed than were sent";
  if (latency.count > requests.count - requests.failed) return "there are more latencies than successful answers";
  if (!isOrdered(latency) || (latency.count > 0 && latency.min < 0)) return "the latency distribution is not in order";
  const odder = facts.stream && streamDistributions(facts.stream).find(([, distribution]) => !isOrdered(distribution));
  if (odder !== undefined) return `the distribution of ${odder[0]} is not in order`;
  if (window.seconds < 0) return "the judged window has a negative length";
  return Object.entries(facts.custom)
    .map(customProblem)
    .find((problem) => problem !== undefined);
}

/** Why these facts can carry no verdict at all: a number that is none, or numbers that contradict each other. */
export function factsProblem(facts: LoadFacts): Reason | undefined {
  const path = notFinite(facts, "");
  if (path !== undefined) return reason("bad_summary", `The engine's summary holds no number at ${path}.`);
  const text = contradiction(facts);
  return text === undefined ? undefined : reason("bad_summary", `The engine's summary contradicts itself: ${text}.`);
}
