import type { Fate } from "./fate.ts";
import { mix } from "./random.ts";
import type { Shape } from "./shape.ts";

export type StepKind =
  "comment" | "role" | "reasoning" | "content" | "finish" | "usage" | "done" | "error" | "garbage" | "cut" | "stall";

/** One thing that a stream does, `atMs` after the request got its slot; equal times go out in one write. */
export interface Step {
  readonly atMs: number;
  readonly kind: StepKind;
  /** The delta's text; of `cut` the delta that is broken off in the middle. */
  readonly text: string;
  /** To be written in two parts, this time apart, the border inside a character of several bytes. */
  readonly splitGapMs?: number;
}

const SPLIT_GAP_MS = 20;
const REASONING = ["let", " me", " see", " what", " they", " need"];

/** The whole life of one stream, in order of time; follows from the fate and the shape alone. Lazy: it may not end. */
export function* stepsOf(fate: Fate, shape: Shape, wantsUsage: boolean): Generator<Step, void, undefined> {
  if (shape.comments === 1) yield { atMs: 0, kind: "comment", text: "" };
  yield { atMs: Math.min(shape.role_ms ?? 0, fate.firstTokenMs), kind: "role", text: "" };
  const reasoning = shape.reasoning_tokens ?? 0;
  const pace = paceOf(fate, shape);
  const burst = Math.max(1, shape.burst ?? 1);
  const dueMs = (at: number): number => pace(at - (at % burst));
  for (let at = 0; at < reasoning; at += 1) {
    yield { atMs: dueMs(at), kind: "reasoning", text: REASONING[at % REASONING.length] ?? "" };
  }
  const length = lengthOf(fate, shape);
  for (let at = 0; at < length; at += 1) yield contentStep(fate, shape, { at, atMs: dueMs(reasoning + at) });
  yield* endOf(fate, wantsUsage, { atMs: pace(reasoning + length), next: deltaOf(fate, length) });
}

function lengthOf(fate: Fate, shape: Shape): number {
  if (fate.ending === "complete") return fate.tokens.length;
  if (fate.ending === "endless") return Number.POSITIVE_INFINITY;
  return Math.min(shape.end_after ?? Math.ceil(fate.tokens.length / 2), fate.tokens.length);
}

function deltaOf(fate: Fate, at: number): string {
  const word = fate.tokens[at % fate.tokens.length] ?? "";
  return at === 0 ? word : ` ${word}`;
}

function contentStep(fate: Fate, shape: Shape, { at, atMs }: { readonly at: number; readonly atMs: number }): Step {
  const step = { atMs, kind: "content", text: deltaOf(fate, at) } as const;
  const isSplit = shape.split === 1 && at === fate.splitAt;
  return isSplit ? { ...step, splitGapMs: shape.split_gap_ms ?? SPLIT_GAP_MS } : step;
}

/** When token number `at` is due. To be asked in ascending order: gaps are drawn one after the other. */
function paceOf(fate: Fate, shape: Shape): (at: number) => number {
  const spread = shape.gap_spread ?? 0;
  const state = { at: 0, ms: fate.firstTokenMs };
  return (at) => {
    for (; state.at < at; state.at += 1) {
      const unit = mix(fate.gapSeed + state.at) / 0x1_0000_0000;
      state.ms += fate.gapMs * (1 + spread * (2 * unit - 1));
    }
    return state.ms;
  };
}

function* endOf(
  fate: Fate,
  wantsUsage: boolean,
  { atMs, next }: { readonly atMs: number; readonly next: string },
): Generator<Step, void, undefined> {
  switch (fate.ending) {
    case "complete":
      yield { atMs, kind: "finish", text: "" };
      if (wantsUsage) yield { atMs, kind: "usage", text: "" };
      yield { atMs, kind: "done", text: "" };
      return;
    case "cut":
    case "garbage":
      yield { atMs, kind: fate.ending, text: next };
      return;
    case "error":
      yield { atMs, kind: "error", text: "" };
      return;
    case "stalled":
      yield { atMs, kind: "stall", text: "" };
      return;
    case "endless":
      return;
  }
}
