import { Command } from "commander";
import { watchTarget } from "../collect/watch.ts";
import { hint } from "../config/index.ts";
import { createSurvey } from "../environment/index.ts";
import type { Config, Scenario, Surroundings, TargetFacts } from "../model/index.ts";
import { renderFindings } from "../report/index.ts";
import { VERSION } from "../version.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { loadOrTell } from "./load.ts";

/** A violation was found. */
const VIOLATED = 1;

interface DoctorOptions {
  readonly config: string;
  readonly json?: boolean;
}

export function doctorCommand(context: Context): Command {
  return new Command("doctor")
    .description(
      "Check machine, network, PostgreSQL and Redis against what benchmarks are to be run on; makes no load.",
    )
    .argument("[scenarios...]", "names from the configuration; none: all")
    .option("--json", "one JSON document on standard output and nothing else")
    .addHelpText("after", "\nExit codes: 0 no violation, 1 a violation, 2 wrong usage or configuration.")
    .action(async (names: string[], _: unknown, command: Command) => {
      context.exitWith(await doctor(context, names, command.optsWithGlobals()));
    });
}

async function doctor(context: Context, names: readonly string[], options: DoctorOptions): Promise<number> {
  const config = await loadOrTell(context, options.config);
  if (config === undefined) return EXIT.usage;
  const scenarios = choose(context, config, names);
  if (scenarios === undefined) return EXIT.usage;
  const visits = await visitAll(context, scenarios);
  if (options.json === true) context.console.result(JSON.stringify({ targets: visits.map(shown) }, null, 2));
  else visits.forEach((visit) => tell(context, visit));
  return visits.some(({ surroundings }) => violationsOf(surroundings) > 0) ? VIOLATED : EXIT.ok;
}

/** The named scenarios, all if none is named; undefined after every unknown name was told. */
function choose(context: Context, config: Config, names: readonly string[]): readonly Scenario[] | undefined {
  const known = Object.keys(config.scenarios);
  const unknown = names.filter((name) => !Object.hasOwn(config.scenarios, name));
  for (const name of unknown) {
    const text = `there is no scenario "${name}" in ${config.file}${hint(name, known, "scenarios")}`;
    context.console.note(`chatbench doctor: ${text}`);
  }
  if (unknown.length > 0) return undefined;
  return (names.length === 0 ? known : names).flatMap((name) => config.scenarios[name] ?? []);
}

interface Visit {
  readonly target: string;
  readonly scenarios: readonly Scenario[];
  readonly surroundings: Surroundings;
}

/** One look at each target, with the most users that any of its scenarios has. */
async function visitAll(context: Context, scenarios: readonly Scenario[]): Promise<readonly Visit[]> {
  const version = await context.engine.version();
  const engine = "version" in version ? `${context.engine.name} ${version.version}` : context.engine.name;
  if ("problem" in version) context.console.note(`chatbench doctor: ${version.problem.text}`);
  const survey = createSurvey(VERSION);
  const visits: Visit[] = [];
  for (const target of new Set(scenarios.map((one) => one.target.name))) {
    const own = scenarios.filter((one) => one.target.name === target);
    const scenario = own.reduce((most, one) => (usersOf(one) > usersOf(most) ? one : most));
    const surroundings = await survey({ scenario, engine, facts: await factsOf(context, scenario) });
    visits.push({ target, scenarios: own, surroundings });
  }
  return visits;
}

function usersOf({ load }: Scenario): number {
  return load.stages === null ? 0 : load.users;
}

/** What the target's sources say; why one does not is told. */
async function factsOf(context: Context, { target }: Scenario): Promise<TargetFacts> {
  const watch = await watchTarget(target, new AbortController().signal);
  try {
    for (const { text } of watch.problems()) context.console.note(`chatbench doctor: target ${target.name}: ${text}`);
    return watch.facts();
  } finally {
    await watch.close();
  }
}

function violationsOf({ findings }: Surroundings): number {
  return findings.filter(({ result }) => result === "violation").length;
}

function shown({ target, scenarios, surroundings }: Visit): unknown {
  return { target, scenarios: scenarios.map(({ name }) => name), ...surroundings };
}

function tell({ console }: Context, { target, scenarios, surroundings }: Visit): void {
  const { findings, environment } = surroundings;
  const violations = violationsOf(surroundings);
  const sum =
    violations === 0 ? "no violations" : violations === 1 ? "1 violation" : `${String(violations)} violations`;
  const of = scenarios.map(({ name }) => name).join(", ");
  console.result(`Target ${target} (${of}): ${sum}, fingerprint ${environment.Fingerprint ?? "unknown"}`);
  console.result(renderFindings(findings, { colour: console.colour.result, width: console.width }));
  console.result("");
}
