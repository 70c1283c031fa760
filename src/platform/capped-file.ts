import { closeSync, openSync, writeSync } from "node:fs";

export interface CappedFile {
  write(chunk: Buffer): void;
  /** Closes the file; where something was left out, its last line says how much. */
  close(): void;
}

/**
 * A log file that never grows beyond `maxBytes`: a child that prints without end must fill neither disk nor memory.
 * A file that cannot be opened or written (disk full) ends the log, not the run: what counts is the summary, which is checked apart.
 */
export function createCappedFile(path: string, maxBytes: number): CappedFile {
  let written = 0;
  let leftOut = 0;
  const descriptor = opened(path);
  let broken = descriptor === undefined;
  const put = (chunk: Buffer): void => {
    if (descriptor === undefined) return;
    try {
      writeSync(descriptor, chunk);
    } catch {
      broken = true;
    }
  };
  return {
    write(chunk) {
      const room = Math.max(0, maxBytes - written);
      const kept = chunk.subarray(0, room);
      leftOut += chunk.length - kept.length;
      if (kept.length === 0 || broken) return;
      written += kept.length;
      put(kept);
    },
    close() {
      if (leftOut > 0)
        put(Buffer.from(`\n[chatbench: the log was cut here; ${String(leftOut)} more bytes were left out]\n`));
      if (descriptor !== undefined) closeSync(descriptor);
    },
  };
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, "w", 0o600);
  } catch {
    return undefined;
  }
}
