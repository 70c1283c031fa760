import { schedule as cronSchedule } from "node-cron";
import { startServer, type HttpServer } from "../http/index.ts";
import { Secret, type Clock, type Config, type Engine, type Instance, type Log } from "../model/index.ts";
import { every } from "../platform/clock.ts";
import { randomSuffix, randomToken } from "../platform/ids.ts";
import { ownProcess } from "../platform/own-process.ts";
import { preferSmallMemory } from "../platform/small-memory.ts";
import { prepareResults } from "../record/index.ts";
import type { OpenStore, StoreState } from "../store/index.ts";
import { VERSION } from "../version.ts";
import { announce, announceProbes } from "./announce.ts";
import { createApi } from "./api.ts";
import { assemble, type Assembled } from "./assemble.ts";
import { createConfiguration, type Configuration, type Loaded } from "./configuration.ts";
import { databasePlace, openDatabase } from "./database.ts";
import { createLifecycle, type Lifecycle } from "./lifecycle.ts";
import { createReload, type Reload } from "./reload.ts";
import { probeTargets } from "./probes.ts";
import { noteLatest, restoreFromFiles, restoreFromStore } from "./restore.ts";
import { forgetDaemon, runningDaemon, writeDaemonState, type DaemonState } from "./state-file.ts";

export interface DaemonDeps {
  readonly loaded: Loaded;
  /** docs/runbooks of ours: absolute. */
  readonly runbooks: string;
  /** Of our sources, if the build knew it. */
  readonly revision?: string;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Daemon {
  readonly url: string;
  readonly reload: Reload;
  /** In good order: what runs is ended and recorded as aborted. Within 25 seconds. */
  stop(): Promise<void>;
  /** What runs is killed now. Within 8 seconds. */
  kill(): Promise<void>;
}

/** How often the queue is looked at for gauges and the status page, beside every change made here. */
const GLANCE_MS = 5_000;
/** How long the start waits for the database's answer; one that is slower is waited for while all else is up. */
const FIRST_ANSWER_MS = 2_000;
const MINUTE_MS = 60_000;
/** k6 gets 20 seconds to end; the rest is for records, pages and the database. */
const RUNS_MS = 22_000;
const PART_MS = 3_000;
/** Nobody waits for more than this after a crash, of which half may be spent on what runs. */
const KILL_MS = 8_000;

/** Starts the daemon, or says in one sentence why it cannot be. A database that is away is no reason. */
export async function startDaemon(deps: DaemonDeps): Promise<Daemon | { readonly problem: string }> {
  const { loaded, clock, log, env } = deps;
  preferSmallMemory();
  const lifecycle = createLifecycle(clock, log);
  const { folder } = loaded.config.results;
  const refused = (await prepareResults(folder)).problem?.text ?? (await otherDaemon(folder));
  if (refused !== undefined) return { problem: refused };

  const opened = await openDatabase(databasePlace(loaded.config, env), clock, log);
  if ("problem" in opened) return opened;
  const { store } = opened;
  lifecycle.onStop("the database", () => store.close(), PART_MS);
  if (opened.quarantined !== undefined)
    log.error(`The database could not be read; it lies in ${opened.quarantined} now and was begun anew.`);

  const state = await firstAnswer(store, clock);
  if (state.kind === "refused") {
    await lifecycle.stop();
    return { problem: state.problem };
  }
  const configuration = createConfiguration(loaded, deps);
  const instance: Instance = { id: randomSuffix(12), ...(await ownProcess()) };
  const parts = assemble({ ...deps, configuration, store, instance });
  await restoreFromFiles(parts.history, loaded.config, log);
  // Before the first scrape: what it does not tell would count as gone.
  const isRead = state.kind === "ready" && (await readStore(parts, log));
  await parts.health.look();
  const started = await serve(parts, {
    deps,
    lifecycle,
    configuration,
    instance,
    isThere: state.kind === "ready",
    isRead,
  });
  if ("problem" in started) await lifecycle.stop();
  return started;
}

async function readStore({ history, store }: Pick<Assembled, "history" | "store">, log: Log): Promise<boolean> {
  try {
    await restoreFromStore(history, store);
    return true;
  } catch (error) {
    log.error(`The database was lost while it was first read: ${String(error)}`);
    return false;
  }
}

/** Newer tables or missing rights are told at once; "away" is also what is too slow to tell yet. */
async function firstAnswer(store: OpenStore, clock: Clock): Promise<StoreState> {
  const late = new AbortController();
  const slow: StoreState = { kind: "away", problem: "The database has not answered yet." };
  const waited = clock.sleep(FIRST_ANSWER_MS, late.signal).then(
    () => slow,
    () => slow,
  );
  const state = await Promise.race([store.check(), waited]);
  late.abort();
  return state;
}

async function otherDaemon(folder: string): Promise<string | undefined> {
  const other = await runningDaemon(folder);
  if (other === undefined) return undefined;
  return `The results in ${folder} are kept by the daemon with pid ${String(other.pid)} at ${other.url}: stop it first, or name another results.folder.`;
}

interface Surroundings {
  readonly deps: DaemonDeps;
  readonly lifecycle: Lifecycle;
  readonly configuration: Configuration;
  readonly instance: Instance;
  /** The database has answered already: what it says is known before the start is told. */
  readonly isThere: boolean;
  /** And what it knows of past runs is known. */
  readonly isRead: boolean;
}

async function serve(parts: Assembled, around: Surroundings): Promise<Daemon | { readonly problem: string }> {
  const { deps, lifecycle, configuration, instance } = around;
  const { log, clock } = deps;
  const { server, results } = configuration.current();
  const drawn = new Secret(randomToken());
  const token = (): Secret => configuration.current().server.token ?? drawn;
  const up: { http?: HttpServer } = {};
  const stateNow = (): DaemonState => ({ ...stateOf(instance, up.http), token: token().reveal() });
  const retell = (): Promise<void> => retold(results.folder, stateNow(), log);
  const reload = createReload({
    ...{ configuration, log },
    // The token may be another one now, and commands find it in the file.
    taken: async () => {
      await retell();
      await announceProbes(results.folder, probeTargets(configuration.current()), log);
      await parts.runs.tick();
    },
  });
  const http = await startServer({
    api: createApi({ ...parts, reload, runbooks: deps.runbooks }),
    ...{ listen: server.listen, token, version: VERSION, log, clock },
    allowedHosts: () => hostsOf(configuration.current()),
    ...(server.webConfigFile === undefined ? {} : { webConfigFile: server.webConfigFile }),
    webConfigTaken: retell,
    answered: (handler, answer) => parts.exporter.events.httpAnswered(handler, answer),
  });
  if ("problem" in http) return http;
  log.info(`Listening at ${http.url}.`, { url: http.url });
  lifecycle.onStop("the web server", () => http.close(), 2 * PART_MS);
  up.http = http;
  const written = await writeDaemonState(results.folder, stateNow());
  if (written.problem !== undefined) return { problem: written.problem.text };
  lifecycle.onStop("the state file", () => forgetDaemon(results.folder, stateNow()), PART_MS);
  await announceProbes(results.folder, probeTargets(configuration.current()), log);
  lifecycle.onStop("the announcement", await announce(results.folder, http.url, log), PART_MS);
  lifecycle.onStop("the reports", () => parts.pages.idle(), PART_MS);
  await work(parts, around);
  return daemonOf(http, { parts, lifecycle, reload });
}

/** How commands reach the daemon, and know it. */
function stateOf({ pid, startTime }: Instance, http: HttpServer | undefined): Omit<DaemonState, "token"> {
  const tls = http?.tls();
  return { pid, startTime, url: http?.url ?? "", ...(tls && { tls }) };
}

/** For commands of this machine; one that cannot be written ends nothing, but is told. */
async function retold(folder: string, state: DaemonState, log: Log): Promise<void> {
  const { problem } = await writeDaemonState(folder, state);
  if (problem !== undefined) log.error(`Commands may not find this daemon any more: ${problem.text}`);
}

/** The names in links that we ourselves write must lead here. */
function hostsOf({ server, links }: Config): readonly string[] {
  return [...server.allowedHosts, ...(links.chatbench === undefined ? [] : [new URL(links.chatbench).hostname])];
}

/** From here on runs begin: first what a dead daemon left is ended, then the schedule is looked at each minute. */
async function work(parts: Assembled, { deps, lifecycle, isThere, isRead }: Surroundings): Promise<void> {
  const { runs, glimpse, store, history } = parts;
  const { log } = deps;
  void parts.uptime.look();
  lifecycle.onStop("the looks at uptime", () => parts.uptime.stop(), PART_MS);
  await runs.start();
  lifecycle.onStop("the runs", () => runs.stop(), RUNS_MS);
  const life = new AbortController();
  lifecycle.onStop("the wait for the database", () => life.abort(), PART_MS);
  void whenReady(store, life.signal, log)
    .then(async (isReady) => {
      if (!isReady) return;
      if (!isRead) await restoreFromStore(history, store);
      await runs.tick();
      await glimpse.refresh();
    })
    .catch((error: unknown) => log.error(`The database was lost while it was first read: ${String(error)}`));
  lifecycle.onStop("the schedule", wakeEachMinute(parts, log), PART_MS);
  const stopGlancing = every(GLANCE_MS, parts.glance);
  lifecycle.onStop("the looks at the queue", stopGlancing, PART_MS);
  if (isThere) await glimpse.refresh();
}

/**
 * A late wake-up still counts: what is due is the store's to say. The clock may be set back, and then the next minute
 * of the cron line is far away: the interval does not mind.
 */
function wakeEachMinute(
  { health, runs, glance, glimpse, history, store, uptime }: Assembled,
  log: Log,
): () => Promise<void> {
  const wake = async (): Promise<void> => {
    try {
      await health.look();
      await runs.tick();
      void uptime.look();
      glance();
      if (glimpse.health().ok) await noteLatest(history, store);
    } catch (error) {
      log.error(`The schedule could not be looked at: ${String(error)}`);
    }
  };
  const minute = cronSchedule("* * * * *", wake, { missedExecutionTolerance: MINUTE_MS, suppressMissedWarning: true });
  const stopInterval = every(MINUTE_MS, () => void wake());
  return async () => {
    stopInterval();
    await minute.destroy();
  };
}

async function whenReady(store: OpenStore, signal: AbortSignal, log: Log): Promise<boolean> {
  const first = await store.check();
  if (first.kind === "away") log.warn(`Waiting for the database: ${first.problem}`);
  const state = first.kind === "away" ? await store.ready(signal) : first;
  if (state.kind === "ready") log.info("The database is ready.");
  else if (!signal.aborted) log.error(state.problem);
  return state.kind === "ready";
}

interface Running {
  readonly parts: Assembled;
  readonly lifecycle: Lifecycle;
  readonly reload: Reload;
}

function daemonOf(http: HttpServer, { parts, lifecycle, reload }: Running): Daemon {
  return {
    url: http.url,
    reload,
    stop: () => lifecycle.stop(),
    async kill() {
      const killed = parts.runs.kill(); // at once, also while it is being stopped
      lifecycle.onStop("the load", () => killed, KILL_MS / 2);
      await lifecycle.stop(KILL_MS);
    },
  };
}
