/** A whole answer of a model. */
export interface Completion {
  readonly text: string;
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
  readonly finishReason: string;
}

export interface Turn {
  readonly role: "user" | "assistant";
  readonly content: string;
}

/** Remembers what was said. Both kinds of store keep the newest turns only. */
export interface Conversations {
  readonly kind: "memory" | "postgres";
  /** The newest `limit` turns of a conversation, oldest first; none for an unknown one. */
  history(id: string, limit: number): Promise<readonly Turn[]>;
  append(id: string, turns: readonly Turn[]): Promise<void>;
  /** Rejects when the store cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Remembers answers by key for a while. A cache that fails is a cache that has nothing: it never rejects. */
export interface AnswerCache {
  readonly kind: "memory" | "redis";
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  close(): Promise<void>;
}
