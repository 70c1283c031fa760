import { shortageOf } from "../platform/shortages.ts";

/** Why a connection failed, where the target has no part in it; undefined: it has, or may have. */
export function probeShortage(code: string): string | undefined {
  const lacked = shortageOf(code);
  return lacked === undefined ? undefined : `the stream probe ran short (${code}): ${lacked}`;
}
