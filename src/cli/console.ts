import type { Machine, Output } from "../platform/machine.ts";

/** How a command speaks: results to standard output, everything for people while it works to standard error. */
export interface Console {
  /** Results: tables and documents. With `--json` the one document and nothing else. */
  result(text: string): void;
  /** Notes, progress and problems. */
  note(text: string): void;
  readonly colour: { readonly result: boolean; readonly note: boolean };
  readonly width: number;
  readonly terminal: Output;
}

/** NO_COLOR (no-color.org), a dumb terminal, a pipe or CI get plain text. */
export function createConsole(machine: Machine): Console {
  const plain = (machine.env.NO_COLOR ?? "") !== "" || machine.env.TERM === "dumb" || (machine.env.CI ?? "") !== "";
  const colour = (output: Output): boolean => output.isTerminal && !plain;
  return {
    result: (text) => machine.stdout.write(`${text}\n`),
    note: (text) => machine.stderr.write(`${text}\n`),
    colour: { result: colour(machine.stdout), note: colour(machine.stderr) },
    width: machine.stdout.columns,
    terminal: machine.stderr,
  };
}
