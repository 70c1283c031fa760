import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** One call of k6: what it was asked for, when, and its CPU. Wall times in milliseconds. */
export interface K6Call {
  readonly what: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly cpuSeconds: number;
}

export interface K6Shim {
  readonly path: string;
  /** The calls since the last time this was asked. */
  take(): readonly K6Call[];
  /** The same, and they stay: while k6 runs, a call noted in between must not be lost. */
  look(): readonly K6Call[];
}

/**
 * A program that is k6 and notes each call. Both sides of a comparison start k6 through it, so that it is in both; it
 * costs some milliseconds a call (a bash), which count as Chatbench's where only Chatbench calls (version, inspect).
 */
export function createShim(folder: string, k6: string): K6Shim {
  const path = join(folder, "k6");
  const calls = join(folder, "k6-calls.txt");
  const text = `#!/usr/bin/env bash
from=$EPOCHREALTIME
TIMEFORMAT='%3U %3S'
{ time ${quoted(k6)} "$@" 2>&3; code=$?; } 3>&2 2>${quoted(calls)}.$$
printf '%s %s %s %s\\n' "$1" "$from" "$EPOCHREALTIME" "$(<${quoted(calls)}.$$)" >>${quoted(calls)}
exit $code
`;
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  writeFileSync(calls, "");
  const look = (): readonly K6Call[] => readFileSync(calls, "utf8").split("\n").slice(0, -1).map(callOf);
  return {
    path,
    look,
    take: () => {
      const found = look();
      writeFileSync(calls, "");
      return found;
    },
  };
}

function callOf(line: string): K6Call {
  // A locale may write decimals with a comma.
  const [what = "", from, to, user, system] = line.replaceAll(",", ".").split(" ");
  return {
    what,
    startedAt: Number(from) * 1000,
    endedAt: Number(to) * 1000,
    cpuSeconds: Number(user) + Number(system),
  };
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

/** The folder with nothing in it. */
export function emptyFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path);
}
