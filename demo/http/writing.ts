import type { ServerResponse } from "node:http";

/** Writes, and where the reader is slow waits for it; false when the reader is gone. */
export async function writeTo(res: ServerResponse, bytes: string | Buffer, gone: AbortSignal): Promise<boolean> {
  if (gone.aborted) return false;
  if (res.write(bytes)) return true;
  await new Promise<void>((resolve) => {
    const go = (): void => {
      res.off("drain", go);
      gone.removeEventListener("abort", go);
      resolve();
    };
    res.once("drain", go);
    gone.addEventListener("abort", go, { once: true });
  });
  return !(gone.aborted as boolean);
}

/** Signals when the caller hangs up before its answer is whole. */
export function goneSignal(res: ServerResponse): AbortSignal {
  const controller = new AbortController();
  res.once("close", () => {
    if (!res.writableFinished) controller.abort();
  });
  return controller.signal;
}

/** Head of an SSE answer, sent at once: no proxy on the way may keep or change what follows. */
export function startEvents(res: ServerResponse): void {
  res.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
  });
  res.flushHeaders();
}
