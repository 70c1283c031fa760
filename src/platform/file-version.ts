import { stat } from "node:fs/promises";

/** A text that changes when the file (or what a link leads to) is replaced or written to; undefined when it is gone. */
export async function fileVersion(path: string): Promise<string | undefined> {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(path);
    return [dev, ino, size, mtimeMs, ctimeMs].join(":");
  } catch {
    return undefined;
  }
}
