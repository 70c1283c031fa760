import { join } from "node:path";
import type { Clock } from "../model/index.ts";
import { ensureFolder } from "../platform/files.ts";
import { signalGroup } from "../platform/process.ts";
import { isAlive, startTimeOf, type ProcessIdentity } from "../platform/process-identity.ts";
import { ownPid, signalProcess } from "../platform/signals.ts";
import { findPrometheus, startPrometheus, type RunningPrometheus } from "./prometheus.ts";
import { forgetStack, readStack, runningStack, writeStack, type Stack } from "./state.ts";

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
  readonly clock: Clock;
}

export interface StackWatch {
  /** Ends the stack. */
  readonly stop: AbortSignal;
  onReady(stack: Stack): void;
}

export type StackEnd =
  | { readonly kind: "stopped" }
  | { readonly kind: "already_up"; readonly stack: Stack }
  | { readonly kind: "problem"; readonly text: string };

/** Starts the local stack, calls `onReady`, and resolves when it was stopped, or ended by itself (a problem). */
export async function stackUp(deps: StackDeps, watch: StackWatch): Promise<StackEnd> {
  const made = await ensureFolder(deps.resultsFolder);
  if (made.problem !== undefined) return { kind: "problem", text: made.problem.text };
  const running = await runningStack(deps.resultsFolder);
  if (running !== undefined && (await isAlive(running.keeper))) return { kind: "already_up", stack: running };
  await endLeftOver(deps);
  const program = await findPrometheus(deps.searchPath, deps.toolsFolder);
  if (program === undefined) return { kind: "problem", text: MISSING };
  const { configFile, clock } = deps;
  const started = await startPrometheus({ program, folder: dataFolder(deps), configFile, clock, stop: watch.stop });
  if ("problem" in started) return { kind: "problem", text: started.problem };
  const { prometheus } = started;
  const stack = { keeper: await ownIdentity(), prometheus: { ...prometheus.identity, url: prometheus.url } };
  try {
    const written = await writeStack(deps.resultsFolder, stack);
    if (written.problem !== undefined) return { kind: "problem", text: written.problem.text };
    watch.onReady(stack);
    return await untilEnd(deps, watch.stop, prometheus);
  } finally {
    await prometheus.stop();
    await forgetStack(deps.resultsFolder, stack);
  }
}

const MISSING =
  "No Prometheus was found on PATH or in .tools/bin. Run `npm run setup`, which unpacks one on Debian, or install it with your system's packages.";

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
  const wasUp = (await isAlive(stack.keeper)) || (await isAlive(stack.prometheus));
  if (await signalProcess(stack.keeper, "SIGTERM")) await gone(stack.keeper, deps.clock);
  await endLeftOver(deps);
  return { wasUp };
}

/** The local stack if it is up and answers. */
export function stackStatus(resultsFolder: string): Promise<Stack | undefined> {
  return runningStack(resultsFolder);
}

/** A keeper that was killed leaves its Prometheus behind, which still holds the data folder. */
async function endLeftOver(deps: Pick<StackDeps, "resultsFolder" | "clock">): Promise<void> {
  const stack = await readStack(deps.resultsFolder);
  if (stack === undefined) return;
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (!(await isAlive(stack.prometheus))) break;
    signalGroup(stack.prometheus.pid, signal);
    await gone(stack.prometheus, deps.clock);
  }
  await forgetStack(deps.resultsFolder, stack);
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
