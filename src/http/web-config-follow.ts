import { formatDiagnostic, type Log } from "../model/index.ts";
import { every } from "../platform/clock.ts";
import { readWebConfig, type WebConfig } from "./web-config.ts";

export interface FollowOptions {
  readonly file: string;
  readonly everyMs: number;
  readonly fingerprint: string;
  readonly log: Log;
  readonly current: () => WebConfig;
  /** It listens beyond loopback: a file without users is not taken. */
  readonly needsUsers: boolean;
  readonly take: (next: WebConfig) => Promise<void>;
}

export interface FollowedWebConfig {
  stop(): void;
}

/**
 * Takes changes of the file and of the certificates it names. Read, not watched: watching misses files that are
 * replaced through links, as container platforms do it. A bad file changes nothing and is told once.
 */
export function followWebConfig(options: FollowOptions): FollowedWebConfig {
  const { file, log } = options;
  const state = { seen: options.fingerprint, busy: false };
  const look = async (): Promise<void> => {
    const read = await readWebConfig(file);
    const seen = "problems" in read ? JSON.stringify(read.problems) : read.fingerprint;
    if (seen === state.seen) return;
    state.seen = seen;
    const problem =
      "problems" in read ? read.problems.map(formatDiagnostic).join("\n") : needsRestart(read.config, options);
    if (problem === undefined && "config" in read) {
      await options.take(read.config);
      log.info("The web configuration was read again.", { file });
    } else {
      log.error("The web configuration was not taken, the one before stays in use.", { file, problem });
    }
  };
  const tick = (): void => {
    if (state.busy) return;
    state.busy = true;
    look()
      .catch((error: unknown) =>
        log.error("The web configuration could not be used.", { file, problem: String(error) }),
      )
      .finally(() => (state.busy = false));
  };
  return { stop: every(options.everyMs, tick) };
}

/** What a listening server cannot change. */
function needsRestart(next: WebConfig, { current, needsUsers }: FollowOptions): string | undefined {
  const { tls } = current();
  if (tls?.clientCertificate !== next.tls?.clientCertificate) {
    return "Switching TLS on or off, or changing client_auth_type, needs a restart of the daemon.";
  }
  if (needsUsers && next.users === undefined) return "Beyond loopback, basic_auth_users may not become empty.";
  return undefined;
}
