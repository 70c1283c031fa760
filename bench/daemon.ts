import type { DaemonFindings } from "./daemon-figure.ts";
import { measureManyRuns } from "./daemon-many.ts";
import { measureList, measureMemory, measureMetrics, measureStart } from "./daemon-rest.ts";
import { measureRunCost, measureRunTimes, runPlanOf } from "./daemon-run.ts";
import { DAEMON_PARTS, type DaemonPart, type Options } from "./options.ts";

export type DaemonSection = DaemonFindings & { readonly part: DaemonPart };

/** The parts about `chatbench serve`, measured on its process as people run it. */
export async function measureDaemon(
  options: Options,
  k6: string,
  tell: (line: string) => void,
): Promise<readonly DaemonSection[]> {
  const plan = runPlanOf(k6, options);
  const measure: Record<DaemonPart, () => Promise<DaemonFindings>> = {
    "daemon-cpu": () => measureRunCost(plan),
    "daemon-times": () => measureRunTimes(plan),
    "daemon-memory": () => measureMemory(options),
    "daemon-metrics": () => measureMetrics(options),
    "daemon-list": () => measureList(options),
    "daemon-start": () => measureStart(options),
    "daemon-many": () => measureManyRuns(options),
  };
  const sections: DaemonSection[] = [];
  for (const part of DAEMON_PARTS.filter((one) => options.parts.includes(one))) {
    tell(part);
    sections.push({ part, ...(await measure[part]()) });
  }
  return sections;
}
