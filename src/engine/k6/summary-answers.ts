import type { AnswerFacts } from "../../model/index.ts";
import { ANSWER_SUB_METRICS as AT } from "./summary-names.ts";
import type { Reader } from "./summary-reader.ts";

/** What answers told beside their text, as the script counted it; undefined: it counted nothing. */
export function answerFactsOf(read: Reader): AnswerFacts | undefined {
  const hits = read.rate(AT.cacheHit);
  const facts: AnswerFacts = {
    begun: { warmup: read.count(AT.begunBefore), judged: read.count(AT.begun) },
    cache: { told: hits.total, hits: hits.passes },
    usage: {
      told: read.count(AT.usageTold),
      promptTokens: read.count(AT.promptTokens),
      completionTokens: read.count(AT.completionTokens),
    },
    prefix: {
      told: read.count(AT.prefixTold),
      cachedTokens: read.count(AT.cachedTokens),
      promptTokens: read.count(AT.prefixTokens),
    },
  };
  const { begun, cache, usage } = facts;
  return begun.warmup + begun.judged + cache.told + usage.told === 0 ? undefined : facts;
}
