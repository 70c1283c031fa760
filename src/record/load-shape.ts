/** What a load in a request.json must look like. */
import { z } from "zod";
import { ARRIVALS, PATTERN_NAMES, type Load, type PatternName } from "../model/index.ts";

type Shaped = Exclude<PatternName, "own">;

const amount = z.number().nonnegative();
const count = z.number().int().nonnegative();
const isShaped = (name: PatternName): name is Shaped => name !== "own";

const shaped = {
  pattern: z.enum(PATTERN_NAMES.filter(isShaped)),
  users: count,
  ladder: z.object({ levels: z.array(amount).min(1) }).exactOptional(),
};
const stage = z.object({ seconds: amount, users: count });
const rateStage = z.object({ seconds: amount, rate: amount });

/** The open one first: without its rate it would look like a closed one. */
export const load: z.ZodType<Load> = z.union([
  z.object({
    ...shaped,
    ...{ rate: amount, arrivals: z.enum(ARRIVALS), seed: count, warmup: rateStage, stages: z.array(rateStage) },
  }),
  z.object({ ...shaped, warmup: stage, stages: z.array(stage) }),
  z.object({ pattern: z.literal("own"), warmup: stage, stages: z.null() }),
]);
