import { z } from "zod";
import { CACHE_STATES, type WorkloadRecord } from "../model/index.ts";

const count = z.number().int().nonnegative();
const ratio = z.number().min(0).max(1);
const range = z.object({ min: count, mean: z.number().nonnegative(), max: count });
const repeat = z.union([
  z.enum(["in_turn", "uniform"]),
  z.templateLiteral(["zipf ", z.number()]) as z.ZodType<`zipf ${number}`>,
]);

/** `workload` of a record.json. */
export const workload: z.ZodType<WorkloadRecord> = z.object({
  prompts: z
    .object({
      source: z.enum(["generated", "file"]),
      file: z.string().exactOptional(),
      sha256: z.string().exactOptional(),
      seed: count,
      repeat,
      conversations: count,
      distinct: count,
      turns: range,
      prompt_tokens: range,
      max_output_tokens: range.exactOptional(),
      prefixes: z.object({ count, tokens: count }),
    })
    .exactOptional(),
  possible: z
    .object({
      ...{ conversations: count, requests: count, cache_hit_possible: ratio },
      prefix_reuse_possible: ratio.exactOptional(),
    })
    .exactOptional(),
  cache: z.object({
    declared: z.enum(CACHE_STATES),
    result: z.enum(["verified", "wrong", "not_verified", "not_declared"]),
    text: z.string(),
  }),
});
