import { STREAM_MEASUREMENTS, type Load, type Objective, type Target, type Traffic } from "../model/index.ts";
import { isLoopback } from "../platform/addresses.ts";
import { mostHeldUsers } from "../workload/held-users.ts";
import { trialSecondsOf } from "../workload/patterns.ts";
import { formatDuration } from "./quantity.ts";

/** Why a pattern can never show what an objective asks for; undefined when it can, or nobody can know before the run. */
export function unmeasurable(objective: Objective, load: Load): string | undefined {
  if (objective.measurement !== "concurrent_users") return undefined;
  const held = mostHeldUsers(load);
  if (held === undefined) return undefined;
  const reached = objective.comparator === ">" ? held > objective.limit : held >= objective.limit;
  if (reached) return undefined;
  return `"${objective.condition}" cannot be shown: the pattern ${load.pattern} holds at most ${held} users for a minute (or its whole length); ask for more users or choose another pattern`;
}

/** Why a scenario of this traffic never measures what an objective asks for. */
export function unstreamed({ measurement }: Objective, traffic: Traffic = "http"): string | undefined {
  if (traffic !== "http" || !Object.hasOwn(STREAM_MEASUREMENTS, measurement)) return undefined;
  return `answers in one piece have no ${measurement}: give the scenario traffic: stream (with load_tests/k6_stream_test.ts) or traffic: websocket`;
}

/** Why nothing of the target can tell what an objective on its system asks for; undefined when something may. */
export function unsourced({ measurement }: Objective, target: Target): string | undefined {
  const { resources = {} } = target;
  const network = resources.nodeExporter ?? resources.cadvisor;
  const own = network ?? resources.process ?? (isOfThisMachine(target) ? target : undefined);
  if (measurement === "cache_hit_ratio" && target.redis === undefined)
    return `nothing of ${target.name} tells it: give the target a redis`;
  if (/^network_(receive|transmit)_bytes$/.test(measurement) && network === undefined)
    return `nothing of ${target.name} tells it: give the target resources, a node_exporter or a cadvisor`;
  if (/^(cpu_cores|memory_bytes)(_peak)?$/.test(measurement) && own === undefined)
    return `nothing of ${target.name} tells it: give the target resources, a node_exporter, a cadvisor or (on this machine) a process`;
  return undefined;
}

/** Then its process is looked for, unless its resources are configured otherwise. */
function isOfThisMachine({ baseUrl, resources }: Target): boolean {
  return resources === undefined && isLoopback(new URL(baseUrl).hostname.replace(/^\[|\]$/g, ""));
}

/** Why a trial would be ended before its load is over. */
export function tooShort(maxSeconds: number | undefined, load: Load): string | undefined {
  const needed = trialSecondsOf(load);
  if (maxSeconds === undefined || needed === undefined || maxSeconds > needed) return undefined;
  return `max_duration ${formatDuration(maxSeconds)} would end every run: the pattern with its warm-up lasts ${formatDuration(needed)}`;
}
