import { parentPort, workerData } from "node:worker_threads";

/** What the starter of this thread gave it. */
export function threadData(): unknown {
  return workerData;
}

export function tellParent(message: unknown): void {
  parentPort?.postMessage(message);
}

/** The first word of the starter, whatever it is; afterwards nothing of it keeps the thread alive. */
export function onFirstMessage(act: () => void): void {
  parentPort?.once("message", act);
}
