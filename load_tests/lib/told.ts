// What answers tell beside their text, as k6 metrics: from these Chatbench knows the state of a cache and what was used.
import { Counter, Rate } from "k6/metrics";

/** Absent means that the answer did not tell. */
export interface Told {
  /** A cache of answers gave it, and no model. */
  readonly cached?: boolean;
  readonly usage?: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    /** Of the prompt, those that came from a cache of prompts. */
    readonly cached_tokens?: number;
  };
}

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

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Response headers, as k6 writes their names, in which gateways and caches say whether they answered themselves. */
const CACHE_HEADERS = ["X-Cache", "Helicone-Cache", "X-Portkey-Cache-Status", "Cf-Aig-Cache-Status", "X-Cache-Status"];

/** Reads what a parsed answer and its headers tell. Anthropic's `input_tokens` leave out what came from a cache. */
export function readTold(body: unknown, headers: Headers = {}): Told {
  const cached = at(body, "cached");
  const isCached = typeof cached === "boolean" ? cached : cachedByHeaders(headers);
  const usage = usageOf(at(body, "usage"));
  return { ...(isCached === undefined ? {} : { cached: isCached }), ...(usage === undefined ? {} : { usage }) };
}

function usageOf(usage: unknown): Told["usage"] {
  const [prompt, completion] = [count(usage, "prompt_tokens"), count(usage, "completion_tokens")];
  if (prompt !== undefined && completion !== undefined) {
    const cached = count(usage, "prompt_tokens_details.cached_tokens") ?? count(usage, "prompt_cache_hit_tokens");
    const told = cached === undefined || cached > prompt ? {} : { cached_tokens: cached };
    return { prompt_tokens: prompt, completion_tokens: completion, ...told };
  }
  const [input, output] = [count(usage, "input_tokens"), count(usage, "output_tokens")];
  if (input === undefined || output === undefined) return undefined;
  const [read, written] = [count(usage, "cache_read_input_tokens"), count(usage, "cache_creation_input_tokens")];
  const told = read === undefined ? {} : { cached_tokens: read };
  return { prompt_tokens: input + (read ?? 0) + (written ?? 0), completion_tokens: output, ...told };
}

function cachedByHeaders(headers: Headers): boolean | undefined {
  for (const name of CACHE_HEADERS) {
    const value = String(headers[name] ?? "").toLowerCase();
    if (/\bhit\b/.test(value)) return true;
    if (/\bmiss\b/.test(value)) return false;
  }
  // LiteLLM names the key of the answer only when its cache had it.
  if (headers["X-Litellm-Cache-Key"] !== undefined) return true;
  return undefined;
}

/** The value at a path such as `choices.0.message.content`, or undefined. */
export function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, key) => {
    if (typeof inner !== "object" || inner === null || !Object.hasOwn(inner, key)) return undefined;
    return (inner as Readonly<Record<string, unknown>>)[key];
  }, value);
}

function count(value: unknown, path: string): number | undefined {
  const found = at(value, path);
  return typeof found === "number" && Number.isInteger(found) && found >= 0 ? found : undefined;
}
