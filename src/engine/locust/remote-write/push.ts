import type { Clock, TrialWork } from "../../../model/index.ts";
import { fetchText } from "../../../platform/network.ts";
import type { LocustPeriod } from "../timeline.ts";
import { encodeWrite, type Series } from "./messages.ts";
import { createTally } from "./tally.ts";

const TIMEOUT_MS = 5_000;
/** Pushes that may wait for each other: each says all that the ones before it said. */
const MOST_WAITING = 2;
const LAST_TRIES = 3;
const TRY_AGAIN_MS = 500;
const HEADERS = {
  "content-type": "application/x-protobuf",
  "content-encoding": "snappy",
  "x-prometheus-remote-write-version": "0.1.0",
};

/** Sends a run's series while it goes on. */
export interface Pusher {
  /** A period that ended; `beganAt` is the wall clock of the load's begin in milliseconds. */
  add(period: LocustPeriod, beganAt: number): void;
  /** Sends what stands, once more where it fails, and ends the series. Resolves with the number of lost pushes. */
  end(): Promise<number>;
}

/** Nobody to send to. */
export const NO_PUSHER: Pusher = { add: () => undefined, end: async () => Promise.resolve(0) };

/** Sends to the remote-write receiver of a Prometheus, once a period, one push at a time. */
export function createPusher(work: TrialWork, prometheusUrl: string, clock: Clock): Pusher {
  const url = new URL(`${prometheusUrl.replace(/\/+$/, "")}/api/v1/write`);
  const tally = createTally({
    testid: work.runId,
    chatbench_scenario: work.scenario.name,
    target: work.scenario.target.name,
    trigger: work.trigger,
    engine: "locust",
    // As with k6: a later trial counts from zero again.
    ...(work.index === 0 ? {} : { chatbench_trial: String(work.index) }),
  });
  let [failed, waiting, lastAt] = [0, 0, 0];
  let line: Promise<void> = Promise.resolve();
  const send = async (series: readonly Series[]): Promise<boolean> => {
    const sent = await push(url, series);
    if (!sent) failed += 1;
    return sent;
  };
  return {
    add(period, beganAt) {
      tally.add(period, beganAt);
      lastAt = Math.round(beganAt + period.at * 1000);
      if (waiting >= MOST_WAITING) return;
      waiting += 1;
      const series = tally.at(lastAt);
      line = line.then(() => send(series)).then(() => void (waiting -= 1));
    },
    async end() {
      await line;
      if (lastAt === 0) return 0;
      for (let tries = 1; !(await send(tally.at(lastAt))) && tries < LAST_TRIES; tries += 1)
        await clock.sleep(TRY_AGAIN_MS);
      await send(tally.end(lastAt + 1));
      return failed;
    },
  };
}

async function push(url: URL, series: readonly Series[]): Promise<boolean> {
  const answer = await fetchText(url, {
    timeoutMs: TIMEOUT_MS,
    maxBytes: 64 * 1024,
    send: { method: "POST", headers: HEADERS, body: encodeWrite(series) },
  });
  return "status" in answer && answer.status >= 200 && answer.status < 300;
}
