// Limits that single answers are held to for goodput: shared by the wrapper (inside k6) and the engine (in Node).

/** Milliseconds (per token: of tpot). `inclusive`: the limit itself meets it. */
export interface AnswerLimit {
  readonly ms: number;
  readonly inclusive: boolean;
}

export const LIMITED = ["latency", "ttft", "first_byte", "tpot"] as const;
export type Limited = (typeof LIMITED)[number];
export type AnswerLimits = Partial<Readonly<Record<Limited, AnswerLimit>>>;

/** What one answer took; absent: it has no such time, which meets no limit on it. */
export type AnswerTimes = Partial<Readonly<Record<Limited, number>>>;

export function meetsAll(limits: AnswerLimits, times: AnswerTimes): boolean {
  for (const name of LIMITED) {
    const limit = limits[name];
    if (limit === undefined) continue;
    const value = times[name];
    if (value === undefined || !(limit.inclusive ? value <= limit.ms : value < limit.ms)) return false;
  }
  return true;
}
