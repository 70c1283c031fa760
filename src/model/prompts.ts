/** How long something is, in whole tokens (or turns). */
export type Length =
  | { readonly kind: "constant"; readonly value: number }
  /** Each of `min` to `max` equally often. */
  | { readonly kind: "uniform"; readonly min: number; readonly max: number }
  /** Half are longer than `median`; `spread` is the standard deviation of the logarithm; cut off at `max`. */
  | { readonly kind: "lognormal"; readonly median: number; readonly spread: number; readonly max: number };

/** How often which of the distinct prompts is sent. */
export type Repeat =
  /** One after the other, then again from the first. */
  | { readonly kind: "in_turn" }
  | { readonly kind: "uniform" }
  /** The prompt of rank k (1, 2 ...) is drawn with weight 1 / k ^ exponent. */
  | { readonly kind: "zipf"; readonly exponent: number };

/** What one user says in one conversation; a prompt of a single request is a conversation of one turn. */
export interface Script {
  /** Said before all turns, the same for many: what a prefix cache can reuse. */
  readonly system?: string;
  readonly turns: readonly string[];
  /** Longest answer wanted, in tokens. */
  readonly maxTokens?: number;
}

/** The declared properties of a generated list; tokens are counted as `countTokens` does. */
export interface PromptSpec {
  readonly seed: number;
  /** Conversations of the list, in the order in which they are sent. */
  readonly count: number;
  readonly distinct: number;
  readonly repeat: Repeat;
  /** Each script has one of `count` prefixes of `tokens` tokens; 0: none has. */
  readonly prefixes: { readonly count: number; readonly tokens: number };
  readonly turns: Length;
  /** Of each message, the prefix not counted. */
  readonly promptTokens: Length;
  readonly outputTokens: Length;
}

/** What is sent: `order[i]` is the place in `scripts` of conversation number i. After the last it begins anew. */
export interface PromptList {
  readonly scripts: readonly Script[];
  readonly order: Uint32Array;
}

/** Where the prompts of a scenario come from; JSON-safe. */
export type PromptSource =
  | { readonly kind: "generated"; readonly spec: PromptSpec }
  | {
      readonly kind: "file";
      /** Absolute, without symbolic links. */
      readonly path: string;
      readonly seed: number;
      readonly repeat: Repeat;
      /** Conversations of the list; absent: as many as the file has. */
      readonly count?: number;
    };

/**
 * What a cache knows of a run's prompts before its judged window. `as_is`: nobody says. `cold`: none of them, so each
 * begins with words of this run alone. `primed`: each distinct prompt was sent once. `warm`: the whole list was.
 */
export const CACHE_STATES = ["as_is", "cold", "primed", "warm"] as const;
export type CacheState = (typeof CACHE_STATES)[number];

interface Range {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

/** `workload` of a record: what was said, and what of it a cache could know. */
export interface WorkloadRecord {
  /** Absent: the script says what it says. */
  readonly prompts?: {
    readonly source: "generated" | "file";
    readonly file?: string;
    /** Of the file as it was sent. */
    readonly sha256?: string;
    readonly seed: number;
    readonly repeat: "in_turn" | "uniform" | `zipf ${number}`;
    /** Conversations of the list, and those of them that differ. */
    readonly conversations: number;
    readonly distinct: number;
    /** Requests (turns) of a conversation. */
    readonly turns: Range;
    /** Tokens of a message, counted by words. */
    readonly prompt_tokens: Range;
    /** Longest answers wanted; absent: no limit is asked for. */
    readonly max_output_tokens?: Range;
    readonly prefixes: { readonly count: number; readonly tokens: number };
  };
  /** What the conversations of the judged window allowed; ratios 0-1 of requests and of prompt tokens. */
  readonly possible?: {
    readonly conversations: number;
    readonly requests: number;
    readonly cache_hit_possible: number;
    /** Absent: the prompts are too long to be compared. */
    readonly prefix_reuse_possible?: number;
  };
  readonly cache: {
    readonly declared: CacheState;
    readonly result: "verified" | "wrong" | "not_verified" | "not_declared";
    /** One sentence for people. */
    readonly text: string;
  };
}
