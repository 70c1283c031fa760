import type { Engine, EngineName, Scenario } from "../model/index.ts";

/** All engines as one: each scenario's work goes to the engine that it names, k6 where it names none. */
export function createEngines(engines: Readonly<Record<EngineName, Engine>>): Engine {
  const of = (scenario: Scenario | undefined): Engine => engines[scenario?.engine ?? "k6"];
  return {
    name: engines.k6.name,
    version: async (scenario) => {
      const engine = of(scenario);
      const found = await engine.version();
      return "version" in found ? { name: engine.name, ...found } : found;
    },
    inspect: async (work, kill) => await of(work.scenario).inspect(work, kill),
    run: async (work, watch) => await of(work.scenario).run(work, watch),
    // Who comes after a dead daemon does not know what made the load; all are found by the same mark.
    endLeftOver: async (id, folder) => await engines.k6.endLeftOver(id, folder),
  };
}
