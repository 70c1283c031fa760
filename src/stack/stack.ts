import { join } from "node:path";
import type { Clock } from "../model/index.ts";
import { ensureFolder } from "../platform/files.ts";
import { signalGroup } from "../platform/process.ts";
import { isAlive, startTimeOf, type ProcessIdentity } from "../platform/process-identity.ts";
import { ownPid, signalProcess } from "../platform/signals.ts";
import { PART_NAMES, startBeside, titleOfPart } from "./beside.ts";
import type { PartName } from "./configuration.ts";
import type { RunningPart } from "./part.ts";
import type { RuleLinks } from "./rules.ts";
import { findPrometheus, startPrometheus, type RunningPrometheus } from "./prometheus.ts";
import { forgetStack, isStill, partsOf, readStack, runningStack, writeStack, type Stack } from "./state.ts";

/** What `stack down` waits at most for the keeper, which itself gives Prometheus eight seconds. */
const DOWN_WITHIN_MS = 10_000;

export interface StackDeps {
  /** Absolute; the stack keeps its data in `.prometheus` below it. */
  readonly resultsFolder: string;
  /** The clone's `.tools`: absolute. */
  readonly toolsFolder: string;
  /** prometheus/prometheus.yml: absolute. */
  readonly configFile: string;
  /** The PATH text. */
  readonly searchPath: string;
  /** Where alerts lead; absent or empty: as the shipped rules have it. */
  readonly links?: RuleLinks;
  readonly clock: Clock;
}

export interface StackWatch {
  /** Ends the stack. */
  readonly stop: AbortSignal;
  readonly onReady: (stack: Stack) => void;
  /** A part beside Prometheus that is left out or has ended: one sentence. */
  readonly onNotice?: (text: string) => void;
}

export type StackEnd =
  | { readonly kind: "stopped" }
  | { readonly kind: "already_up"; readonly stack: Stack }
  | { readonly kind: "problem"; readonly text: string };

/** Starts the local stack, calls `onReady`, and resolves when it was stopped, or Prometheus ended (a problem). */
export async function stackUp(deps: StackDeps, watch: StackWatch): Promise<StackEnd> {
  const made = await ensureFolder(deps.resultsFolder);
  if (made.problem !== undefined) return { kind: "problem", text: made.problem.text };
  const running = await runningStack(deps.resultsFolder);
  if (running !== undefined && (await isAlive(running.keeper))) return { kind: "already_up", stack: running };
  await endLeftOver(deps);
  const program = await findPrometheus(deps.searchPath, deps.toolsFolder);
  if (program === undefined) return { kind: "problem", text: MISSING };
  const beside = await startAllBeside(deps, watch);
  try {
    const parts = mapped(beside, ({ url }) => new URL(url).host);
    const { configFile, clock, links } = deps;
    const folder = dataFolder(deps);
    const own = { folder, stop: watch.stop, ...(links === undefined ? {} : { links }) };
    const started = await startPrometheus({ program, configFile, clock, parts, ...own });
    if ("problem" in started) return { kind: "problem", text: started.problem };
    return await keepUp(deps, watch, { prometheus: started.prometheus, beside });
  } finally {
    await Promise.all(Object.values(beside).map((part) => part.stop()));
  }
}

const MISSING =
  "No Prometheus was found on PATH or in .tools/bin. Run `npm run setup`, which unpacks one on Debian, or install it with your system's packages.";

type Beside = Readonly<Partial<Record<PartName, RunningPart>>>;

/** What cannot be started is told and left out: Prometheus alone is still a stack. */
async function startAllBeside(deps: StackDeps, { stop, onNotice }: StackWatch): Promise<Beside> {
  const spec = { ...deps, folder: dataFolder(deps), stop };
  const started = await Promise.all(PART_NAMES.map(async (name) => [name, await startBeside(name, spec)] as const));
  for (const [, start] of started) if ("problem" in start) onNotice?.(start.problem);
  return Object.fromEntries(started.flatMap(([name, start]) => ("part" in start ? [[name, start.part]] : [])));
}

async function keepUp(
  deps: StackDeps,
  watch: StackWatch,
  { prometheus, beside }: { readonly prometheus: RunningPrometheus; readonly beside: Beside },
): Promise<StackEnd> {
  const parts = mapped(beside, ({ identity, url }) => ({ ...identity, url }));
  const stack = { keeper: await ownIdentity(), prometheus: { ...prometheus.identity, url: prometheus.url }, parts };
  try {
    const written = await writeStack(deps.resultsFolder, stack);
    if (written.problem !== undefined) return { kind: "problem", text: written.problem.text };
    const end = untilEnd(deps, watch.stop, prometheus);
    tellDeaths(deps, watch, { stack, beside });
    watch.onReady(stack);
    return await end;
  } finally {
    await prometheus.stop();
    await forgetStack(deps.resultsFolder, stack);
  }
}

/** A part that ends is told and taken off the state file; the others go on. */
function tellDeaths(
  deps: StackDeps,
  { stop, onNotice }: StackWatch,
  { stack, beside }: { readonly stack: Stack; readonly beside: Beside },
): void {
  let left = stack.parts ?? {};
  for (const [name, { exited }] of Object.entries(beside) as [PartName, RunningPart][])
    void exited.then(async ({ code, signal }) => {
      if (stop.aborted || !(await isStill(deps.resultsFolder, stack))) return;
      const how = signal ?? `exit ${String(code)}`;
      const log = join(dataFolder(deps), `${name}.log`);
      onNotice?.(`${titleOfPart(name)} ended by itself (${how}); the rest of the stack goes on. Its log is ${log}.`);
      left = Object.fromEntries(Object.entries(left).filter(([other]) => other !== name));
      await writeStack(deps.resultsFolder, { ...stack, parts: left });
    });
}

function mapped<T>(beside: Beside, of: (part: RunningPart) => T): Readonly<Partial<Record<PartName, T>>> {
  return Object.fromEntries(Object.entries(beside).map(([name, part]) => [name, of(part)]));
}

async function untilEnd(deps: StackDeps, stop: AbortSignal, prometheus: RunningPrometheus): Promise<StackEnd> {
  const end = await Promise.race([aborted(stop), prometheus.exited]);
  if (end === "stopped") return { kind: "stopped" };
  const how = end.signal ?? `exit ${String(end.code)}`;
  return { kind: "problem", text: `Prometheus ended by itself (${how}); its log is in ${dataFolder(deps)}.` };
}

const dataFolder = (deps: StackDeps): string => join(deps.resultsFolder, ".prometheus");

/** Ends the stack of this results folder, whoever started it; false when none ran. */
export async function stackDown(
  deps: Pick<StackDeps, "resultsFolder" | "clock">,
): Promise<{ readonly wasUp: boolean }> {
  const stack = await readStack(deps.resultsFolder);
  if (stack === undefined) return { wasUp: false };
  const alive = await Promise.all([stack.keeper, ...partsOf(stack)].map(isAlive));
  const wasUp = alive.includes(true);
  if (await signalProcess(stack.keeper, "SIGTERM")) await gone(stack.keeper, deps.clock);
  await endLeftOver(deps);
  return { wasUp };
}

/** The local stack if it is up and answers. */
export function stackStatus(resultsFolder: string): Promise<Stack | undefined> {
  return runningStack(resultsFolder);
}

/** A keeper that was killed leaves its parts behind: Prometheus still holds the data folder, and the others ports. */
async function endLeftOver(deps: Pick<StackDeps, "resultsFolder" | "clock">): Promise<void> {
  const stack = await readStack(deps.resultsFolder);
  if (stack === undefined) return;
  await Promise.all(partsOf(stack).map((part) => endPart(part, deps.clock)));
  await forgetStack(deps.resultsFolder, stack);
}

async function endPart(part: ProcessIdentity, clock: Clock): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (!(await isAlive(part))) return;
    signalGroup(part.pid, signal);
    await gone(part, clock);
  }
}

/** Waits until the process is gone, but not for ever. */
async function gone(identity: ProcessIdentity, clock: Clock): Promise<void> {
  const until = clock.now() + DOWN_WITHIN_MS;
  while (clock.now() < until && (await isAlive(identity))) await clock.sleep(50);
}

async function ownIdentity(): Promise<ProcessIdentity> {
  const pid = ownPid();
  return { pid, startTime: (await startTimeOf(pid)) ?? "" };
}

function aborted(signal: AbortSignal): Promise<"stopped"> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve("stopped");
    signal.addEventListener("abort", () => resolve("stopped"), { once: true });
  });
}
