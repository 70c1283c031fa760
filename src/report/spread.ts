import { formatValue, type Distribution } from "../model/index.ts";

/** Times in a few words: `mean 1 ms, P50 1 ms, P95 2 ms, longest 3 ms`; a dash where there were none. */
export function spreadText({ count, quantiles, mean, max }: Distribution): string {
  if (count === 0) return "–";
  const at = (q: number): number => quantiles.find(([one]) => Math.abs(one - q) < 1e-9)?.[1] ?? max;
  const parts = [
    ["mean", mean],
    ["P50", at(0.5)],
    ["P95", at(0.95)],
    ["longest", max],
  ] as const;
  return parts.map(([name, value]) => `${name} ${formatValue(value, "s")}`).join(", ");
}
