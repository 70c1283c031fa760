/** Headers by which caches and gateways tell whether they answered themselves. */
const NAMES = [
  "x-cache",
  "x-cache-status",
  "cf-cache-status",
  "helicone-cache",
  "x-portkey-cache-status",
  "x-litellm-cache-key",
  "x-litellm-semantic-similarity",
  "x-litellm-response-cost",
];

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Those of the answer; and what they say of a hit, as far as they do. */
export function cacheOf(headers: Headers): {
  readonly cache_headers?: Readonly<Record<string, string>>;
  readonly cached?: boolean;
} {
  const told = NAMES.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, String(value).slice(0, 200)] as const];
  });
  if (told.length === 0) return {};
  const states = told.filter(([name]) => !name.startsWith("x-litellm-")).map(([, value]) => value.toLowerCase());
  const isHit = states.some((state) => /\bhit\b/.test(state)) || headers["x-litellm-cache-key"] !== undefined;
  const isMiss = states.some((state) => /\b(miss|bypass|disabled|refresh|expired|dynamic)\b/.test(state));
  return { cache_headers: Object.fromEntries(told), ...((isHit || isMiss) && { cached: isHit }) };
}
