import { after } from "../platform/clock.ts";
import { removeFolder } from "../platform/files.ts";
import { startWorker, type WorkerThread } from "../platform/worker.ts";

export interface ServerPlace {
  readonly dataFolder: string;
  /** Path of the Unix socket. */
  readonly socket: string;
}

const START_MS = 60_000;
const STOP_MS = 2_000;
const WORKER = new URL("./embedded-worker.js", import.meta.url);

/** PGlite served over a Unix socket; started anew by `ensure` when it has ended by itself. */
export class EmbeddedServer {
  readonly #place: ServerPlace;
  #worker: Promise<WorkerThread> | undefined;
  #stopped = false;

  constructor(place: ServerPlace) {
    this.#place = place;
  }

  /** Rejects with the reason when PGlite cannot be started on the folder. */
  async ensure(): Promise<void> {
    if (this.#stopped) throw new Error("it was stopped");
    this.#worker ??= this.#start();
    await this.#worker;
  }

  /** Ends a PGlite that hangs; what it had committed is kept, as after the end of its process. */
  async drop(): Promise<void> {
    const worker = await this.#worker?.catch(() => undefined);
    this.#worker = undefined;
    await worker?.terminate();
  }

  /** Ends PGlite in good order and starts it again: making a database takes memory that only its thread's end gives back. */
  async restart(): Promise<void> {
    await this.#end();
    await this.ensure();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#end();
    await removeFolder(this.#place.socket);
  }

  async #end(): Promise<void> {
    const worker = await this.#worker?.catch(() => undefined);
    if (worker === undefined) return;
    const cancel = after(STOP_MS, () => void worker.terminate());
    worker.post("stop");
    await worker.ended;
    cancel();
  }

  async #start(): Promise<WorkerThread> {
    await removeFolder(this.#place.socket); // left by a process that was killed; the folder's lock is ours
    try {
      return await startedWorker(this.#place, () => {
        this.#worker = undefined;
      });
    } catch (error) {
      this.#worker = undefined;
      throw error;
    }
  }
}

async function startedWorker(place: ServerPlace, onEnd: () => void): Promise<WorkerThread> {
  return await new Promise((resolve, reject) => {
    let problem = "it ended at once";
    const worker = startWorker(WORKER, { ...place }, (message) => {
      if (isMessage(message) && message.kind === "ready") {
        cancel();
        resolve(worker);
      } else if (isMessage(message) && message.text !== undefined) problem = message.text;
    });
    const cancel = after(START_MS, () => {
      problem = "it did not start in time";
      void worker.terminate();
    });
    void worker.ended.then(() => {
      cancel();
      onEnd();
      reject(new Error(problem)); // of no effect once it was ready
    });
  });
}

function isMessage(message: unknown): message is { readonly kind: string; readonly text?: string } {
  return typeof message === "object" && message !== null && "kind" in message;
}
