/** The committed dashboards. */
import { join } from "node:path";
import { readDashboards, type Dashboard } from "../../generate/dashboards/read.ts";
import { ROOT } from "./k6.ts";

/** Every committed dashboard. */
export function dashboards(): readonly Dashboard[] {
  return readDashboards(join(ROOT, "grafana/dashboards"));
}

export * from "../../generate/dashboards/read.ts";
