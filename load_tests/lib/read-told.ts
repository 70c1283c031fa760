// Reads what answers tell beside their text.

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
