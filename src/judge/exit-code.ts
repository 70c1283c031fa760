import type { RunRecord } from "../model/index.ts";

/** 0: all passed (or warned); 1: a run failed; 3: one could not be judged; 4: one broke; 130: stopped. 2 is for usage. */
export type ExitCode = 0 | 1 | 3 | 4 | 130;

type Ended = Pick<RunRecord, "state" | "verdict" | "aborted_by">;

function codeOf({ state, verdict, aborted_by }: Ended): ExitCode {
  if (state === "aborted") return aborted_by === "person" || aborted_by === "shutdown" ? 130 : 4;
  if (state !== "finished") return 4;
  switch (verdict) {
    case "pass":
    case "warning":
      return 0;
    case "fail":
      return 1;
    case "invalid":
      return 3;
    case null:
      return 4;
  }
}

/** From what outranks to what is outranked: a stop, then a certain failure, then what is not known. */
const BY_RANK: readonly ExitCode[] = [130, 1, 4, 3];

/** Exit code of a command that made these runs; no runs at all is 4: nothing was shown to be good. */
export function exitCodeOf(records: readonly Ended[]): ExitCode {
  if (records.length === 0) return 4;
  const codes = new Set(records.map(codeOf));
  return BY_RANK.find((code) => codes.has(code)) ?? 0;
}
