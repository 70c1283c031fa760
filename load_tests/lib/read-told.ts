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
type Fields = Readonly<Record<string, unknown>>;

/** Response headers, as k6 writes their names, in which gateways and caches say whether they answered themselves. */
const CACHE_HEADERS = ["X-Cache", "Helicone-Cache", "X-Portkey-Cache-Status", "Cf-Aig-Cache-Status", "X-Cache-Status"];

/**
 * Reads what a parsed answer and its headers tell; the headers are looked at only where the body does not say it
 * itself, for k6 makes them anew at each look. Anthropic's `input_tokens` leave out what came from a cache.
 */
export function readTold(body: unknown, headers: () => Headers = () => ({})): Told {
  const fields = fieldsOf(body);
  const cached = typeof fields.cached === "boolean" ? fields.cached : cachedByHeaders(headers());
  const usage = usageOf(fieldsOf(fields.usage));
  if (cached === undefined) return usage === undefined ? {} : { usage };
  return usage === undefined ? { cached } : { cached, usage };
}

function usageOf(usage: Fields): Told["usage"] {
  const [prompt, completion] = [count(usage.prompt_tokens), count(usage.completion_tokens)];
  if (prompt !== undefined && completion !== undefined) {
    const details = usage.prompt_tokens_details;
    const cached =
      (details == null ? undefined : count(fieldsOf(details).cached_tokens)) ?? count(usage.prompt_cache_hit_tokens);
    const tokens = { prompt_tokens: prompt, completion_tokens: completion };
    return cached === undefined || cached > prompt ? tokens : { ...tokens, cached_tokens: cached };
  }
  const [input, output] = [count(usage.input_tokens), count(usage.output_tokens)];
  if (input === undefined || output === undefined) return undefined;
  const [read, written] = [count(usage.cache_read_input_tokens), count(usage.cache_creation_input_tokens)];
  const told = read === undefined ? {} : { cached_tokens: read };
  return { prompt_tokens: input + (read ?? 0) + (written ?? 0), completion_tokens: output, ...told };
}

function cachedByHeaders(headers: Headers): boolean | undefined {
  for (const name of CACHE_HEADERS) {
    const value = String(headers[name] ?? "").toLowerCase();
    if (/(^|[^a-z])hit/.test(value)) return true;
    if (/(^|[^a-z])miss/.test(value)) return false;
  }
  // LiteLLM names the key of the answer only when its cache had it.
  if (headers["X-Litellm-Cache-Key"] !== undefined) return true;
  return headers["X-Litellm-Call-Id"] === undefined ? undefined : false;
}

const NO_FIELDS: Fields = {};

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : NO_FIELDS;
}

/** The value at a path such as `choices.0.message.content`, or undefined. */
export function at(value: unknown, path: string): unknown {
  if (!path.includes(".")) return Object.hasOwn(fieldsOf(value), path) ? fieldsOf(value)[path] : undefined;
  return path.split(".").reduce<unknown>((inner, key) => {
    const fields = fieldsOf(inner);
    return Object.hasOwn(fields, key) ? fields[key] : undefined;
  }, value);
}

function count(found: unknown): number | undefined {
  return typeof found === "number" && Number.isInteger(found) && found >= 0 ? found : undefined;
}
