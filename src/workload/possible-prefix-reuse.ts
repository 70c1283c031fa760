import type { PromptList, Script } from "../model/index.ts";
import { turnKeys } from "./turn-keys.ts";
import { countTokens, tokensOf } from "./words.ts";

/** What a cache of prompt prefixes could reuse at most. */
export interface PossiblePrefixReuse {
  readonly promptTokens: number;
  readonly reusedTokens: number;
  readonly ratio: number;
}

export interface PrefixCache {
  /** Whole blocks of so many tokens are reused; 16 is vLLM's. */
  readonly blockTokens?: number;
  /** Fewer than this are not reused at all (1,024 at OpenAI). */
  readonly minTokens?: number;
  /** Conversations before this one fill the cache but do not count (a warm-up). */
  readonly judgedFrom?: number;
}

/**
 * Most prompt tokens that a prefix cache could reuse when the list is sent in its order and nothing is forgotten.
 * Tokens are counted by `countTokens`; an answer counts with the script's `maxTokens`, and the same words get the same
 * answer. Messages that differ only towards their end are compared in whole blocks from their beginning.
 */
export function possiblePrefixReuse(list: PromptList, cache: PrefixCache = {}): PossiblePrefixReuse {
  const { blockTokens = 16, judgedFrom = 0 } = cache;
  const keys = turnKeys(list.scripts);
  const seen: Seen = { turns: new Set(), blocks: new Set() };
  /** What each script reuses when it is said again; undefined until it is. */
  const again = new Map<number, Reuse | undefined>();
  const sum = { promptTokens: 0, reusedTokens: 0 };
  for (const [number, at] of list.order.entries()) {
    const script = list.scripts[at];
    if (script === undefined) continue;
    const known = again.has(at) ? (again.get(at) ?? repeatedReuse(script, cache)) : undefined;
    again.set(at, known);
    const one = known ?? reuseOf(promptsOf(script, keys[at]), cache, (turn) => knownOf(seen, { ...turn, blockTokens }));
    if (number < judgedFrom) continue;
    sum.promptTokens += one.promptTokens;
    sum.reusedTokens += one.reusedTokens;
  }
  return { ...sum, ratio: sum.promptTokens === 0 ? 0 : sum.reusedTokens / sum.promptTokens };
}

type Reuse = Omit<PossiblePrefixReuse, "ratio">;

/** Of a conversation that was held before: it is in the cache as a whole. */
export function repeatedReuse(script: Script, cache: Pick<PrefixCache, "blockTokens" | "minTokens">): Reuse {
  return reuseOf(promptsOf(script), cache, () => Number.POSITIVE_INFINITY);
}

/** @param knownOfNew how many tokens of what a turn adds were known before */
function reuseOf(
  prompts: Iterable<TurnPrompt>,
  { blockTokens = 16, minTokens = 0 }: PrefixCache,
  knownOfNew: (turn: TurnPrompt) => number,
): Reuse {
  const sum = { promptTokens: 0, reusedTokens: 0 };
  for (const turn of prompts) {
    const known = Math.min(turn.length, turn.before + knownOfNew(turn));
    const reused = Math.floor(known / blockTokens) * blockTokens;
    sum.promptTokens += turn.length;
    sum.reusedTokens += reused < minTokens ? 0 : reused;
  }
  return sum;
}

interface Seen {
  readonly turns: Set<number>;
  readonly blocks: Set<number>;
}

interface TurnPrompt {
  /** Tokens of the whole prompt, and of its beginning that the turn before left in the cache. */
  readonly length: number;
  readonly before: number;
  /** What is new in it. */
  readonly message: string;
  readonly key: number;
  /** Key of the turn before; -1 for the first. */
  readonly parent: number;
}

function* promptsOf(script: Script, keys: readonly number[] = []): Generator<TurnPrompt, void, undefined> {
  const state = { before: 0, parent: -1 };
  for (const [at, turn] of script.turns.entries()) {
    const message = at === 0 ? `${script.system ?? ""} ${turn}` : turn;
    const length = state.before + countTokens(message);
    const key = keys[at] ?? -1;
    yield { length, before: state.before, message, key, parent: state.parent };
    state.before = length + (script.maxTokens ?? 0);
    state.parent = key;
  }
}

type NewWords = Pick<TurnPrompt, "message" | "key" | "parent"> & { readonly blockTokens: number };

/** How many tokens at the beginning of what is new were there before, after the same words; all are afterwards. */
function knownOf(seen: Seen, { message, key, parent, blockTokens }: NewWords): number {
  const tokens = tokensOf(message);
  const isKnown = seen.turns.has(key);
  seen.turns.add(key);
  if (isKnown) return tokens.length;
  const state = { chain: hashOf(String(parent), 0), known: 0 };
  for (let at = 0; at + blockTokens <= tokens.length; at += blockTokens) {
    state.chain = hashOf(tokens.slice(at, at + blockTokens).join(" "), state.chain);
    if (seen.blocks.has(state.chain)) state.known = at + blockTokens;
    seen.blocks.add(state.chain);
  }
  return state.known;
}

/** 53 bits of two FNV-1a sums, chained: of a million blocks two are mixed up with a chance of 1 in 10,000. */
function hashOf(text: string, chain: number): number {
  let low = 0x811c9dc5 ^ (chain >>> 0);
  let high = 0xc9dc5118 ^ Math.floor(chain / 0x1_0000_0000);
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code ^ (low >>> 7), 0x85ebca6b);
  }
  return ((high >>> 0) & 0x1f_ffff) * 0x1_0000_0000 + (low >>> 0);
}
