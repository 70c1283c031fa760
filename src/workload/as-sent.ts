import type { CacheState, PromptList } from "../model/index.ts";
import { possibleHits } from "./possible-hits.ts";
import { possiblePrefixReuse, repeatedReuse } from "./possible-prefix-reuse.ts";
import { countTokens } from "./words.ts";

/** What the caches could answer at most of what the conversations begun in the judged window asked. */
export interface PossibleAsSent {
  readonly conversations: number;
  readonly requests: number;
  readonly hits: number;
  /** Absent: the prompts are too long to be compared word by word. */
  readonly prefix?: { readonly promptTokens: number; readonly reusedTokens: number };
}

export interface Sent {
  readonly cache: CacheState;
  /** Conversations begun before the judged window, and in it. */
  readonly begun: { readonly warmup: number; readonly judged: number };
}

/** Tokens of different conversations that are compared, at most: more take seconds, in which nothing else is done. */
const MOST_TOKENS = 4_000_000;

/**
 * Sends a list as a run did: what fills the cache before, the warm-up, then what is judged; over and over again. All of
 * it: of its beginning alone the repeats would be fewer. Once the whole list was sent, everything is a repeat.
 */
export function possibleAsSent(list: PromptList, { cache, begun }: Sent): PossibleAsSent {
  const before = beforeOf(list, cache);
  const once = list.order.subarray(0, Math.min(list.order.length, begun.warmup + begun.judged));
  const order = new Uint32Array(before.length + once.length);
  order.set(before);
  order.set(once, before.length);
  const sent = { scripts: list.scripts, order };
  const judgedFrom = before.length + begun.warmup;
  const again = repeatsOf(list, Math.max(once.length, begun.warmup), begun.warmup + begun.judged);
  const requests = sumOf(again, (at) => list.scripts[at]?.turns.length ?? 0);
  const first = possibleHits(sent, { judgedFrom });
  return {
    conversations: begun.judged,
    requests: first.requests + requests,
    hits: first.hits + requests,
    ...(tokensOf(sent) > MOST_TOKENS ? {} : { prefix: prefixOf(sent, judgedFrom, again) }),
  };
}

type Prefix = NonNullable<PossibleAsSent["prefix"]>;

function prefixOf(sent: PromptList, judgedFrom: number, again: ReadonlyMap<number, number>): Prefix {
  const first = possiblePrefixReuse(sent, { judgedFrom, blockTokens: 1 });
  const reuse = [...again].map(([at, times]) => {
    const one = repeatedReuse(sent.scripts[at] ?? { turns: [] }, { blockTokens: 1 });
    return { promptTokens: one.promptTokens * times, reusedTokens: one.reusedTokens * times };
  });
  return {
    promptTokens: reuse.reduce((sum, one) => sum + one.promptTokens, first.promptTokens),
    reusedTokens: reuse.reduce((sum, one) => sum + one.reusedTokens, first.reusedTokens),
  };
}

function beforeOf({ scripts, order }: PromptList, cache: CacheState): Uint32Array {
  if (cache === "warm") return order;
  return cache === "primed" ? Uint32Array.from(scripts.keys()) : new Uint32Array(0);
}

/** How often each conversation is sent from one number to before another, of the list sent over and over again. */
function repeatsOf({ order }: PromptList, from: number, to: number): ReadonlyMap<number, number> {
  const length = Math.max(1, order.length);
  const rounds = Math.floor(Math.max(0, to - from) / length);
  const times = new Map<number, number>();
  const send = (at: number, often: number): void => void times.set(at, (times.get(at) ?? 0) + often);
  if (rounds > 0) for (const at of order) send(at, rounds);
  for (let number = from + rounds * length; number < to; number += 1) send(order[number % length] ?? 0, 1);
  return times;
}

function sumOf(times: ReadonlyMap<number, number>, of: (at: number) => number): number {
  return [...times].reduce((sum, [at, often]) => sum + of(at) * often, 0);
}

/** Of each conversation that is sent, once. */
function tokensOf({ scripts, order }: PromptList): number {
  let tokens = 0;
  for (const at of new Set(order)) {
    const { system = "", turns = [] } = scripts[at] ?? {};
    tokens += countTokens(system) + turns.reduce((sum, turn) => sum + countTokens(turn), 0);
    if (tokens > MOST_TOKENS) break;
  }
  return tokens;
}
