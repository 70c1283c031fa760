/** The keys `prompts` and `cache` of a scenario; files are looked at in prompts.ts. */
import { z } from "zod";
import { CACHE_STATES, type Length, type Repeat } from "../model/index.ts";
import { text, whole } from "./fields.ts";

/** A list that is drawn from but not written down: long enough that most runs never come to its end. */
const CONVERSATIONS = 10_000;

const number = (about: { readonly description: string; readonly examples: readonly number[] }) =>
  z.number({ error: "must be a number" }).meta({ title: "number", ...about });

/** A number alone, a range, or a middle with a spread. */
function length(description: string, examples: readonly unknown[]) {
  const bound = (about: string) => whole(1, { description: about });
  return z
    .union(
      [
        whole(1, { description: "All are as long." }),
        z.strictObject({ min: bound("The shortest."), max: bound("The longest; each length is equally likely.") }),
        z.strictObject({
          median: bound("Half are longer."),
          spread: number({ description: "Standard deviation of the logarithm, 0 to 5.", examples: [0.5] }),
          max: bound("What is drawn longer is cut to this."),
        }),
      ],
      { error: "must be a whole number, { min: ..., max: ... } or { median: ..., spread: ..., max: ... }" },
    )
    .meta({ title: "length", description, examples })
    .transform((written): Length => {
      if (typeof written === "number") return { kind: "constant", value: written };
      return "median" in written ? { kind: "lognormal", ...written } : { kind: "uniform", ...written };
    });
}

const repeatSchema = z
  .union(
    [
      z.enum(["in_turn", "uniform"]),
      z.strictObject({
        zipf: number({ description: "Exponent: above 0 and at most 10.", examples: [1.1] }),
      }),
    ],
    { error: "must be in_turn, uniform or { zipf: 1.1 }" },
  )
  .meta({
    title: "repeat",
    description:
      "How often which prompt is sent: `in_turn` one after the other and then again from the first, `uniform` each equally often, `{ zipf: 1.1 }` the first most of all, as people do.",
    examples: ["uniform", { zipf: 1.1 }],
  })
  .transform((written): Repeat => {
    if (typeof written === "string") return { kind: written };
    return { kind: "zipf", exponent: written.zipf };
  });

export const promptsSchema = z
  .strictObject({
    file: text({
      description:
        "Own prompts: JSONL, one conversation a line, in this file's folder or below it. A line is a text, or an object with `prompt`, `turns` or `messages`, and if wanted `system` and `max_tokens`.",
      examples: ["prompts/my.jsonl"],
    }).optional(),
    distinct: whole(1, {
      description: "How many different conversations are generated.",
      examples: [200],
    }).optional(),
    conversations: whole(1, {
      description: `Length of the list, which is sent in its order and then again. Left out: ${CONVERSATIONS}; of a file in turn, as many as it has.`,
      examples: [10_000],
    }).optional(),
    repeat: repeatSchema.optional(),
    prefixes: z
      .strictObject({
        count: whole(1, { description: "How many different ones.", examples: [5] }),
        tokens: whole(1, { description: "Length of each.", examples: [500] }),
      })
      .meta({
        title: "mapping",
        description: "Beginnings that many conversations share, as system prompts are: what a prefix cache reuses.",
      })
      .optional(),
    turns: length("Messages of one conversation. Left out: 1.", [3, { min: 1, max: 5 }]).optional(),
    prompt_tokens: length("Length of each message in tokens. Left out: 40.", [
      40,
      { median: 60, spread: 0.5, max: 500 },
    ]).optional(),
    output_tokens: length("Longest answer that is asked for (`max_tokens`). Left out: 128.", [128]).optional(),
    seed: z
      .int({ error: "must be a whole number" })
      .min(0, { error: "must be a whole number from 0" })
      .meta({ title: "whole number", description: "Decides everything that is drawn.", examples: [1] })
      .default(1),
  })
  .superRefine((written, context) => {
    const problem = (key: string | undefined, message: string): void => {
      context.addIssue({ code: "custom", message, path: key === undefined ? [] : [key], params: { atKey: true } });
    };
    if (written.file === undefined) {
      if (written.distinct === undefined)
        problem(undefined, "say how many `distinct` prompts there are, or name a `file`");
      return;
    }
    for (const key of ["distinct", "prefixes", "turns", "prompt_tokens", "output_tokens"] as const) {
      if (written[key] !== undefined) problem(key, "the prompts of a file are as they are: this is for generated ones");
    }
  })
  .meta({
    title: "mapping",
    description:
      "What the users say: prompts of declared properties, generated from a seed, or an own file. Left out: what the script has them say.",
    examples: [{ distinct: 200, repeat: { zipf: 1.1 } }, { file: "prompts/my.jsonl" }],
  });

export const cacheSchema = z.enum(CACHE_STATES).meta({
  title: "cache state",
  description:
    "What a cache knows of the prompts before the judged window, checked against what the answers tell: `cold` nothing (each prompt begins with words of this run), `primed` each prompt was sent once, `warm` the whole list was, `as_is` nobody says.",
  examples: ["cold"],
});

export type PromptsInput = z.output<typeof promptsSchema>;

export const DEFAULTS = {
  conversations: CONVERSATIONS,
  repeat: { kind: "in_turn" },
  turns: { kind: "constant", value: 1 },
  promptTokens: { kind: "constant", value: 40 },
  outputTokens: { kind: "constant", value: 128 },
} as const;
