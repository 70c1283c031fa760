import { open, type FileHandle } from "node:fs/promises";
import { every } from "./clock.ts";
import { createLineCutter } from "./lines.ts";

const CHUNK = 256 * 1024;
const MAX_LINE = 1024 * 1024;

/**
 * Follows a file that another process appends to, line by line. The returned function reads what is left and stops.
 * A file that does not exist yet is waited for.
 */
export function followFile(path: string, periodMs: number, onLine: (line: string) => void): () => Promise<void> {
  const cutter = createLineCutter(MAX_LINE, onLine);
  const decoder = new TextDecoder();
  const buffer = Buffer.alloc(CHUNK);
  let file: FileHandle | undefined;
  let reading: Promise<void> = Promise.resolve();
  const readOn = async (): Promise<void> => {
    file ??= await open(path, "r").catch(() => undefined);
    if (file === undefined) return;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK, null);
      if (bytesRead === 0) return;
      cutter.push(decoder.decode(buffer.subarray(0, bytesRead), { stream: true }));
    }
  };
  const next = (): void => {
    reading = reading.then(readOn).catch(() => undefined); // a failing disk ends the view, not the run
  };
  const stop = every(periodMs, next);
  return async () => {
    stop();
    next();
    await reading;
    try {
      cutter.end();
    } finally {
      await file?.close();
    }
  };
}
