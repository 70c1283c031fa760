import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { judge } from "../../src/judge/index.ts";
import type { Engine, ReasonCode, RunRecord } from "../../src/model/index.ts";
import { k6Engine, realK6, steady } from "./k6.ts";
import { benchmark, objective, type Ran, type RunInput } from "./run.ts";

/** How a run without good data must end; never `pass`, never `warning`. */
export type Ending =
  | { readonly state: "error" | "aborted"; readonly code: ReasonCode }
  | { readonly state: "finished"; readonly verdict: "invalid"; readonly code: ReasonCode }
  /** Failed for certain: the reason names the target, or the objective that was missed does. */
  | { readonly state: "finished"; readonly verdict: "fail"; readonly code: "target_failed" | "error_rate" };

export interface BadData extends Partial<RunInput> {
  readonly name: string;
  readonly script: string;
  readonly ends: Ending;
  /** What the reason must say of the cause, word for word. */
  readonly says?: string;
  /** Only the objective is without data: asked for nothing, the run may pass. */
  readonly hasOtherData?: boolean;
}

/** Met by any working target: whatever ends in `pass` here has seen data. */
const GENEROUS = ["latency_p50 < 20", "throughput > 0.1", "conversations >= 1", "error_rate < 0.05"].map(objective);
export const SHORT = steady(4, 1.2, 0.3);

export const broken = (code: ReasonCode): Ending => ({ state: "error", code });
export const invalid = (code: ReasonCode): Ending => ({ state: "finished", verdict: "invalid", code });
export const failed = (code: "target_failed" | "error_rate"): Ending => ({ state: "finished", verdict: "fail", code });

export async function expectNoGoodVerdict(input: BadData): Promise<void> {
  const { ends } = input;
  await benchmark({ load: SHORT, objectives: GENEROUS, ...input }, (ran) => {
    const { record, stored } = ran;
    const told = { state: record.state, verdict: record.verdict, code: codeOf(record, ends) };
    const because = record.reason?.text ?? reasonsOf(record);
    expect({ ...told, because }).toStrictEqual({ verdict: null, ...ends, because });
    expect(because).toMatch(/\w{3}/);
    if (input.says !== undefined) expect(because).toContain(`; the first said: ${input.says}.`);
    if (input.says !== undefined) expect(record.trials[0]?.facts?.complaints).toContain(input.says);
    if (ends.code !== "storage") expect(stored).toStrictEqual(record);
    if (ends.state === "finished" && input.hasOtherData !== true) expectNoneWithoutObjectives(ran);
  });
}

function codeOf(record: RunRecord, ends: Ending): string | undefined {
  if (record.reason !== null) return record.reason.code;
  return record.objectives.find(({ measurement, verdict }) => measurement === ends.code && verdict === "fail")
    ?.measurement;
}

function reasonsOf({ objectives }: RunRecord): string {
  return objectives.map(({ reason }) => reason).join();
}

/** A scenario that asks for nothing must not pass on nothing either, nor on a few good answers. */
function expectNoneWithoutObjectives({ record, timeline }: Ran): void {
  const { facts, outcome } = record.trials[0]!;
  if (facts === undefined || outcome.kind !== "completed") return;
  const { verdict } = judge({ facts, timeline, objectives: [], exitCode: outcome.exitCode });
  expect(["fail", "invalid"]).toContain(verdict);
}

/** The real k6 with shell text in front of its `run`: `$dir` is the run's folder, `$k6` the real program. */
export async function engineWith(folder: string, shell: string): Promise<Engine> {
  const named = join(folder, "k6");
  const head = `#!/bin/sh\nk6='${await realK6()}'\n[ "$1" = run ] || exec "$k6" "$@"\n`;
  await writeFile(named, `${head}for last; do :; done\ndir=$(dirname "$last")\n${shell}\n`);
  await chmod(named, 0o755);
  return k6Engine({ search: { searchPath: "", folders: [], named }, graceMs: 1500 });
}
