// Medians and intervals that assume nothing of how the noise is distributed.

/** A median with its interval; `confidence` is what the ranks really cover, at least what was asked for. */
export interface Interval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
  readonly n: number;
}

/** The middle value (of an even number, the mean of the two in the middle); NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = sortedOf(values);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? NaN) + upper) / 2;
}

/**
 * The interval of the sign test (Conover, Practical Nonparametric Statistics, section 3.2): the k-th smallest and the
 * k-th largest value hold the median with probability 1 - 2 P(Binomial(n, 1/2) < k). Below six values not even the
 * extremes reach 95 %; `confidence` then says what they do reach.
 */
export function medianInterval(values: readonly number[], confidence = 0.95): Interval {
  const sorted = sortedOf(values);
  const n = sorted.length;
  let below = binomialHalf(n, 0);
  let k = 1;
  while (k + 1 <= n / 2 && 1 - 2 * (below + binomialHalf(n, k)) >= confidence) {
    below += binomialHalf(n, k);
    k += 1;
  }
  return {
    median: median(sorted),
    low: sorted[k - 1] ?? NaN,
    high: sorted[n - k] ?? NaN,
    confidence: Math.max(0, 1 - 2 * below),
    n,
  };
}

/**
 * Slope of a line through points with the interval of Theil and Sen (Sen 1968): the median of the slopes of all pairs,
 * and the pairs' slopes at the ranks that Kendall's statistic gives for 95 %. The points have to be independent, so
 * average what was sampled often before.
 */
export function slopeInterval(points: readonly (readonly [number, number])[]): Interval {
  const slopes = points
    .flatMap(([x1, y1], i) => points.slice(i + 1).map(([x2, y2]) => (y2 - y1) / (x2 - x1)))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const n = points.length;
  const width = 1.96 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const rank = Math.max(0, Math.floor((slopes.length - width) / 2));
  return {
    median: median(slopes),
    low: slopes[rank] ?? NaN,
    high: slopes[slopes.length - 1 - rank] ?? NaN,
    confidence: 0.95,
    n,
  };
}

function sortedOf(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

/** P(Binomial(n, 1/2) = k). */
function binomialHalf(n: number, k: number): number {
  let chance = 0.5 ** n;
  for (let i = 0; i < k; i += 1) chance *= (n - i) / (i + 1);
  return chance;
}
