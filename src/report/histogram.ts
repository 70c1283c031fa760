/** From exact quantiles to the share of answers in each bar. */
import type { Distribution } from "../model/index.ts";

type Pair = readonly [number, number];

/** The quantiles with minimum and maximum as their ends, rising in both parts; what is no number is left out. */
export function knotsOf(distribution: Distribution): readonly Pair[] {
  const inner = distribution.quantiles.filter(([q, v]) => q > 0 && q < 1 && Number.isFinite(v));
  const sorted = [...inner].sort((a, b) => a[0] - b[0]);
  const { min, max } = distribution;
  const within = sorted.map(([q, v]) => [q, Math.min(max, Math.max(min, v))] as const);
  return [[0, min], ...within, [1, max]];
}

/**
 * Shares of `bars` bars of equal width between `x = 0` and `x = 1`, summing to 1. `position` maps a value to x, rising.
 * The share between two neighbouring quantiles is known exactly; inside it is spread evenly over the picture.
 */
export function sharesOf(distribution: Distribution, bars: number, position: (value: number) => number): number[] {
  const shares = Array.from({ length: bars }, () => 0);
  const knots = knotsOf(distribution);
  const add = (bar: number, share: number): void => {
    const index = Math.min(bars - 1, Math.max(0, bar));
    shares[index] = (shares[index] ?? 0) + share;
  };
  for (let at = 1; at < knots.length; at += 1) {
    const [q0, v0] = knots[at - 1] ?? [0, 0];
    const [q1, v1] = knots[at] ?? [0, 0];
    spread({ from: position(v0) * bars, to: position(v1) * bars, share: q1 - q0 }, add);
  }
  return shares;
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

function spread(piece: Piece, add: (bar: number, share: number) => void): void {
  const { from, to, share } = piece;
  // Equal neighbours: all of it lies on one value.
  if (!(to > from)) {
    add(Math.floor(from), share);
    return;
  }
  for (let bar = Math.floor(from); bar < to; bar += 1) {
    const overlap = Math.min(to, bar + 1) - Math.max(from, bar);
    add(bar, (share * overlap) / (to - from));
  }
}
