import { z } from "zod";
import { ARRIVALS, PATTERN_NAMES } from "../model/index.ts";
import { duration, whole } from "./fields.ts";
import { parseRate, quote } from "./quantity.ts";

const patternName = z
  .enum(PATTERN_NAMES)
  .meta({ title: "pattern", description: "Name of a load pattern.", examples: ["sustained"] });

const RATE_FORM = String.raw`^\d{1,15}(?:\.\d{1,9})?\s?/s$`;

/** Arrivals per second, written as `20/s`. */
function rate(about: { readonly description: string; readonly examples: readonly unknown[] }) {
  return z
    .string({
      error: ({ input }) => (typeof input === "number" ? `${input} has no unit: write "${input}/s"` : undefined),
    })
    .meta({ pattern: RATE_FORM, title: "rate", ...about })
    .transform((written, context) => {
      const parsed = parseRate(written);
      if ("value" in parsed) return parsed.value;
      context.issues.push({ code: "custom", message: parsed.problem, input: written });
      return z.NEVER;
    });
}

/** A level of a ladder, in the unit of its top. */
function level(about: { readonly description: string }) {
  const perSecond = rate({ description: "Arrivals per second.", examples: ["5/s"] }).transform((value) => ({
    ...{ unit: "rate" as const, value },
  }));
  const users = whole(1, { description: "Users." }).transform((value) => ({ unit: "users" as const, value }));
  return z
    .union([users, perSecond], {
      error: ({ input }) =>
        `must be users such as 10, or arrivals such as "5/s"${typeof input === "string" ? `, not ${quote(input)}` : ""}`,
    })
    .meta({ title: "users or rate", examples: [10, "5/s"], ...about });
}

const mapping = z
  .strictObject({
    name: patternName,
    users: whole(1, {
      description:
        "Most users of the judged part; the rest of the shape scales with it. With a `rate`: most users at a time (left out: 10 for each arrival per second, 10 at least, 1000 at most).",
      examples: [100],
    }).optional(),
    rate: rate({
      description:
        "Highest arrivals per second: conversations begin at this rate, however slow the target is (open model). The rest of the shape scales with it.",
      examples: ["20/s"],
    }).optional(),
    arrivals: z
      .enum(ARRIVALS)
      .meta({
        title: "arrivals",
        description:
          "With a `rate`: `constant` (the default), evenly, or `poisson`, by chance as those of many independent people.",
        examples: ["poisson"],
      })
      .optional(),
    seed: whole(0, {
      description: "With a `rate`: decides the Poisson arrivals. Left out: 1.",
      examples: [7],
    }).optional(),
    from: level({
      description: "Of `stress` and `breakpoint`: the lowest level. Left out: a tenth of the top.",
    }).optional(),
    step: level({
      description: "Of `stress` and `breakpoint`: by how much each level is higher. Left out: a tenth of the top.",
    }).optional(),
    duration: duration({
      description: "Length of the judged part (of `stress` and `breakpoint`: of each step); the warm-up is not in it.",
      examples: ["10m"],
    }).optional(),
    warmup: duration({
      description: "Time before the judged part. Left out: a tenth of the duration, 5s at least, 60s at most.",
      examples: ["30s"],
    }).optional(),
  })
  .meta({ title: "mapping" });

export const patternSchema = z
  .union([patternName, mapping], {
    error: 'must be the name of a pattern, or { name: ..., users: ... (or rate: "20/s"), duration: ..., warmup: ... }',
  })
  .meta({
    title: "pattern",
    description: `Who arrives when: ${PATTERN_NAMES.join(", ")} (own: the script's own options decide).`,
    examples: [
      "sustained",
      { name: "sustained", users: 20, duration: "2m" },
      { name: "sustained", rate: "20/s", arrivals: "poisson" },
      { name: "breakpoint", users: 200, from: 20, step: 20, duration: "1m" },
    ],
  });

export type PatternInput = z.output<typeof patternSchema>;
