import { formatValue, type Progress } from "../model/index.ts";
import type { Console } from "./console.ts";

const BAR_CELLS = 24;
/** On a pipe or in CI, one line so often. */
const PLAIN_EVERY_SECONDS = 10;

export interface ProgressView {
  show(progress: Progress): void;
  /** Leaves the terminal's line clean. */
  end(): void;
}

/** A bar that is drawn over itself on a terminal, and plain lines elsewhere. */
export function createProgressView(console: Console, scenario: string): ProgressView {
  return console.colour.note ? createBar(console, scenario) : createLines(console, scenario);
}

function createBar(console: Console, scenario: string): ProgressView {
  let drawn = false;
  return {
    show(progress) {
      drawn = true;
      const line = `${scenario}  ${bar(progress)}  ${figures(progress)}`;
      console.terminal.write(`\r\u001b[2K${line.slice(0, console.terminal.columns - 1)}`);
    },
    end() {
      if (drawn) console.terminal.write("\r\u001b[2K");
    },
  };
}

function createLines(console: Console, scenario: string): ProgressView {
  let [last, next] = [0, 0];
  return {
    show(progress) {
      const elapsed = progress.elapsedSeconds;
      if (elapsed < last) next = 0; // another trial has begun
      last = elapsed;
      if (elapsed < next) return;
      next = elapsed + PLAIN_EVERY_SECONDS;
      console.note(`${scenario}: ${figures(progress)}`);
    },
    end: () => undefined,
  };
}

function bar({ elapsedSeconds, totalSeconds }: Progress): string {
  if (totalSeconds === undefined) return "";
  const filled = Math.round(Math.min(1, elapsedSeconds / totalSeconds) * BAR_CELLS);
  return `${"█".repeat(filled)}${"░".repeat(BAR_CELLS - filled)}`;
}

const PHASES = { starting: "starting", warmup: "warm-up", judged: "judged", ending: "ending" } as const;

function figures(progress: Progress): string {
  const { elapsedSeconds, totalSeconds, step } = progress;
  const time = `${Math.round(elapsedSeconds)}${totalSeconds === undefined ? "" : `/${totalSeconds}`} s`;
  return [
    ...(step === undefined ? [] : [`step ${step.number} of ${step.of}`]),
    `${time} ${PHASES[progress.phase]}`,
    `${progress.users} users`,
    `${progress.requestsPerSecond.toFixed(0)}/s`,
    `P95 ${progress.p95Seconds === undefined ? "-" : formatValue(progress.p95Seconds, "s")}`,
    `errors ${progress.errorRatio === undefined ? "-" : formatValue(progress.errorRatio, "ratio")}`,
  ].join("  ");
}
