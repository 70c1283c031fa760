import type { TrialWork } from "../../model/index.ts";
import { inheritedFrom, RUN_ID } from "../inherited.ts";
import { workloadVariables } from "./workload-files.ts";

/** How a Go program divides machine and memory. */
const GO = ["GOMAXPROCS", "GOMEMLIMIT"];

/** The whole environment of k6: an allow-list of ours, the scenario's `env`, and no phone-home. */
export function k6Environment(
  work: TrialWork,
  inherited: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return {
    ...processorsBeside(work),
    ...inheritedFrom(inherited, GO),
    ...work.scenario.env,
    CHATBENCH_TARGET_URL: work.scenario.target.baseUrl,
    CHATBENCH_WEBSOCKET_URL: work.scenario.target.baseUrl.replace(/^http/, "ws"),
    CHATBENCH_PARAMS: JSON.stringify(work.scenario.params),
    ...probeVariables(work),
    ...workloadVariables(work),
    [RUN_ID]: work.runId,
    K6_NO_USAGE_REPORT: "true",
    K6_AUTO_EXTENSION_RESOLUTION: "false",
    K6_NO_COLOR: "true",
    K6_FEATURES: "native-histograms,merge-run-tags",
    ...remoteWrite(work.prometheusUrl),
  };
}

/**
 * Beside a stream probe k6 keeps to the processors that the probe leaves it: its garbage collection takes all it can
 * get, for seconds where there are many users, and would be seen in the probe's times.
 */
function processorsBeside({ probe }: TrialWork): Record<string, string> {
  return probe?.processorsLeft === undefined ? {} : { GOMAXPROCS: String(probe.processorsLeft) };
}

/** The environment of k6 is readable to its own user alone, unlike its arguments. */
function probeVariables({ probe, scenario }: TrialWork): Record<string, string> {
  if (scenario.traffic !== "stream") return {};
  // Asked before any load (`validate`) there is no probe yet, and the script shall not say that it lacks one.
  return {
    CHATBENCH_PROBE_URL: probe?.url ?? "http://127.0.0.1:9",
    CHATBENCH_PROBE_TOKEN: probe?.token.reveal() ?? "none",
  };
}

function remoteWrite(prometheusUrl: string | undefined): Record<string, string> {
  if (prometheusUrl === undefined) return {};
  return {
    K6_PROMETHEUS_RW_SERVER_URL: `${prometheusUrl}/api/v1/write`,
    // A series ends with its run; without the marker the next run within five minutes would seem to continue it.
    K6_PROMETHEUS_RW_STALE_MARKERS: "true",
  };
}
