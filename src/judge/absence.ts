import { formatCount, type LoadFacts, type Objective, type Reason, reason, type Timeline } from "../model/index.ts";
import { TREND_QUANTILES } from "./custom.ts";
import { tooFewRequests } from "./error-rate.ts";
import { factsProblem } from "./facts-problem.ts";
import { LATENCY_QUANTILES, samplesNeeded } from "./quantiles.ts";
import { isUsable } from "./silence.ts";
import { streamAbsence } from "./streams.ts";

const CUSTOM = /^k6\.(.+)\.([^.]+(?:\.\d+\))?)$/;
const STAT_QUANTILES: ReadonlyMap<string, number> = new Map(TREND_QUANTILES);

function tooFew(have: number, needed: number, name: string): Reason {
  const only = have === 0 ? "none" : `only ${formatCount(have)}`;
  return reason("too_few_samples", `${only} of the ${formatCount(needed)} samples that ${name} needs`);
}

function latencyAbsence(q: number, { latency }: LoadFacts): Reason {
  const name = `P${String(Math.round(q * 100))}`;
  const needed = samplesNeeded(q);
  if (latency.count < needed) return tooFew(latency.count, needed, name);
  return reason("not_measured", `the engine did not report the exact ${name}`);
}

function customAbsence(metric: string, stat: string, { custom }: LoadFacts): Reason {
  const found = Object.hasOwn(custom, metric) ? custom[metric] : undefined;
  if (found === undefined) return reason("not_measured", `the script recorded nothing in its metric ${metric}`);
  const q = STAT_QUANTILES.get(stat);
  const samples = found.type === "trend" ? found.distribution.count : undefined;
  if (samples !== undefined && q !== undefined && samples < samplesNeeded(q)) {
    return tooFew(samples, samplesNeeded(q), stat);
  }
  if (samples === 0 || (found.type === "rate" && found.total === 0)) {
    return reason("not_measured", `the metric ${metric} holds no samples`);
  }
  return reason("not_measured", `the metric ${metric} is a ${found.type} and has no ${stat}`);
}

function usersAbsence(timeline: Timeline | undefined): Reason {
  if (timeline === undefined) return reason("not_measured", "there is no timeline to see the users held in");
  const text = isUsable(timeline) ? "does not cover the judged window" : "cannot be read";
  return reason("not_measured", `the timeline ${text}, so the users held are unknown`);
}

/** Why a measurement is absent: what is missing, as a clause such as "only 143 of the 200 samples that P95 needs". */
export function absenceOf(objective: Objective, facts: LoadFacts, timeline: Timeline | undefined): Reason {
  const name = objective.measurement;
  if (factsProblem(facts) !== undefined) return reason("bad_summary", "the engine's summary cannot be trusted");
  const few = tooFewRequests(objective, facts);
  if (few !== undefined) return few;
  const q = LATENCY_QUANTILES.get(name);
  if (q !== undefined) return latencyAbsence(q, facts);
  const ofStream = streamAbsence(name, facts);
  if (ofStream !== undefined) return ofStream;
  const [, metric, stat] = CUSTOM.exec(name) ?? [];
  if (metric !== undefined && stat !== undefined) return customAbsence(metric, stat, facts);
  if (facts.requests.count === 0) return reason("no_requests", "no request was counted in the judged window");
  if (name === "concurrent_users") return usersAbsence(timeline);
  if (name === "throughput") return reason("not_measured", "the judged window has no length");
  return reason("not_measured", `nothing in this run measures ${name}`);
}
