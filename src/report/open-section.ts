import { formatCount, formatValue, type Distribution, type RunRecord } from "../model/index.ts";
import { html, type Html } from "./html.ts";
import { rows } from "./page.ts";

/** Arrivals at a rate: what became of them, and what of their latency was waiting for a free user; undefined: none came so. */
export function openSection({ trials }: RunRecord): Html | undefined {
  const open = trials[0]?.facts?.open;
  if (open === undefined) return undefined;
  const { planned, startDelay, busy, service } = open;
  const facts: readonly (readonly [string, string])[] = [
    ["Arrivals that were to begin", formatCount(planned)],
    ["Never began", formatCount(Math.max(0, planned - startDelay.count))],
    ["Begun and cut off at the end", formatCount(Math.max(0, startDelay.count - busy.count))],
    ["Began late by", spread(startDelay)],
    ["Service time", spread(service)],
    ["Most users at a time", formatCount(open.users)],
  ];
  return html`${rows(facts)}
    <p class="soft">
      Latency on this page counts from when an arrival was to begin: its first request has the late start added, later
      ones of the same conversation count from their sending. The service time, from a request to its answer, is what a
      tool shows that leaves the waiting out.
    </p>`;
}

function spread(distribution: Distribution): string {
  const { count, quantiles, mean, max } = distribution;
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
