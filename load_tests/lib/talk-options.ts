import { DEFAULT_MESSAGES } from "./messages.ts";
import { headers, number, texts, whole } from "./options.ts";
import type { Readers } from "./options.ts";

/** What every script of ours lets a scenario say under `params:`. */
export interface TalkOptions {
  /** Messages of one conversation. */
  readonly turns: number;
  /** Mean pause after each answer; each pause lies between half and one and a half times this. */
  readonly think_time_seconds: number;
  /** After this the request is a failed one. */
  readonly timeout_seconds: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Header name -> name of a secret of the scenario. */
  readonly headers_from_secrets: Readonly<Record<string, string>>;
  /** What the users say, in this order, each conversation from its own starting point. */
  readonly messages: readonly string[];
  /** Share (0-1) of the conversations that others have word for word; a cache can answer only these. */
  readonly repeat_share: number;
  /** Decides which conversation says what. */
  readonly seed: number;
}

export const TALK_READERS: Readers<TalkOptions> = {
  turns: whole(1, 1000),
  think_time_seconds: number(0, 3600),
  timeout_seconds: number(0.001, 3600),
  headers: headers(),
  headers_from_secrets: headers(),
  messages: texts,
  repeat_share: number(0, 1),
  seed: whole(0, 2 ** 31),
};

export const TALK_DEFAULTS: TalkOptions = {
  turns: 3,
  think_time_seconds: 1,
  timeout_seconds: 60,
  headers: {},
  headers_from_secrets: {},
  messages: DEFAULT_MESSAGES,
  repeat_share: 0.3,
  seed: 1,
};
