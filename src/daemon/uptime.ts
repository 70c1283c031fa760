import { readUptime, type UptimeReadings } from "../collect/uptime.ts";
import { judgeUptime, unknownUptime, type UptimeWindow } from "../judge/index.ts";
import { UPTIME_WINDOW_SECONDS, type Config, type Target, type Uptime } from "../model/index.ts";

/** The uptime of every configured target, as it was when Prometheus was last asked. */
export interface UptimeWatch {
  readonly of: (target: string) => Uptime | undefined;
  /** Asks Prometheus; a look that is under way already is waited for. */
  look(): Promise<void>;
  /** Ends a look that is under way, and waits for it. */
  stop(): Promise<void>;
}

export interface UptimeDeps {
  readonly config: () => Config;
  /** Undefined: there is none. */
  readonly prometheusUrl: () => string | undefined;
}

export function createUptime(deps: UptimeDeps): UptimeWatch {
  const life = new AbortController();
  let known: ReadonlyMap<string, Uptime> = new Map();
  let under: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    known = await uptimes(deps, life.signal);
  };
  return {
    of: (target) => known.get(target),
    look() {
      under ??= look().finally(() => (under = undefined));
      return under;
    },
    async stop() {
      life.abort();
      await under;
    },
  };
}

async function uptimes(deps: UptimeDeps, signal: AbortSignal): Promise<ReadonlyMap<string, Uptime>> {
  const windows = Object.values(deps.config().targets).map(windowOf);
  const url = deps.prometheusUrl();
  if (url === undefined) return unknown(windows, NO_PROMETHEUS);
  const found = new Map<string, Uptime>();
  // One question for all targets with the same window, one after the other: a window is days of probes.
  for (const windowSeconds of new Set(windows.map((window) => window.windowSeconds))) {
    const own = windows.filter((window) => window.windowSeconds === windowSeconds);
    const readings = await readUptime({ url, windowSeconds, signal });
    for (const window of own) found.set(window.target, uptimeOf(window, readings, new URL(url).origin));
  }
  return found;
}

const NO_PROMETHEUS =
  "There is no Prometheus to ask: `chatbench stack up` starts one, and prometheus.url of the configuration names another.";

function windowOf({ name, uptime }: Target): UptimeWindow {
  if (uptime === undefined) return { target: name, windowSeconds: UPTIME_WINDOW_SECONDS };
  return { target: name, ...uptime };
}

function unknown(windows: readonly UptimeWindow[], reason: string): ReadonlyMap<string, Uptime> {
  return new Map(windows.map((window) => [window.target, unknownUptime(window, reason)]));
}

function uptimeOf(window: UptimeWindow, readings: UptimeReadings, origin: string): Uptime {
  if ("problem" in readings)
    return unknownUptime(window, `Prometheus at ${origin} could not be asked: ${readings.problem}.`);
  const reading = readings.byTarget.get(window.target);
  if (reading !== undefined) return judgeUptime(window, reading);
  return unknownUptime(window, `Prometheus at ${origin} holds no probe of it: is a blackbox_exporter beside it?`);
}
