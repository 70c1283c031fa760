import { reason, type AbortedBy, type Engine, type TrialOutcome, type TrialResult } from "../../../src/model/index.ts";
import { factsOf } from "../facts.ts";
import type { SimTime } from "./time.ts";

/** Load on a target, which lives on when the process that made it dies. */
export interface SimLoad {
  readonly run: string;
  readonly target: string;
  end(): void;
}

export interface SimLoads {
  readonly live: Set<SimLoad>;
  /** Every trial that ever began, by run. */
  readonly begun: Map<string, number>;
  readonly problems: string[];
}

export interface SimEngineDeps {
  readonly time: SimTime;
  readonly loads: SimLoads;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly now: () => number;
}

const GRACE_MS = 20_000;

/** Takes its time, may die or fail, ends gracefully when asked: like k6, without any load. */
export function createSimEngine({ time, loads, random, now }: SimEngineDeps): Engine {
  return {
    name: "k6",
    version: () => Promise.resolve({ version: "2.2.0" }),
    inspect: () => Promise.reject(new Error("not asked")),
    endLeftOver(id) {
      const own = [...loads.live].filter(({ run }) => run === id);
      for (const load of own) load.end();
      return Promise.resolve({ ended: own.length });
    },
    async run({ runId, scenario }, { stop, kill }) {
      const startedAt = now();
      const fate = random();
      if (fate < 0.02) throw new Error("the engine itself broke");
      const outcome = await new Promise<TrialOutcome>((resolve) => {
        const load: SimLoad = { run: runId, target: scenario.target.name, end: () => over(KILLED) };
        const over = (how: TrialOutcome): void => {
          loads.live.delete(load);
          cancel();
          resolve(how);
        };
        begin(load, loads);
        const fated: TrialOutcome = fate < 0.1 ? KILLED : { kind: "completed", exitCode: fate < 0.2 ? 99 : 0 };
        let cancel = time.after(60_000 + random() * 25 * 60_000, () => over(fated));
        const stopped = (): void => {
          cancel();
          cancel = time.after(random() * GRACE_MS, () => over(abortedBy(stop.reason as AbortedBy)));
        };
        const killed = (): void => over(KILLED);
        if (kill.aborted) killed();
        else if (stop.aborted) stopped();
        stop.addEventListener("abort", stopped);
        kill.addEventListener("abort", killed);
      });
      const result: TrialResult = { outcome, startedAt, endedAt: Math.max(now(), startedAt), failedPushes: 0 };
      return outcome.kind === "completed" ? { ...result, facts: FACTS } : result;
    },
  };
}

const FACTS = factsOf(40);
const KILLED: TrialOutcome = { kind: "broken", reason: reason("killed", "k6 was killed.") };

function abortedBy(by: AbortedBy): TrialOutcome {
  return { kind: "aborted", by, reason: reason(`aborted_by_${by}`, "Stopped.") };
}

function begin(load: SimLoad, { live, begun, problems }: SimLoads): void {
  const others = [...live].filter(({ target }) => target === load.target);
  if (others.length > 0) problems.push(`${load.run} and ${others[0]?.run ?? ""} loaded ${load.target} at once`);
  if (begun.has(load.run)) problems.push(`${load.run} made load twice`);
  begun.set(load.run, 1);
  live.add(load);
}
