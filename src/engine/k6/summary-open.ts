import type { LoadFacts } from "../../model/index.ts";
import { GOODPUT_SUB_METRIC, openSubMetrics } from "./summary-names.ts";
import type { PlannedWindow, Reader } from "./summary-reader.ts";

type OpenParts = Pick<LoadFacts, "latency" | "open">;

/** What an open load's figures are in place of those of a closed one; undefined: it is closed. */
export function openPartsOf(read: Reader, { open, traffic = "http" }: PlannedWindow): OpenParts | undefined {
  if (open === undefined) return undefined;
  const names = openSubMetrics(traffic);
  return {
    latency: read.distribution(names.latency),
    open: {
      ...open,
      service: read.distribution(names.service),
      startDelay: read.distribution(names.startDelay),
      busy: read.distribution(names.busy),
    },
  };
}

/** Undefined where nobody asked for it. */
export function goodputOf(read: Reader, { goodput }: PlannedWindow): LoadFacts["goodput"] {
  if (goodput !== true) return undefined;
  const { passes, total } = read.rate(GOODPUT_SUB_METRIC);
  return { good: passes, of: total };
}
