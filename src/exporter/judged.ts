import type { RunRecord, Verdict } from "../model/index.ts";

export const JUDGED_VERDICTS = ["pass", "warning", "fail"] as const satisfies readonly Verdict[];

export type JudgedRecord = RunRecord & { readonly verdict: (typeof JUDGED_VERDICTS)[number] };

/** Says something of its target: an invalid run does not. */
export function isJudged(record: RunRecord): record is JudgedRecord {
  return record.verdict !== null && record.verdict !== "invalid";
}
