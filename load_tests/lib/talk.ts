// Who says what, and how long users think. Conversation number i (0, 1 ...) of a seed says the same in every run.
// Not the same: how many conversations a run begins (that depends on how quickly the target answers), which user holds
// number i, and when its turns fall between those of others, so that a cache may see two of them in another order.
import exec from "k6/execution";
import { Counter } from "k6/metrics";
import { ownScript, unitOf } from "./conversation.ts";
import type { Script } from "./conversation.ts";
import type { TalkOptions } from "./talk-options.ts";
import { readWorkload } from "./workload.ts";
import type { Workload } from "./workload.ts";

/** One conversation that a user is to hold. */
export interface Talk extends Script {
  /** Told to the target; no other conversation has it. */
  readonly id: string;
  /** How long the user thinks after turn number `turn` (1, 2 ...), in seconds. */
  pauseSeconds(turn: number): number;
}

export interface Talks {
  /** What the user of this iteration says; to be called once an iteration. */
  next(): Talk;
  /** What a `primed` or `warm` cache is to have heard before, in this order; none for other states. */
  readonly before: { readonly count: number; at(index: number): Talk };
}

const begun = new Counter("chatbench_conversations");
/** Options that a prompt set decides. */
const OF_PROMPTS = ["turns", "messages", "repeat_share"];

/** To be called in init code, once. */
export function createTalks(options: TalkOptions): Talks {
  const workload = readWorkload(__ENV.CHATBENCH_WORKLOAD);
  if (workload.hasPrompts) refuseDoubled(__ENV.CHATBENCH_PARAMS);
  const run = (): string => {
    const id = __ENV.CHATBENCH_RUN_ID ?? `k6-${Math.floor(exec.scenario.startTime).toString(36)}`;
    return workload.trial === 0 ? id : `${id}.${workload.trial}`;
  };
  // Of this user alone. k6 builds `exec.vu` anew at each look: it is asked once.
  let [prefix, iteration] = ["", 0];
  return {
    next() {
      begun.add(1);
      const number = exec.scenario.iterationInTest;
      if (prefix === "") prefix = `${run()}-${exec.vu.idInTest}`;
      const id = `${prefix}-${iteration}`;
      iteration += 1;
      return talkOf(scriptOf(options, { workload, number, id }), { options, number, id });
    },
    before: before(workload, options),
  };
}

/** How many turns there are must not be said twice, and differently. */
function refuseDoubled(params: string | undefined): void {
  const given = Object.keys(JSON.parse(params === undefined || params === "" ? "{}" : params) as object);
  const doubled = given.find((name) => OF_PROMPTS.includes(name));
  if (doubled === undefined) return;
  throw new Error(
    `CHATBENCH_PARAMS: \`${doubled}\` is decided by \`prompts\` of this scenario; say it in one of the two.`,
  );
}

interface Which {
  readonly workload: Workload;
  readonly number: number;
  readonly id: string;
}

function scriptOf(options: TalkOptions, { workload, number, id }: Which): Script {
  const { list, nonce } = workload;
  if (list === undefined) return withNonce(ownScript(options, number, id), nonce);
  return withNonce(list.scripts[list.order[number % list.order.length] ?? 0] ?? { turns: [] }, nonce);
}

/** At the start of everything that is said: nothing that any cache compares begins as in an earlier run. */
function withNonce(script: Script, nonce: string): Script {
  if (nonce === "") return script;
  const { system, turns } = script;
  return {
    ...script,
    ...(system === undefined ? {} : { system: `${nonce}${system}` }),
    turns: turns.map((turn) => `${nonce}${turn}`),
  };
}

function talkOf(
  { system, turns, maxTokens }: Script,
  { options, number, id }: { readonly options: TalkOptions; readonly number: number; readonly id: string },
): Talk {
  const { think_time_seconds: mean, seed } = options;
  return {
    id,
    turns,
    ...(system === undefined ? {} : { system }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    // Not in step with the other users: a crowd that breathes as one is a worse load than any real one.
    pauseSeconds: (turn) => (mean > 0 ? mean * (0.5 + unitOf(seed, number, 1 + turn)) : 0),
  };
}

function before(workload: Workload, options: TalkOptions): Talks["before"] {
  const { list, cache } = workload;
  const order =
    list === undefined || cache === "as_is" || cache === "cold" ? [] : cache === "warm" ? list.order : list.scripts;
  return {
    count: order.length,
    at(index) {
      const script = list?.scripts[cache === "warm" ? (list.order[index] ?? 0) : index] ?? { turns: [] };
      const run = __ENV.CHATBENCH_RUN_ID ?? "k6";
      const id = `${run}.${workload.trial}-before-${index}`;
      return talkOf(script, { options, number: index, id });
    },
  };
}
