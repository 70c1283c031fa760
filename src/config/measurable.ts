import type { Load, Objective } from "../model/index.ts";
import { mostHeldUsers } from "../workload/held-users.ts";
import { totalSecondsOf } from "../workload/patterns.ts";
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

/** Why a trial would be ended before its load is over. */
export function tooShort(maxSeconds: number | undefined, load: Load): string | undefined {
  const needed = totalSecondsOf(load);
  if (maxSeconds === undefined || needed === undefined || maxSeconds > needed) return undefined;
  return `max_duration ${formatDuration(maxSeconds)} would end every run: the pattern with its warm-up lasts ${formatDuration(needed)}`;
}
