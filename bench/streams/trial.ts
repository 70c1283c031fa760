import { errorOf } from "../ttft-page.ts";
import { TRUE_MS, type Truth } from "./provider.ts";

/** One tool on one number of streams; times in milliseconds. */
export interface Trial {
  readonly streams: number;
  /** What the tool reports; absent: nothing. */
  readonly measured?: { readonly p50: number; readonly p99: number };
  readonly truth?: Truth;
  readonly answers: number;
  readonly failed: number;
  /** User and system time of the tool with all that it started. */
  readonly cpuSeconds: number;
  /** How long it made load. */
  readonly loadSeconds: number;
  /** What the tool itself says of its numbers, if anything. */
  readonly says?: string;
}

export interface Tool {
  readonly name: string;
  /** `tuned`: written for this comparison, as fast as could be, and tells what Chatbench does; or less than that. */
  readonly kind: "as people run it" | "tuned" | "tuned to tell less";
  run(streams: number): Promise<Trial>;
}

const SHARE = 0.03;
const ADD_MS = 3;
/** A tool that holds fewer streams than it was told to has measured another load. */
const LEAST_OPEN = 0.85;

const isNear = (is: number, was: number): boolean => Math.abs(is - was) <= SHARE * was + ADD_MS;

/** Why a trial does not count as held; undefined: it does. */
export function whyNot({ streams, measured, truth, failed, says = "" }: Trial): string | undefined {
  if (truth === undefined || measured === undefined) return "reported nothing";
  if (!isNear(truth.p50, TRUE_MS)) return "the server itself was late";
  if (truth.open < LEAST_OPEN * streams) return `held only ${truth.open.toFixed(0)} streams`;
  if (failed > 0) return `${failed} failed`;
  if (says.startsWith("invalid")) return "refused by itself";
  if (isOff(measured.p50, truth.p50, truth.latest.p50)) return "median off";
  return isOff(measured.p99, truth.p99, truth.latest.p99) ? "P99 off" : undefined;
}

function isOff(is: number, least: number, most: number): boolean {
  return Math.abs(errorOf(is, least, most) ?? Infinity) > SHARE * least + ADD_MS;
}
