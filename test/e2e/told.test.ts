import { describe, expect, it } from "vitest";
import { readTold } from "../../load_tests/lib/read-told.ts";
import { cacheOf } from "../../src/probe/cache-headers.ts";
import type { Usage } from "../../src/probe/protocol.ts";
import { usageOf } from "../../src/probe/usage.ts";
import { CACHE_CASES, USAGE_CASES } from "../support/told-cases.ts";

/** As load_tests/lib/probe.ts takes it from the probe: both numbers or none. */
function wholeUsage(usage: Usage | undefined): Usage | undefined {
  const { prompt_tokens: prompt, completion_tokens: completion } = usage ?? {};
  return prompt === undefined || completion === undefined ? undefined : usage;
}

describe("what an answer tells of caches and tokens", () => {
  it.each(USAGE_CASES)("tokens of %s", (_name, usage, expected) => {
    expect(readTold({ usage })).toEqual(expected === undefined ? {} : { usage: expected });
    expect(wholeUsage(usageOf(usage))).toEqual(expected);
  });

  it.each(CACHE_CASES)("headers %j", (headers, cached) => {
    const told = cached === undefined ? {} : { cached };
    expect(readTold({}, () => headers)).toEqual(told);
    // Node writes their names in lower case, k6 as here.
    const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
    const { cache_headers: kept, ...ofProbe } = cacheOf(Object.fromEntries(lower));
    expect(ofProbe).toEqual(told);
    expect(Object.values(headers)).toEqual(expect.arrayContaining(Object.values(kept ?? {})));
  });

  it("the body itself before any header", () => {
    expect(readTold({ cached: false }, () => ({ "X-Cache": "HIT" }))).toEqual({ cached: false });
    for (const body of [null, undefined, 3, "text", []]) expect(readTold(body)).toEqual({});
  });
});
