import { Worker } from "node:worker_threads";

/** A thread of ours that talks in messages. */
export interface WorkerThread {
  post(message: unknown): void;
  /** Ends it now, whatever it does. */
  terminate(): Promise<void>;
  /** Resolves when it has ended, with its exit code. */
  readonly ended: Promise<number>;
}

/** Starts a module of plain JavaScript in a thread of its own; what it throws comes as a message, too. */
export function startWorker(
  module: URL,
  data: Readonly<Record<string, unknown>>,
  onMessage: (message: unknown) => void,
): WorkerThread {
  // Without our own environment and arguments: it is told what it needs. What it prints is not for our terminal.
  const worker = new Worker(module, { workerData: data, env: {}, execArgv: [], stdout: true, stderr: true });
  worker.stdout.resume();
  worker.stderr.resume();
  worker.on("message", onMessage);
  worker.on("error", (error) => onMessage({ kind: "problem", text: String(error) }));
  return {
    post: (message) => worker.postMessage(message),
    terminate: async () => {
      await worker.terminate();
    },
    ended: new Promise((resolve) => worker.once("exit", resolve)),
  };
}
