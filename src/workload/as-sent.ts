import type { CacheState, PromptList } from "../model/index.ts";
import { possibleHits } from "./possible-hits.ts";
import { possiblePrefixReuse } from "./possible-prefix-reuse.ts";
import { countTokens } from "./words.ts";

/** What the caches could answer at most of what the conversations begun in the judged window asked. */
export interface PossibleAsSent {
  readonly conversations: number;
  readonly requests: number;
  readonly hits: number;
  readonly promptTokens: number;
  readonly reusedTokens: number;
}

export interface Sent {
  readonly cache: CacheState;
  /** Conversations begun before the judged window, and in it. */
  readonly begun: { readonly warmup: number; readonly judged: number };
}

/** Tokens looked at, at most: beyond this the ratios hardly move, and to compute them takes seconds. */
const MOST_TOKENS = 4_000_000;

/** Sends a list as a run did: what fills the cache before, the warm-up, then what is judged; over and over again. */
export function possibleAsSent(list: PromptList, { cache, begun }: Sent): PossibleAsSent {
  const before = beforeOf(list, cache);
  const most = Math.max(1000, Math.floor(MOST_TOKENS / tokensOfOne(list)));
  const warmup = Math.min(begun.warmup, most);
  const judged = Math.min(begun.judged, most);
  const order = new Uint32Array(before.length + warmup + judged);
  order.set(before);
  for (let at = 0; at < warmup + judged; at += 1) {
    order[before.length + at] = list.order[at % list.order.length] ?? 0;
  }
  const judgedFrom = before.length + warmup;
  const sent = { scripts: list.scripts, order };
  const { requests, hits } = possibleHits(sent, { judgedFrom });
  const { promptTokens, reusedTokens } = possiblePrefixReuse(sent, { judgedFrom, blockTokens: 1 });
  return { conversations: judged, requests, hits, promptTokens, reusedTokens };
}

function beforeOf({ scripts, order }: PromptList, cache: CacheState): Uint32Array {
  if (cache === "warm") return order;
  return cache === "primed" ? Uint32Array.from(scripts.keys()) : new Uint32Array(0);
}

/** Of the first conversations, roughly: what one costs to look at. */
function tokensOfOne({ scripts }: PromptList): number {
  const some = scripts.slice(0, 20).map(({ system = "", turns }) => countTokens(`${system} ${turns.join(" ")}`));
  return Math.max(1, some.reduce((sum, tokens) => sum + tokens, 0) / Math.max(1, some.length));
}
