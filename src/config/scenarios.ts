import { type Load, type Objective, type Scenario, type Secret, type Target, type Traffic } from "../model/index.ts";
import { buildLoad } from "./build-load.ts";
import { recordOf, type Context } from "./context.ts";
import { checkEngine, engineOf } from "./engine.ts";
import { unfitForLoad } from "./measurable-loads.ts";
import { tooShort, unmeasurable, unsourced, unstreamed } from "./measurable.ts";
import { quote } from "./quantity.ts";
import { parseObjective } from "./objective.ts";
import { buildPrompts, checkCache } from "./prompts.ts";
import { buildSchedule } from "./schedule.ts";
import type { PatternInput } from "./pattern-schema.ts";
import type { ScenarioInput } from "./schema.ts";
import { findScript, type ScriptsFolder } from "./scripts.ts";
import { fetchSecret } from "./secrets.ts";
import { hint } from "./suggest.ts";

interface Surroundings {
  readonly context: Context;
  readonly scripts: ScriptsFolder;
  /** Sound targets by name; undefined for those that have problems of their own. */
  readonly targets: ReadonlyMap<string, Target | undefined>;
}

/** Builds a scenario from those of its keys that are sound; undefined (all reported) when something is wrong. */
export async function buildScenario(
  name: string,
  input: Partial<ScenarioInput>,
  around: Surroundings,
): Promise<Scenario | undefined> {
  const { context } = around;
  const script = input.script === undefined ? undefined : await scriptOf(input.script, name, around);
  const target = input.target === undefined ? undefined : findTarget(input.target, name, around);
  const load = input.pattern === undefined ? undefined : loadOf(input.pattern, name, context);
  const objectives = withErrorObjective(input.objectives ?? []);
  if (load !== undefined)
    checkLoad({ objectives, load, maxSeconds: input.max_duration, traffic: input.traffic }, name, context);
  if (target !== undefined) checkSources(objectives, target, { name, context });
  checkEnvironment(input, name, context);
  const path = ["scenarios", name, "schedule"];
  const schedule = input.schedule === undefined ? undefined : buildSchedule(input.schedule, { path, context, load });
  const prompts = await buildPrompts(input.prompts, name, context);
  checkCache(input, name, context);
  const engine = engineOf(input);
  checkEngine({ ...input, engine, objectives, load }, name, context);
  const secrets = await fetchSecrets(input.secrets ?? {}, name, context);
  if (script === undefined || target === undefined || load === undefined) return undefined;
  return {
    name,
    script,
    ...(engine === "k6" ? {} : { engine }),
    target,
    load,
    objectives,
    params: recordOf(Object.entries(input.params ?? {})),
    ...(prompts === undefined ? {} : { prompts }),
    ...(input.cache === undefined ? {} : { cache: input.cache }),
    env: recordOf(Object.entries(input.env ?? {})),
    secrets,
    ...(input.traffic === undefined ? {} : { traffic: input.traffic }),
    ...(input.max_duration === undefined ? {} : { maxSeconds: input.max_duration }),
    ...(input.environment === undefined ? {} : { environment: input.environment }),
    ...(schedule === undefined ? {} : { schedule }),
  };
}

async function scriptOf(written: string, scenario: string, around: Surroundings): Promise<string | undefined> {
  const { real } = around.scripts;
  if (real === undefined) return undefined;
  const found = await findScript(written, { ...around.scripts, real }, around.context);
  if ("script" in found) return found.script;
  around.context.report(["scenarios", scenario, "script"], found.problem);
  return undefined;
}

function findTarget(written: string, scenario: string, { targets, context }: Surroundings): Target | undefined {
  if (!targets.has(written)) {
    const suggestion = hint(written, [...targets.keys()], "targets");
    context.report(["scenarios", scenario, "target"], `unknown target ${quote(written)}${suggestion}`);
  }
  return targets.get(written);
}

function loadOf(pattern: PatternInput, scenario: string, context: Context): Load | undefined {
  const result = buildLoad(pattern);
  if ("load" in result) return result.load;
  context.report(["scenarios", scenario, "pattern"], result.problem);
  return undefined;
}

/** Nothing passes unless its errors are judged too. */
function withErrorObjective(objectives: readonly Objective[]): readonly Objective[] {
  if (objectives.some(({ measurement }) => measurement === "error_rate")) return objectives;
  const standard = parseObjective("error_rate", "< 1%");
  return "objective" in standard ? [...objectives, standard.objective] : objectives;
}

interface Judged {
  readonly objectives: readonly Objective[];
  readonly load: Load;
  readonly maxSeconds: number | undefined;
  readonly traffic: Traffic | undefined;
}

function checkLoad({ objectives, load, maxSeconds, traffic }: Judged, name: string, context: Context): void {
  for (const objective of objectives) {
    const problem =
      unmeasurable(objective, load) ?? unstreamed(objective, traffic) ?? unfitForLoad(objective, load, objectives);
    if (problem !== undefined) context.report(["scenarios", name, "objectives", objective.measurement], problem);
  }
  const short = tooShort(maxSeconds, load);
  if (short !== undefined) context.report(["scenarios", name, "max_duration"], short);
}

function checkSources(
  objectives: readonly Objective[],
  target: Target,
  { name, context }: { readonly name: string; readonly context: Context },
): void {
  for (const objective of objectives) {
    const problem = unsourced(objective, target);
    if (problem !== undefined) context.report(["scenarios", name, "objectives", objective.measurement], problem);
  }
}

const SECRET_LIKE = /(^|_)(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY)$/i;

/** Does a variable of this name hold a secret, as far as its name tells? */
export function isSecretName(name: string): boolean {
  return SECRET_LIKE.test(name);
}

function checkEnvironment(input: Partial<ScenarioInput>, scenario: string, context: Context): void {
  for (const key of Object.keys(input.env ?? {}).filter(isSecretName)) {
    const message = `${key} looks like a secret, and env is written down in plain text: move it to secrets`;
    context.report(["scenarios", scenario, "env", key], message, { at: "key", severity: "warning" });
  }
}

async function fetchSecrets(
  sources: NonNullable<ScenarioInput["secrets"]>,
  scenario: string,
  context: Context,
): Promise<Readonly<Record<string, Secret>>> {
  const fetched: (readonly [string, Secret])[] = [];
  for (const [key, source] of Object.entries(sources)) {
    const secret = await fetchSecret(source, ["scenarios", scenario, "secrets", key], context);
    if (secret !== undefined) fetched.push([key, secret]);
  }
  return recordOf(fetched);
}
