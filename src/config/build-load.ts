import type { Load } from "../model/index.ts";
import { loadFor, type LoadRequest } from "../workload/patterns.ts";
import type { PatternInput } from "./pattern-schema.ts";

type Wanted = Exclude<PatternInput, string>;

/** The load that a pattern of the file asks for, or one sentence why it cannot be. */
export function buildLoad(pattern: PatternInput): { readonly load: Load } | { readonly problem: string } {
  const wanted: Wanted = typeof pattern === "string" ? { name: pattern } : pattern;
  const wrong = (["from", "step"] as const).find((key) => {
    const unit = wanted[key]?.unit;
    return unit !== undefined && unit !== (wanted.rate === undefined ? "users" : "rate");
  });
  if (wrong !== undefined) {
    return wanted.rate === undefined
      ? { problem: `${wrong} is a rate and the ladder is of users: write a number of users, or rate: for its top` }
      : { problem: `${wrong} is a number of users and the ladder is of arrivals: write it as a rate such as "5/s"` };
  }
  return loadFor(requestOf(wanted));
}

function requestOf({ name, users, rate, arrivals, seed, from, step, duration, warmup }: Wanted): LoadRequest {
  const parts = {
    ...{ users, rate, arrivals, seed, from: from?.value, step: step?.value },
    ...{ durationSeconds: duration, warmupSeconds: warmup },
  };
  const said = Object.entries(parts).filter(([, value]) => value !== undefined);
  return { pattern: name, ...(Object.fromEntries(said) as Omit<LoadRequest, "pattern">) };
}
