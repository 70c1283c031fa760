import type { Attempts } from "./attempts.ts";
import type { DaemonFindings } from "./daemon-figure.ts";
import { measureManyRuns } from "./daemon-many.ts";
import { measureList, measureMemory, measureMetrics, measureStart } from "./daemon-rest.ts";
import { measureRunCost, measureRunTimes, runPlanOf } from "./daemon-run.ts";
import { DAEMON_PARTS, type DaemonPart, type Options } from "./options.ts";

export type DaemonSection = DaemonFindings & { readonly part: DaemonPart };

export interface DaemonBench {
  readonly options: Options;
  readonly k6: string;
  readonly attempts: Attempts;
  readonly tell: (line: string) => void;
}

/** The parts about `chatbench serve`, measured on its process as people run it; without those that failed. */
export async function measureDaemon(bench: DaemonBench): Promise<readonly DaemonSection[]> {
  const { options, k6, attempts, tell } = bench;
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
    const findings = await attempts.measure(part, measure[part]);
    if (findings !== undefined) sections.push({ part, ...findings });
  }
  return sections;
}
