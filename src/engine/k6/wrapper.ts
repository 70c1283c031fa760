import { pathToFileURL } from "node:url";
import { courseOf, isOpen, judgedSecondsOf, type ClosedLoad, type Scenario } from "../../model/index.ts";
import { GRACEFUL_STOP_SECONDS } from "./graceful-stop.ts";
import { answerLimits, countsGoodput, openScenario, pacingOf, type PreparedArrivals } from "./open-load.ts";
import type { ScriptOptions } from "./script-options.ts";
import type { WholeConfig, WrapperConfig } from "./runtime.ts";
import {
  ANSWER_SUB_METRICS,
  GOODPUT_SUB_METRIC,
  listedMetrics,
  metricsOf,
  openSubMetrics,
  QUANTILE_GRID,
  subMetricsOf,
} from "./summary-names.ts";

export { GRACEFUL_STOP_SECONDS };
/** Link-local addresses, where clouds hand out credentials: no redirect and no name may lead a script there. */
const NEVER_ASKED = ["169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128", "100.100.100.200/32"];
/** `url` and `name` (which is the URL unless a script sets it) would make a series of every address. */
const SYSTEM_TAGS = ["status", "method", "group", "check", "error_code", "expected_response", "scenario", "service"];

export interface WrapperInput {
  readonly scenario: Scenario;
  readonly script: ScriptOptions;
  readonly summaryFile: string;
  readonly runtimeFile: string;
  /** Of an open load. */
  readonly arrivals?: PreparedArrivals | undefined;
  /** Absent: as long as the script or k6 says. */
  readonly setupSeconds?: number;
}

/** The module that k6 runs instead of the script: it re-exports it with our options, phases and summary. */
export function wrapperText(input: WrapperInput): string {
  const script = specifierOf(input.scenario.script);
  const own = input.scenario.load.stages === null;
  // The names are odd on purpose: a script may export functions of any usual name beside them.
  return `// Written by Chatbench for this run: the script with our options, phases and summary around it.
import { instrument as chatbench$instrument, merge as chatbench$merge } from ${specifierOf(input.runtimeFile)};
import * as chatbench$script from ${script};
export * from ${script};
const chatbench$config = ${JSON.stringify(wrapperConfig(input), null, 2)};
const chatbench$whole = __VU > 0 ? undefined : ${JSON.stringify(wholeConfig(input), null, 2)};
const chatbench$ = chatbench$instrument(chatbench$script, chatbench$config, chatbench$whole);
export const options = chatbench$whole === undefined ? {} : chatbench$merge(chatbench$script.options, chatbench$whole.options, ${String(own)});
${execNamesOf(input).map(wrappedFunction).join("\n")}
export const teardown = chatbench$.teardown;
export const handleSummary = chatbench$.handleSummary;
`;
}

/** As a URL: k6 would take `%`, `#` and `?` in a plain path for parts of one. */
function specifierOf(path: string): string {
  return JSON.stringify(pathToFileURL(path).href);
}

/** Exported under its quoted name: a CommonJS script may call its functions anything (`my-work`, `delete`). */
function wrappedFunction(name: string, index: number): string {
  const [local, text] = [`chatbench$work${String(index)}`, JSON.stringify(name)];
  return `const ${local} = chatbench$.wrap(chatbench$script[${text}], ${text});
export { ${local} as ${name === "default" ? name : text} };`;
}

function execNamesOf(input: WrapperInput): readonly string[] {
  if (input.scenario.load.stages !== null) return ["default"];
  return [...new Set(Object.values(input.script.scenarios).map((scenario) => scenario.exec))];
}

function wrapperConfig(input: WrapperInput): WrapperConfig {
  const { load, traffic = "http", objectives } = input.scenario;
  const { arrivals } = input;
  const judgedSeconds = judgedSecondsOf(load) ?? input.script.loadSeconds;
  const own = Object.entries(input.script.scenarios).map(([name, s]) => [name, s.startTimeMs] as const);
  return {
    warmupMs: load.warmup.seconds * 1000,
    judgedEndMs: judgedSeconds === undefined ? null : (load.warmup.seconds + judgedSeconds) * 1000,
    offsetsMs: load.stages === null ? Object.fromEntries(own) : {},
    ...(traffic === "http" ? {} : { exchanges: true }),
    ...(arrivals && { arrivals: pacingOf(arrivals) }),
    ...(countsGoodput(objectives, load) && { limits: answerLimits(objectives) }),
  };
}

function wholeConfig(input: WrapperInput): WholeConfig {
  const { load, traffic = "http", objectives } = input.scenario;
  const subMetrics = [
    ...[...Object.values(subMetricsOf(traffic)), ...Object.values(ANSWER_SUB_METRICS)],
    ...(input.arrivals === undefined ? [] : Object.values(openSubMetrics(traffic))),
    ...(countsGoodput(objectives, load) ? [GOODPUT_SUB_METRIC] : []),
  ];
  return {
    summaryFile: input.summaryFile,
    metrics: metricsOf(traffic),
    ours: listedMetrics(),
    options: {
      ...scenariosOf(input),
      ...(input.setupSeconds === undefined ? {} : { setupTimeout: `${String(input.setupSeconds)}s` }),
      summaryTrendStats: ["min", "max", "avg", "med", "count", ...QUANTILE_GRID.map((q) => `p(${String(q)})`)],
      systemTags: systemTagsFor(input.script),
      blacklistIPs: NEVER_ASKED,
      thresholds: Object.fromEntries(subMetrics.map((name) => [name, []])),
    },
  };
}

/** A tag that a threshold of the script selects by must stay, or that threshold would see no data and "pass". */
function systemTagsFor(script: ScriptOptions): readonly string[] {
  const wanted = script.systemTags ?? SYSTEM_TAGS;
  const selected = [...script.thresholds.join(" ").matchAll(/[{,]\s*(\w+)\s*:/g)].map((match) => match[1] ?? "");
  const known = ["url", "name", "proto", "subproto", "error", "tls_version", "ip", "vu", "iter", "ocsp_status"];
  const kept = wanted.filter((tag) => tag !== "url" && tag !== "name");
  return [...new Set([...kept, "expected_response", "scenario", ...selected.filter((tag) => known.includes(tag))])];
}

/** What k6 is to do; nothing of ours where the script decides. */
function scenariosOf({ scenario: { name, load }, arrivals }: WrapperInput): { readonly scenarios?: unknown } {
  if (load.stages === null) return {};
  if (!isOpen(load)) return { scenarios: { [name]: closedScenario(load) } };
  if (arrivals === undefined) throw new Error("an open load without its arrivals");
  return { scenarios: { [name]: openScenario(load, arrivals) } };
}

function closedScenario(load: ClosedLoad): unknown {
  const { begin, stages } = courseOf(load);
  return {
    executor: "ramping-vus",
    startVUs: begin,
    stages: stages.map((stage) => ({ duration: `${String(Math.round(stage.seconds * 1000))}ms`, target: stage.users })),
    gracefulStop: `${String(GRACEFUL_STOP_SECONDS)}s`,
    gracefulRampDown: `${String(GRACEFUL_STOP_SECONDS)}s`,
    exec: "default",
  };
}
