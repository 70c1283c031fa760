import { formatDiagnostic, type Diagnostic, type Log } from "../model/index.ts";
import type { Configuration } from "./configuration.ts";

export type Reload = () => Promise<{ readonly problems: readonly Diagnostic[] }>;

export interface ReloadDeps {
  readonly configuration: Configuration;
  /** The new configuration is in use. */
  readonly taken: () => Promise<void>;
  readonly log: Log;
}

/** Told one by one: who sends a signal has nothing but the log. */
const PROBLEMS_TOLD = 20;

/**
 * Takes the configuration file anew; queued runs keep the scenario that they were asked for with. One after the other:
 * of two at once the older file could come last.
 */
export function createReload(deps: ReloadDeps): Reload {
  let last: Promise<unknown> = Promise.resolve();
  return async () => {
    const mine = last.then(() => reload(deps));
    last = mine.catch(() => undefined);
    return await mine;
  };
}

async function reload({ configuration, taken, log }: ReloadDeps): ReturnType<Reload> {
  const { problems, restartFor } = await configuration.reload();
  if (problems.length > 0) {
    const errors = problems.filter(({ severity }) => severity === "error").length;
    log.error("The configuration was not taken; the one before stays in use.", { problems: errors });
    for (const problem of problems.slice(0, PROBLEMS_TOLD)) log.error(formatDiagnostic(problem));
    return { problems };
  }
  log.info("The configuration was taken anew.", { sha256: configuration.sha256() });
  for (const key of restartFor) log.warn(`${key} has changed: it is taken at the next start.`, { key });
  await taken();
  return { problems };
}
