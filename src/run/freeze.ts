import { reason, type FrozenScenario, type Reason, type Scenario, type Secret, type Target } from "../model/index.ts";

/** The values that a frozen scenario leaves behind: they stay in the process that queued its run. */
export interface KeptSecrets {
  readonly secrets: Scenario["secrets"];
  readonly target: Pick<Target, "postgres" | "redis">;
}

/** A scenario as its run will be, whatever the configuration becomes: without the value of any secret. */
export function freeze(scenario: Scenario): FrozenScenario {
  const { name, script, load, objectives, params, env, prompts, cache, maxSeconds, target, secrets } = scenario;
  const { resources, metrics, baseUrl } = target;
  return {
    ...{ name, script, load, objectives, params, env, secretNames: Object.keys(secrets) },
    ...(prompts === undefined ? {} : { prompts }),
    ...(cache === undefined ? {} : { cache }),
    ...(maxSeconds === undefined ? {} : { maxSeconds }),
    ...(scenario.engine && { engine: scenario.engine }),
    ...(scenario.traffic && { traffic: scenario.traffic }),
    ...(scenario.environment && { environment: scenario.environment }),
    target: { name: target.name, baseUrl, ...(resources && { resources }), ...(metrics && { metrics }) },
  };
}

/** What `freeze` leaves out of a scenario. */
export function secretsOf({ secrets, target }: Scenario): KeptSecrets {
  const { postgres, redis } = target;
  return { secrets, target: { ...(postgres && { postgres }), ...(redis && { redis }) } };
}

export interface SecretSources {
  /** What this process kept when it queued the run. */
  readonly kept: KeptSecrets | undefined;
  /** The configuration as it is now: for runs that another process queued. */
  readonly scenarios: readonly Scenario[];
}

/** The scenario as it was frozen, with the values of its secrets; a secret that nobody knows any more is a problem. */
export function thaw(
  frozen: FrozenScenario,
  sources: SecretSources,
): { readonly scenario: Scenario } | { readonly problem: Reason } {
  const { secretNames, target, ...plain } = frozen;
  const configured = sources.scenarios.find(({ name }) => name === frozen.name)?.secrets ?? {};
  const values: readonly Scenario["secrets"][] = [sources.kept?.secrets ?? {}, configured];
  const found = secretNames.map((name) => [name, valueOf(name, values)] as const);
  const missing = found.filter(([, value]) => value === undefined).map(([name]) => name);
  if (missing.length > 0) return { problem: secretMissing(frozen, missing) };
  const secrets = Object.fromEntries(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  return { scenario: { ...plain, target: { ...target, ...connectionsOf(frozen, sources) }, secrets } };
}

function valueOf(name: string, values: readonly Scenario["secrets"][]): Secret | undefined {
  return values.find((secrets) => Object.hasOwn(secrets, name))?.[name];
}

/** Database and cache of the target: of the same target only, or a stranger's would be read. */
function connectionsOf({ target }: FrozenScenario, { kept, scenarios }: SecretSources): KeptSecrets["target"] {
  if (kept !== undefined) return kept.target;
  const same = scenarios.find((one) => one.target.name === target.name && one.target.baseUrl === target.baseUrl);
  return same === undefined ? {} : secretsOf(same).target;
}

function secretMissing({ name }: FrozenScenario, missing: readonly string[]): Reason {
  const which = `${missing.length === 1 ? "secret" : "secrets"} ${missing.join(", ")}`;
  const text = `The configuration no longer has the ${which} of ${name} that this run was queued with; add what is missing and start it again.`;
  return reason("secret_missing", text);
}
