import { formatCount, type RunRecord } from "../model/index.ts";
import { html, type Html } from "./html.ts";
import { rows } from "./page.ts";
import { spreadText } from "./spread.ts";

/** Arrivals at a rate: what became of them, and what of their latency was waiting for a free user; undefined: none came so. */
export function openSection({ trials }: RunRecord): Html | undefined {
  const open = trials[0]?.facts?.open;
  if (open === undefined) return undefined;
  const { planned, startDelay, busy, service } = open;
  const facts: readonly (readonly [string, string])[] = [
    ["Arrivals that were to begin", formatCount(planned)],
    ["Never began", formatCount(Math.max(0, planned - startDelay.count))],
    ["Begun and cut off at the end", formatCount(Math.max(0, startDelay.count - busy.count))],
    ["Began late by", spreadText(startDelay)],
    ["Service time", spreadText(service)],
    ["Most users at a time", formatCount(open.users)],
  ];
  return html`${rows(facts)}
    <p class="soft">
      Latency on this page counts from when an arrival was to begin: its first request has the late start added, later
      ones of the same conversation count from their sending. The service time, from a request to its answer, is what a
      tool shows that leaves the waiting out.
    </p>`;
}
