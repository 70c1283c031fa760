import type { PromptList } from "../model/index.ts";
import { turnKeys } from "./turn-keys.ts";

/** What an exact-match cache could answer at most. */
export interface PossibleHits {
  /** Requests that count: one for each turn of each conversation. */
  readonly requests: number;
  readonly hits: number;
  readonly ratio: number;
}

export interface ExactCache {
  /** Answers it keeps, the one unused longest forgotten first; left out: all. */
  readonly entries?: number;
  /** Conversations before this one fill the cache but do not count (a warm-up). */
  readonly judgedFrom?: number;
}

/**
 * Most hits of an exact-match cache when the list is sent in its order, one after the other, nothing expires, and the
 * same question gets the same answer. A turn hits when the same system prompt and the same messages came before.
 * Concurrency, expiry and varying answers only lower it.
 */
export function possibleHits(list: PromptList, cache: ExactCache = {}): PossibleHits {
  const { entries = Number.POSITIVE_INFINITY, judgedFrom = 0 } = cache;
  const keys = turnKeys(list.scripts);
  // A Map remembers the order of insertion: its first key is the one unused longest.
  const kept = new Map<number, true>();
  const count = { requests: 0, hits: 0 };
  for (const [at, script] of list.order.entries()) {
    for (const key of keys[script] ?? []) {
      const isHit = kept.delete(key);
      kept.set(key, true);
      if (kept.size > entries) forgetOldest(kept);
      if (at < judgedFrom) continue;
      count.requests += 1;
      count.hits += isHit ? 1 : 0;
    }
  }
  return { ...count, ratio: count.requests === 0 ? 0 : count.hits / count.requests };
}

function forgetOldest(kept: Map<number, true>): void {
  const oldest = kept.keys().next();
  if (oldest.done !== true) kept.delete(oldest.value);
}
