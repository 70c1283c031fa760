import type { Machine } from "../platform/machine.ts";
import type { Clock, Engine } from "../model/index.ts";
import type { Console } from "./console.ts";

/** What main hands to every command. */
export interface Context {
  readonly machine: Machine;
  readonly console: Console;
  readonly clock: Clock;
  readonly engine: Engine;
  /** Our own folder: configuration of Prometheus, unpacked tools. */
  readonly home: string;
  /** Tells the exit code; commands call it once. */
  exitWith(code: number): void;
}
