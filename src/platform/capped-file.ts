import { closeSync, openSync, writeSync } from "node:fs";

export interface CappedFile {
  write(chunk: Buffer): void;
  /** Closes the file; where something was left out, its last line says how much. */
  close(): void;
}

/**
 * A log file that never grows beyond `maxBytes`: a child that prints without end must fill neither disk nor memory.
 * A failing write (disk full) ends the log, not the run: what counts is the summary, which is checked apart.
 */
export function createCappedFile(path: string, maxBytes: number): CappedFile {
  const descriptor = openSync(path, "w", 0o600);
  let written = 0;
  let leftOut = 0;
  let broken = false;
  const put = (chunk: Buffer): void => {
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
      closeSync(descriptor);
    },
  };
}
