import { cacheFinding } from "../judge/index.ts";
import { reason, type LoadFacts, type Reason, type Scenario, type WorkloadRecord } from "../model/index.ts";
import { possibleAsSent, type PossibleAsSent } from "../workload/as-sent.ts";
import type { RunPrompts } from "./prompts.ts";

export interface ToldWorkload {
  readonly record: WorkloadRecord;
  readonly doubt?: Reason;
}

/** What was said in a trial, what of it a cache could know, and what it did know; undefined: the scenario says nothing of it. */
export function workloadOf(
  { cache: declared, load }: Scenario,
  prompts: RunPrompts | undefined,
  facts: LoadFacts | undefined,
): ToldWorkload | undefined {
  if (prompts === undefined && declared === undefined) return undefined;
  const cache = declared ?? "as_is";
  const answers = facts?.answers;
  const allowed = prompts && answers && possibleAsSent(prompts.list, { cache, begun: answers.begun });
  // A script that sets its own load tells nobody how many users it has.
  const users = load.stages === null ? Number.POSITIVE_INFINITY : load.users;
  const claim = { declared: cache, users, ...(allowed && allowed.requests > 0 && { allowed }) };
  const { cache: found, doubt = unsaid(prompts, facts) } = cacheFinding(claim, answers, facts?.latency.count ?? 0);
  const record = {
    ...(prompts && { prompts: prompts.described }),
    ...(allowed && { possible: possibleRecord(allowed) }),
    cache: found,
  };
  return { record, ...(doubt && { doubt }) };
}

/** A list that nobody said: then the numbers are of another load than the record tells. */
function unsaid(prompts: RunPrompts | undefined, facts: LoadFacts | undefined): Reason | undefined {
  if (prompts === undefined || facts === undefined || facts.requests.count === 0) return undefined;
  const { warmup = 0, judged = 0 } = facts.answers?.begun ?? {};
  if (warmup + judged > 0) return undefined;
  const text =
    "The scenario names prompts, but its script said none of them: scripts take them by createTalks of load_tests/lib/talk.ts.";
  return reason("prompts_unusable", text);
}

function possibleRecord(allowed: PossibleAsSent): NonNullable<WorkloadRecord["possible"]> {
  const { conversations, requests, hits, prefix } = allowed;
  const share = (of: number, all: number): number => (all === 0 ? 0 : of / all);
  return {
    conversations,
    requests,
    cache_hit_possible: share(hits, requests),
    ...(prefix && { prefix_reuse_possible: share(prefix.reusedTokens, prefix.promptTokens) }),
  };
}
