import { setImmediate } from "node:timers/promises";
import type { ServerResponse } from "node:http";
import type { LedgerPage } from "../http/ledger.ts";
import { startEvents, writeTo } from "../http/writing.ts";
import type { Step } from "./stream.ts";
import type { Wait } from "./wait.ts";

export interface StreamOut {
  readonly res: ServerResponse;
  readonly gone: AbortSignal;
  readonly wait: Wait;
  readonly page: LedgerPage;
  readonly textOf: (step: Step) => string;
}

/** How a stream ended: `gone` means that the reader left. */
export type StreamEnd = "complete" | "error" | "garbage" | "cut" | "gone";

/** So many steps that are due at once are one write; more would keep all other streams waiting. */
const MOST_IN_ONE_WRITE = 256;

/** Writes each step at its time, counted from now, never earlier; steps due at the same moment go out together. */
export async function writeSteps(out: StreamOut, steps: Iterable<Step>): Promise<StreamEnd> {
  const zero = performance.now();
  const batch: Step[] = [];
  startEvents(out.res);
  const last: { step?: Step } = {};
  for (const step of steps) {
    const left = step.atMs - (performance.now() - zero);
    const full = batch.length >= MOST_IN_ONE_WRITE;
    if ((left > 0 || full) && !(await flush(out, batch))) return "gone";
    if (full) await setImmediate();
    if (left > 0 && !(await out.wait(left))) return "gone";
    if (step.splitGapMs !== undefined) {
      if (!(await flush(out, batch)) || !(await writeSplit(out, step))) return "gone";
    } else if (step.kind !== "cut" && step.kind !== "stall") {
      batch.push(step);
    }
    last.step = step;
  }
  return (await flush(out, batch)) ? end(out, last.step) : "gone";
}

async function flush(out: StreamOut, batch: Step[]): Promise<boolean> {
  if (batch.length === 0) return !out.gone.aborted;
  const steps = batch.splice(0);
  out.page.wrote(...steps.map((step) => step.kind));
  return writeTo(out.res, steps.map(out.textOf).join(""), out.gone);
}

/** The border lies inside the first character of several bytes, so that either part alone is no valid UTF-8. */
async function writeSplit(out: StreamOut, step: Step): Promise<boolean> {
  const bytes = Buffer.from(out.textOf(step));
  const border = bytes.findIndex((byte) => byte >= 0x80) + 1;
  out.page.wrote("part");
  if (!(await writeTo(out.res, bytes.subarray(0, border), out.gone))) return false;
  if (!(await out.wait(step.splitGapMs ?? 0))) return false;
  out.page.wrote(step.kind);
  return writeTo(out.res, bytes.subarray(border), out.gone);
}

async function end(out: StreamOut, last: Step | undefined): Promise<StreamEnd> {
  switch (last?.kind) {
    case "cut":
      return cut(out, last);
    case "stall":
      await out.wait(FOREVER_MS);
      return "gone";
    case "error":
    case "garbage":
      out.res.end();
      return last.kind;
    default:
      out.res.end();
      return "complete";
  }
}

/** Half a chunk, and once that is on its way the connection is gone. */
async function cut({ res, page, textOf }: StreamOut, last: Step): Promise<StreamEnd> {
  const text = textOf(last);
  page.wrote("cut");
  await new Promise<void>((resolve) => res.write(text.slice(0, text.length / 2), () => resolve()));
  res.destroy();
  return "cut";
}

/** A week: whoever waits longer for a stalled stream does not measure. */
const FOREVER_MS = 7 * 24 * 3_600_000;
