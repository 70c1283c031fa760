/** Headers of gateways and caches that are kept with an answer. */
const KEPT = [
  "x-cache",
  "helicone-cache",
  "x-portkey-cache-status",
  "cf-aig-cache-status",
  "x-cache-status",
  "cf-cache-status",
  "x-litellm-cache-key",
  "x-litellm-semantic-similarity",
  "x-litellm-response-cost",
];
/** Those of them that say whether a cache of answers gave it; the first that does decides. */
const STATES = KEPT.slice(0, 5);

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Those of the answer; and what they say of a hit, as far as they do (as load_tests/lib/read-told.ts reads them). */
export function cacheOf(headers: Headers): {
  readonly cache_headers?: Readonly<Record<string, string>>;
  readonly cached?: boolean;
} {
  const told = KEPT.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, String(value).slice(0, 200)] as const];
  });
  const cached = cachedOf(headers);
  return {
    ...(told.length > 0 && { cache_headers: Object.fromEntries(told) }),
    ...(cached !== undefined && { cached }),
  };
}

function cachedOf(headers: Headers): boolean | undefined {
  for (const name of STATES) {
    const value = String(headers[name] ?? "").toLowerCase();
    if (/(^|[^a-z])hit/.test(value)) return true;
    if (/(^|[^a-z])miss/.test(value)) return false;
  }
  // LiteLLM names the key of the answer only when its cache had it.
  if (headers["x-litellm-cache-key"] !== undefined) return true;
  return headers["x-litellm-call-id"] === undefined ? undefined : false;
}
