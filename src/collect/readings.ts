import type { Reading } from "../model/index.ts";

type Told = number | undefined;
type About = Omit<Reading, "value">;

/** A reading where there is a number, nothing where there is none: absent is never 0. */
export function told(about: About, value: Told): readonly Reading[] {
  return value === undefined || !Number.isFinite(value) ? [] : [{ ...about, value }];
}
