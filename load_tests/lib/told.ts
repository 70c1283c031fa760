// What answers tell beside their text, as k6 metrics: from these Chatbench knows the state of a cache and what was used.
import { Counter, Rate } from "k6/metrics";

import type { Told } from "./read-told.ts";

const cacheHit = new Rate("chatbench_cache_hit");
const usageTold = new Counter("chatbench_usage_told");
const promptTokens = new Counter("chatbench_prompt_tokens");
const completionTokens = new Counter("chatbench_completion_tokens");
const prefixTold = new Counter("chatbench_prefix_told");
const prefixTokens = new Counter("chatbench_prefix_tokens");
const cachedTokens = new Counter("chatbench_cached_tokens");

/** To be called once for each good answer, as soon as it is there: it belongs to the phase of the load that is now. */
export function tell({ cached, usage }: Told): void {
  if (cached !== undefined) cacheHit.add(cached);
  if (usage === undefined) return;
  usageTold.add(1);
  promptTokens.add(usage.prompt_tokens);
  completionTokens.add(usage.completion_tokens);
  if (usage.cached_tokens === undefined) return;
  prefixTold.add(1);
  prefixTokens.add(usage.prompt_tokens);
  cachedTokens.add(usage.cached_tokens);
}
