/** Time to first token in milliseconds, as a distribution whose every quantile is known. */
export type Latency =
  | { readonly kind: "constant"; readonly typicalMs: number }
  /** `slowShare` (0-1) of the requests take `slowMs`, the rest `typicalMs`. */
  | { readonly kind: "bimodal"; readonly typicalMs: number; readonly slowMs: number; readonly slowShare: number }
  /** Log-logistic: median `typicalMs`; the larger `spread` (0-1), the heavier the tail; never above `maxMs`. */
  | { readonly kind: "heavy_tailed"; readonly typicalMs: number; readonly spread: number; readonly maxMs: number };

export const LATENCY_KINDS = ["constant", "bimodal", "heavy_tailed"] as const;
export type LatencyKind = (typeof LATENCY_KINDS)[number];

/**
 * The exact quantile q (0 < q < 1) in milliseconds. Drawing is `quantileMs(latency, u)` with a uniform u (inverse
 * transform), so what a test expects and what the provider injects are one function. Log-logistic quantile:
 * median * (q / (1 - q)) ^ spread.
 */
export function quantileMs(latency: Latency, q: number): number {
  switch (latency.kind) {
    case "constant":
      return latency.typicalMs;
    case "bimodal":
      return q <= 1 - latency.slowShare ? latency.typicalMs : latency.slowMs;
    case "heavy_tailed":
      return Math.min(latency.maxMs, latency.typicalMs * (q / (1 - q)) ** latency.spread);
  }
}
