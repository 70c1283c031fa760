import type { ProcessMark, Reading } from "../model/index.ts";

type Told = number | undefined;
type About = Omit<Reading, "value">;

/** A reading where there is a number, nothing where there is none: absent is never 0. */
export function told(about: About, value: Told): readonly Reading[] {
  return value === undefined || !Number.isFinite(value) ? [] : [{ ...about, value }];
}

/** Of a process of which only its start is known, and perhaps the time of its clock; both in seconds since 1970. */
export function startMark(what: string, started: Told, now?: Told): readonly ProcessMark[] {
  if (started === undefined) return [];
  return [{ what, began: { at: started * 1_000, ...(now !== undefined && { now: now * 1_000 }) } }];
}
