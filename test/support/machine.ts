import type { Machine, Output } from "../../src/platform/machine.ts";

export interface TestMachine extends Machine {
  readonly printed: { out(): string; err(): string };
  /** As if somebody pressed Ctrl-C or sent TERM. */
  signal(name: "SIGINT" | "SIGTERM"): void;
}

/** What stands for the end of the process: `codeOf` makes the exit code of it. */
class Exited extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${String(code)}`);
    this.code = code;
  }
}

/** For a command that may end its process by itself: its exit code all the same. */
export async function codeOf(command: Promise<number>): Promise<number> {
  try {
    return await command;
  } catch (error) {
    if (error instanceof Exited) return error.code;
    throw error;
  }
}

/** A machine for commands run inside the test's own process: nothing of the real terminal, signals or exit. */
export function testMachine(
  cwd: string,
  options: { env?: Record<string, string>; terminal?: boolean } = {},
): TestMachine {
  const out: string[] = [];
  const err: string[] = [];
  const listeners = new Set<(name: "SIGINT" | "SIGTERM") => void>();
  const output = (lines: string[]): Output => ({
    write: (text) => void lines.push(text),
    isTerminal: options.terminal ?? false,
    columns: 100,
  });
  return {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env },
    cwd,
    pid: process.pid,
    stdout: output(out),
    stderr: output(err),
    onStop(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onHangup: () => () => undefined,
    onCrash: () => () => undefined,
    exit(code) {
      throw new Exited(code);
    },
    printed: { out: () => out.join(""), err: () => err.join("") },
    signal: (name) => listeners.forEach((listener) => listener(name)),
  };
}

/** Free of colours and other terminal control. */
export function isMachineOutput(text: string): boolean {
  return !/[\u0000-\u0008\u000b-\u001f]/.test(text);
}
