import { whyUnfit, type EngineName, type Load, type Objective } from "../model/index.ts";
import type { Context } from "./context.ts";
import type { ScenarioInput } from "./schema.ts";

const isPython = (script: string): boolean => script.endsWith(".py");

/** The engine that is named, else the one that the script's name tells. */
export function engineOf({ engine, script }: Partial<ScenarioInput>): EngineName {
  return engine ?? (script !== undefined && isPython(script) ? "locust" : "k6");
}

interface Chosen extends Pick<Partial<ScenarioInput>, "script" | "traffic" | "cache" | "prompts"> {
  readonly engine: EngineName;
  readonly objectives: readonly Objective[];
  readonly load: Load | undefined;
}

/** An engine that cannot read the script, or cannot do what the scenario asks for, is a problem before any run. */
export function checkEngine(input: Chosen, scenario: string, context: Context): void {
  const { engine, script, objectives, load, traffic, cache, prompts } = input;
  const tell = (key: readonly string[], problem: string): void =>
    context.report(["scenarios", scenario, ...key], problem);
  if (script !== undefined && isPython(script) !== (engine === "locust")) {
    const advice = engine === "k6" ? "k6 reads .ts and .js" : "Locust reads .py";
    tell(["engine"], `${advice}, and the script is another: leave engine out, then the script decides`);
    return;
  }
  const unfit = whyUnfit({
    ...{ engine, objectives, prompts },
    ...(load && { load }),
    ...(traffic && { traffic }),
    ...(cache && { cache }),
  });
  if (unfit !== undefined) tell(unfit.key, unfit.text);
}
