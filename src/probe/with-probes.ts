import { reason, type Engine, type Probes, type Reason, type TrialResult } from "../model/index.ts";
import type { Clock } from "../model/index.ts";

/** The same engine, with a stream probe beside each trial whose scenario has the traffic `stream`. */
export function withProbes(engine: Engine, probes: Probes, clock: Clock): Engine {
  return {
    ...engine,
    async run(work, watch) {
      if (work.scenario.traffic !== "stream") return await engine.run(work, watch);
      const at = clock.now();
      const started = await probes.start(work.scenario.target);
      if ("problem" in started) {
        const outcome = { kind: "broken", reason: started.problem } as const;
        return { outcome, startedAt: at, endedAt: clock.now(), failedPushes: 0 };
      }
      const { probe } = started;
      try {
        const result = await engine.run({ ...work, probe }, watch);
        return broken(result, (await probe.stop()).problem);
      } finally {
        await probe.stop(); // also where the engine threw: nothing may listen on after its run
      }
    },
  };
}

/** Without its probe a script measured nothing for some time: such a trial is never judged. */
function broken(result: TrialResult, problem: Reason | undefined): TrialResult {
  if (problem === undefined || result.outcome.kind !== "completed") return result;
  return { ...result, outcome: { kind: "broken", reason: reason(problem.code, problem.text) } };
}
