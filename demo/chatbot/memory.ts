import type { AnswerCache, Conversations, Turn } from "./ports.ts";

/** A map of at most `limit` entries that forgets the one unused longest. */
class Bounded<V> {
  readonly #entries = new Map<string, V>();
  constructor(readonly limit: number) {}

  get(key: string): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > this.limit && oldest.done !== true) this.#entries.delete(oldest.value);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}

/** Stands in for PostgreSQL: at most `limits.conversations` of them, each with its newest `limits.turns`. */
export function memoryConversations(limits: { readonly conversations: number; readonly turns: number }): Conversations {
  const stored = new Bounded<readonly Turn[]>(limits.conversations);
  return {
    kind: "memory",
    history: (id, limit) => Promise.resolve((stored.get(id) ?? []).slice(-limit)),
    append: (id, turns) => {
      stored.set(id, [...(stored.get(id) ?? []), ...turns].slice(-limits.turns));
      return Promise.resolve();
    },
    ping: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** Stands in for Redis: at most `entries` answers, each for `ttlMs`; `now` is in milliseconds. */
export function memoryCache(
  limits: { readonly entries: number; readonly ttlMs: number },
  now: () => number,
): AnswerCache {
  const stored = new Bounded<{ readonly value: string; readonly until: number }>(limits.entries);
  return {
    kind: "memory",
    get: (key) => {
      const entry = stored.get(key);
      if (entry === undefined || entry.until > now()) return Promise.resolve(entry?.value);
      stored.delete(key);
      return Promise.resolve(undefined);
    },
    set: (key, value) => {
      stored.set(key, { value, until: now() + limits.ttlMs });
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
