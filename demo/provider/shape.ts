import type { Parsed } from "./request.ts";

/** How a stream ends: `stalled` goes silent and stays open, `endless` goes on until the reader leaves. */
export const ENDINGS = ["complete", "cut", "error", "garbage", "stalled", "endless"] as const;
export type Ending = (typeof ENDINGS)[number];

interface NumberKey {
  readonly max: number;
  readonly whole: boolean;
  readonly text: string;
}

const WEEK_MS = 7 * 24 * 3_600_000;

/** What can be asked of answers, by the flag `--stream` for all and by the header `x-simulate` for one. */
export const NUMBER_KEYS = {
  first_token_ms: { max: WEEK_MS, whole: false, text: "time to the first token, instead of the latency's" },
  gap_ms: { max: WEEK_MS, whole: false, text: "mean time between tokens, instead of that of tokens-per-second" },
  gap_spread: { max: 1, whole: false, text: "gaps lie within this share of the mean around it, seeded" },
  tokens: { max: 1_000_000, whole: true, text: "length of the answer, instead of 12 to 36" },
  word_length: { max: 100_000, whole: true, text: "every word of the answer made at least this long" },
  reasoning_tokens: { max: 1_000_000, whole: true, text: "deltas of reasoning_content before the answer" },
  role_ms: { max: WEEK_MS, whole: false, text: "when the empty role chunk comes; never after the first token" },
  burst: { max: 1_000_000, whole: true, text: "deltas in one write, at the time of the first of them" },
  split: { max: 1, whole: true, text: "1: one character of several bytes comes in two writes" },
  split_gap_ms: { max: WEEK_MS, whole: false, text: "time between these two writes" },
  comments: { max: 1, whole: true, text: "1: an SSE comment before the first chunk" },
  end_after: { max: 1_000_000, whole: true, text: "tokens of the answer before the ending, instead of half of them" },
  ending_share: { max: 1, whole: false, text: "share of the streams that end so; the others are complete" },
} as const satisfies Record<string, NumberKey>;

type NumberName = keyof typeof NUMBER_KEYS;

/** Left out: what the other settings of the provider say, or nothing special. */
export type Shape = Partial<Readonly<Record<NumberName, number>>> & { readonly ending?: Ending };

const NAMES: readonly string[] = [...Object.keys(NUMBER_KEYS), "ending"];

/** Reads `gap_ms=50, burst=4, ending=cut`; the problem is one sentence. */
export function parseShape(text: string): Parsed<Shape> {
  const shape: Record<string, number | string> = {};
  for (const part of text.split(",").map((each) => each.trim())) {
    if (part === "") continue;
    const [name = "", value = ""] = part.split("=").map((each) => each.trim());
    const problem = problemOf(name, value);
    if (problem !== undefined) return { ok: false, problem };
    shape[name] = name === "ending" ? value : Number(value);
  }
  return { ok: true, value: shape };
}

function problemOf(name: string, value: string): string | undefined {
  if (!NAMES.includes(name)) return `There is no \`${name}\` to simulate, only: ${NAMES.join(", ")}.`;
  if (name === "ending") {
    return ENDINGS.some((known) => known === value) ? undefined : `\`ending\` must be one of ${ENDINGS.join(", ")}.`;
  }
  const { max, whole }: NumberKey = NUMBER_KEYS[name as NumberName];
  const number = Number(value);
  if (value !== "" && number >= 0 && number <= max && (!whole || Number.isInteger(number))) return undefined;
  return `\`${name}\` must be a ${whole ? "whole number" : "number"} from 0 to ${max}, not ${value === "" ? "nothing" : value}.`;
}
