import type { Diagnostic, Log } from "../model/index.ts";
import type { Configuration } from "./configuration.ts";

export type Reload = () => Promise<{ readonly problems: readonly Diagnostic[] }>;

export interface ReloadDeps {
  readonly configuration: Configuration;
  /** The new configuration is in use. */
  readonly taken: () => Promise<void>;
  readonly log: Log;
}

/** Takes the configuration file anew; queued runs keep the scenario that they were asked for with. */
export function createReload({ configuration, taken, log }: ReloadDeps): Reload {
  return async () => {
    const { problems, restartFor } = await configuration.reload();
    const errors = problems.filter(({ severity }) => severity === "error").length;
    if (problems.length > 0) {
      log.error("The configuration was not taken; the one before stays in use.", { problems: errors });
      return { problems };
    }
    log.info("The configuration was taken anew.", { sha256: configuration.sha256() });
    for (const key of restartFor) log.warn(`${key} has changed: it is taken at the next start.`, { key });
    await taken();
    return { problems };
  };
}
