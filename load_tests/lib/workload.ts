// What the engine tells a script of the prompts to say (CHATBENCH_WORKLOAD); under plain `k6 run` nothing, and the
// script says what it says.
import { SharedArray } from "k6/data";
import type { Script } from "./conversation.ts";

/** What a cache is to know of the prompts before the judged window; see `cache` in docs/configuration.md. */
export type CacheState = "as_is" | "cold" | "primed" | "warm";

interface Told {
  /** Which of a run's trials this is: two of them share no conversation. */
  readonly trial?: number;
  readonly cache?: CacheState;
  /** Words that no other run says. */
  readonly nonce?: string;
  /** Absolute paths; absent: there is no prompt set, or nothing is to be sent. */
  readonly files?: { readonly scripts: string; readonly order: string };
  /** There is a prompt set, also where the files are not written because nothing is to be sent. */
  readonly prompts?: boolean;
}

/** A list of conversations, held once for all users: an element is copied out when it is asked for. */
export interface PromptList {
  readonly scripts: readonly Script[];
  /** Conversation number i is `scripts[order[i]]`. */
  readonly order: readonly number[];
}

export interface Workload {
  readonly trial: number;
  readonly cache: CacheState;
  readonly nonce: string;
  readonly hasPrompts: boolean;
  readonly list?: PromptList;
}

/** To be called in init code, once. */
export function readWorkload(json: string | undefined): Workload {
  const told = (json === undefined || json === "" ? {} : JSON.parse(json)) as Told;
  const { files, trial = 0, cache = "as_is", nonce = "" } = told;
  const list = files === undefined ? {} : { list: sharedList(files) };
  return { trial, cache, nonce: cache === "cold" ? nonce : "", hasPrompts: told.prompts === true, ...list };
}

function sharedList({ scripts, order }: NonNullable<Told["files"]>): PromptList {
  return {
    scripts: new SharedArray("chatbench prompts", () => JSON.parse(open(scripts)) as Script[]),
    order: new SharedArray("chatbench prompt order", () => JSON.parse(open(order)) as number[]),
  };
}
