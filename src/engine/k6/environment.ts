import type { TrialWork } from "../../model/index.ts";
import { inheritedFrom, RUN_ID } from "../inherited.ts";
import { workloadVariables } from "./workload-files.ts";

/** How a Go program divides machine and memory. */
const GO = ["GOGC", "GOMAXPROCS", "GOMEMLIMIT"];
/** Percent by which the heap may grow before garbage is collected again; Go's own is 100. */
const HEAP_GROWTH_PERCENT = 200;
/** Above this much of the memory that is there, garbage is collected as often as it takes. */
const MEMORY_SHARE = 0.8;
/** With less than this nothing is to be gained by using more of it. */
const LEAST_BYTES = 512 * 1024 ** 2;

/** What k6 finds: the environment of this process, and the memory that it can have. */
export interface K6Surroundings {
  readonly inherited: Readonly<Record<string, string | undefined>>;
  readonly availableBytes: number;
}

/** The whole environment of k6: an allow-list of ours, the scenario's `env`, and no phone-home. */
export function k6Environment(work: TrialWork, { inherited, availableBytes }: K6Surroundings): Record<string, string> {
  return {
    ...garbageCollection(availableBytes),
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
 * Left to itself k6 spends a seventh of its CPU on garbage (docs/decisions/0085), beside the very requests that it
 * times: half as often is enough where there is memory for it.
 */
function garbageCollection(availableBytes: number): Record<string, string> {
  if (availableBytes < LEAST_BYTES) return {};
  return { GOGC: String(HEAP_GROWTH_PERCENT), GOMEMLIMIT: String(Math.floor(availableBytes * MEMORY_SHARE)) };
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
