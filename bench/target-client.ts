import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface Target {
  readonly url: string;
  /** Requests since the last call. */
  take(): Promise<number>;
  close(): void;
}

/** Starts the cheap server on a free port of 127.0.0.1. */
export async function startTarget(): Promise<Target> {
  const child = fork(fileURLToPath(new URL("./target.js", import.meta.url)));
  const [{ url }] = (await once(child, "message")) as [{ url: string }];
  return {
    url,
    async take() {
      const answered = once(child, "message") as Promise<[{ requests: number }]>;
      child.send("count");
      return (await answered)[0].requests;
    },
    close: () => child.disconnect(),
  };
}
