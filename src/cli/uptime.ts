import { createUptime } from "../daemon/uptime.ts";
import type { Config, Uptime } from "../model/index.ts";
import { after } from "../platform/clock.ts";
import { runningStack } from "../stack/index.ts";

/** Whoever waits for a table does not wait long for a number that stands beside it. */
const PATIENCE_MS = 3_000;

/** The configured Prometheus, else the local stack's, else none. */
export async function prometheusUrlOf(config: Config): Promise<string | undefined> {
  return config.prometheus?.url ?? (await runningStack(config.results.folder))?.prometheus.url;
}

/**
 * The standing uptime of each configured target as Prometheus has it now; where it cannot be had, not measured, with the
 * reason. Without a configuration nothing is known of any target.
 */
export async function standingUptime(config: Config | undefined): Promise<(target: string) => Uptime | undefined> {
  if (config === undefined) return () => undefined;
  const url = await prometheusUrlOf(config);
  const watch = createUptime({ config: () => config, prometheusUrl: () => url });
  const cancel = after(PATIENCE_MS, () => void watch.stop());
  await watch.look();
  cancel();
  return watch.of;
}
