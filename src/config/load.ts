import { createHash } from "node:crypto";
import { basename, dirname, resolve } from "node:path";
import type { z } from "zod";
import type { Config, Diagnostic, Scenario, Target } from "../model/index.ts";
import { deepFreeze, entriesOf, recordOf, type ConfigDeps, type Context } from "./context.ts";
import { explain, pathText } from "./explain.ts";
import { configSchema, scenarioSchema, targetSchema, type ConfigInput } from "./schema.ts";
import { buildScenario } from "./scenarios.ts";
import { buildDatabase, buildServer } from "./server.ts";
import { serverSchema } from "./server-schema.ts";
import { openScripts } from "./scripts.ts";
import { buildTarget } from "./targets.ts";
import { readYaml, type Path, type YamlFile } from "./yaml-text.ts";

export type ConfigResult =
  | {
      readonly config: Config;
      readonly warnings: readonly Diagnostic[];
      /** Of the file's text: two daemons with the same have read the same. */
      readonly sha256: string;
    }
  | { readonly problems: readonly Diagnostic[] };

const MAX_CONFIG_BYTES = 1024 * 1024;
const MAX_PROBLEMS = 200;

/** Reads and checks a configuration file: a frozen `Config`, or every problem at once. Never throws for its content. */
export async function loadConfig(path: string, deps: ConfigDeps): Promise<ConfigResult> {
  const fail = (message: string): ConfigResult => ({
    problems: [{ file: path, line: 1, column: 1, severity: "error", message }],
  });
  const real = await deps.files.realPath(resolve(path));
  if ("problem" in real && real.problem.kind === "missing") {
    return fail("there is no such file: `chatbench init` writes one to start from, and -c FILE names another");
  }
  if ("problem" in real) return fail(real.problem.text);
  const found = await deps.files.statOf(real.path);
  if ("stat" in found && found.stat.kind !== "file")
    return fail("this is not a file: name a configuration file with -c FILE");
  const read = await deps.files.readTextFile(real.path, { maxBytes: MAX_CONFIG_BYTES });
  if ("text" in read) return parseConfig(read.text, path, deps);
  return fail(read.problem.kind === "too_large" ? TOO_LARGE : read.problem.text);
}

const TOO_LARGE = "the file is larger than 1 MiB: a configuration is a few pages; keep data in files of the scripts";

/** Checks the text of a configuration file that lies at `path`. */
export async function parseConfig(text: string, path: string, deps: ConfigDeps): Promise<ConfigResult> {
  const fault = (message: string): ConfigResult => ({
    problems: [{ file: path, line: 1, column: 1, severity: "error", message }],
  });
  if (text.length > MAX_CONFIG_BYTES) return fault(TOO_LARGE);
  const yaml = readYaml(text);
  if ("faults" in yaml) {
    return { problems: yaml.faults.map((f) => ({ file: path, ...f, severity: "error" })) };
  }
  if (yaml.file.value === null) return fault("the file is empty: `chatbench init` writes one to start from");
  const diagnostics: Diagnostic[] = [];
  const context: Context = {
    ...deps,
    folder: dirname(resolve(path)),
    report: (at, message, options) => {
      diagnostics.push(diagnosticOf(yaml.file, path, { path: at, message: `${pathText(at)}: ${message}`, ...options }));
    },
  };
  const config = await build(yaml.file, { path, context, diagnostics });
  if (config !== undefined && !diagnostics.some(isError)) {
    return { config, warnings: sorted(diagnostics), sha256: configHash(text) };
  }
  return { problems: capped(sorted(diagnostics)) };
}

/** sha256 of a configuration file's text, in hexadecimal. */
export function configHash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

interface Place {
  readonly path: Path;
  readonly message: string;
  readonly at?: "key" | "value";
  readonly severity?: Diagnostic["severity"];
}

function diagnosticOf(yaml: YamlFile, file: string, place: Place): Diagnostic {
  const position = yaml.positionOf(place.path, place.at ?? "value");
  return { file, ...position, severity: place.severity ?? "error", message: place.message };
}

async function build(
  yaml: YamlFile,
  { path, context, diagnostics }: { path: string; context: Context; diagnostics: Diagnostic[] },
): Promise<Config | undefined> {
  const raw = yaml.value;
  const checked = configSchema.safeParse(raw);
  const faults = checked.success ? [] : explain(checked.error.issues, raw);
  for (const fault of faults) diagnostics.push(diagnosticOf(yaml, path, fault));
  // What hangs together is checked on whatever is sound by itself, so that all problems come at once.
  const sound = checked.success ? checked.data : soundFields(configSchema.shape, raw);
  const rawOf = (key: "targets" | "scenarios"): readonly (readonly [string, unknown])[] => entriesOf(fieldOf(raw, key));
  const targets = await buildTargets(rawOf("targets"), context);
  const scripts = await openScripts(sound.scripts ?? "load_tests", context);
  const scenarios = new Map<string, Scenario | undefined>();
  for (const [name, value] of rawOf("scenarios")) {
    const input = soundFields(scenarioSchema.shape, value);
    scenarios.set(name, await buildScenario(name, input, { context, scripts, targets }));
  }
  const server = await buildServer(soundFields(serverSchema.shape, fieldOf(raw, "server")), context);
  const database = await buildDatabase(sound.database, context);
  if (!checked.success) return undefined;
  checkNotEmpty(checked.data, context);
  const parts = { path, context, targets, scenarios, scripts: scripts.real ?? scripts.path };
  return freeze(checked.data, { ...parts, server, database });
}

function fieldOf(raw: unknown, key: string): unknown {
  return entriesOf(raw).find(([name]) => name === key)?.[1];
}

async function buildTargets(
  entries: readonly (readonly [string, unknown])[],
  context: Context,
): Promise<ReadonlyMap<string, Target | undefined>> {
  const targets = new Map<string, Target | undefined>();
  for (const [name, value] of entries) {
    targets.set(name, await buildTarget(name, soundFields(targetSchema.shape, value), context));
  }
  return targets;
}

/** Those keys of `raw` that pass by themselves. */
function soundFields<S extends z.ZodRawShape>(shape: S, raw: unknown): { [K in keyof S]?: z.output<S[K]> } {
  const sound: Record<string, unknown> = {};
  for (const [key, value] of entriesOf(raw)) {
    const field = Object.hasOwn(shape, key) ? (shape[key] as z.ZodType) : undefined;
    const parsed = field?.safeParse(value);
    if (parsed?.success === true) sound[key] = parsed.data;
  }
  return sound as { [K in keyof S]?: z.output<S[K]> };
}

function checkNotEmpty(input: ConfigInput, context: Context): void {
  if (Object.keys(input.targets).length === 0) context.report(["targets"], "name at least one target");
  if (Object.keys(input.scenarios).length === 0) context.report(["scenarios"], "name at least one scenario");
}

interface Parts {
  readonly path: string;
  readonly context: Context;
  readonly targets: ReadonlyMap<string, Target | undefined>;
  readonly scenarios: ReadonlyMap<string, Scenario | undefined>;
  readonly scripts: string;
  readonly server: Config["server"];
  readonly database: Config["database"];
}

function freeze(input: ConfigInput, parts: Parts): Config {
  const { path, context, targets, scenarios, scripts, server, database } = parts;
  const { folder, keep_runs: keepRuns, keep_days: keepDays } = input.results;
  return deepFreeze({
    file: resolve(context.folder, basename(path)),
    targets: recordOf(present(targets)),
    scenarios: recordOf(present(scenarios)),
    scripts,
    results: { folder: resolve(context.folder, folder), keepRuns, keepDays },
    ...(input.prometheus === undefined ? {} : { prometheus: input.prometheus }),
    server,
    ...(database === undefined ? {} : { database }),
    queue: { concurrentRuns: input.queue.concurrent_runs, length: input.queue.length },
    links: recordOf(present(new Map(Object.entries(input.links)))),
  });
}

function present<T>(map: ReadonlyMap<string, T | undefined>): readonly (readonly [string, T])[] {
  return [...map].filter((entry): entry is [string, T] => entry[1] !== undefined);
}

const isError = (d: Diagnostic): boolean => d.severity === "error";

function sorted(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...diagnostics].sort((a, b) => a.line - b.line || a.column - b.column);
}

function capped(problems: readonly Diagnostic[]): readonly Diagnostic[] {
  const last = problems[MAX_PROBLEMS];
  if (last === undefined) return problems;
  const rest = problems.length - MAX_PROBLEMS;
  return [
    ...problems.slice(0, MAX_PROBLEMS),
    { ...last, message: `and ${rest} more problems from here on: correct the first ones` },
  ];
}
