import { reason, Secret, type Probes, type Reason, type RunningProbe, type Target } from "../model/index.ts";
import { after } from "../platform/clock.ts";
import { randomToken } from "../platform/ids.ts";
import { startWorker, type WorkerThread } from "../platform/worker.ts";

const START_MS = 20_000;
/** Half of the processors are k6's and, where it runs here, the target's. */
const PROCESSORS_PER_THREAD = 2;
const MOST_THREADS = 8;

export interface ProbesDeps {
  /** Compiled `thread.js`; absent (the sources under test): the probe runs in this thread. */
  readonly threadModule?: URL;
  readonly processors: number;
}

/** A stream probe in threads of their own: for each run one, with a token of its own. */
export function createProbes(deps: ProbesDeps): Probes {
  return {
    async start(target) {
      const token = randomToken();
      try {
        const probe = await (deps.threadModule === undefined
          ? inThisThread(target, token)
          : inThreads(target, token, { module: deps.threadModule, processors: deps.processors }));
        return { probe };
      } catch (error) {
        const text = `The stream probe could not be started: ${error instanceof Error ? error.message : String(error)}`;
        return { problem: reason("internal", text) };
      }
    },
  };
}

/** One for two processors, because k6 and perhaps the target want the others. */
export function threadsFor(processors: number): number {
  return Math.max(1, Math.min(MOST_THREADS, Math.floor(processors / PROCESSORS_PER_THREAD)));
}

async function inThisThread(target: Target, token: string): Promise<RunningProbe> {
  const { serveProbe } = await import("./serve.ts");
  const server = await serveProbe({ targetUrl: target.baseUrl, token });
  return {
    url: server.url,
    token: new Secret(token),
    async stop() {
      await server.close();
      return {};
    },
  };
}

interface Threads {
  readonly module: URL;
  readonly processors: number;
}

async function inThreads(target: Target, token: string, { module, processors }: Threads): Promise<RunningProbe> {
  const count = threadsFor(processors);
  const data = { targetUrl: target.baseUrl, token };
  const starting = Array.from({ length: count }, () => startThread(module, data));
  const started = await Promise.allSettled(starting);
  const threads = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const failed = started.find((one) => one.status === "rejected");
  if (failed !== undefined) {
    await Promise.all(threads.map(({ thread }) => thread.terminate()));
    throw failed.reason instanceof Error ? failed.reason : new Error(String(failed.reason));
  }
  const state: { problem?: Reason; stopped: boolean } = { stopped: false };
  for (const { thread, lastWord } of threads) {
    void thread.ended.then(() => {
      if (!state.stopped) state.problem = reason("internal", `The stream probe ended during the run: ${lastWord()}`);
    });
  }
  return {
    url: threads.map(({ url }) => url).join(","),
    token: new Secret(token),
    processorsLeft: Math.max(1, processors - count),
    async stop() {
      state.stopped = true;
      await Promise.all(threads.map(({ thread }) => thread.terminate()));
      return state.problem === undefined ? {} : { problem: state.problem };
    },
  };
}

interface Started {
  readonly thread: WorkerThread;
  readonly url: string;
  /** What the thread last said of itself: why it ended, if it did. */
  readonly lastWord: () => string;
}

function startThread(module: URL, data: Readonly<Record<string, unknown>>): Promise<Started> {
  return new Promise((resolve, reject) => {
    let word = "it gave no reason";
    const fail = (): void => {
      cancel();
      void thread.terminate();
      reject(new Error(word));
    };
    const thread = startWorker(module, data, (message) => {
      const { kind, url, text } = message as { kind: string; url?: string; text?: string };
      if (text !== undefined) word = text;
      if (kind !== "ready" || url === undefined) return;
      cancel();
      resolve({ thread, url, lastWord: () => word });
    });
    const cancel = after(START_MS, fail);
    void thread.ended.then(fail);
  });
}
