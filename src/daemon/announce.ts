import { join } from "node:path";
import type { ProbeTargets } from "../http/index.ts";
import type { Log } from "../model/index.ts";
import { ensureFolder, removeFolder, writeFileAtomic } from "../platform/files.ts";

/** Where the local stack's Prometheus looks for daemons to scrape (file_sd_configs of prometheus/prometheus.yml). */
const folderIn = (resultsFolder: string): string => join(resultsFolder, ".prometheus", "targets");

/** Tells the local Prometheus where to scrape this daemon; the returned function takes it back. */
export async function announce(resultsFolder: string, url: string, log: Log): Promise<() => Promise<void>> {
  const { host, protocol } = new URL(url);
  const path = join(folderIn(resultsFolder), "chatbench.json");
  const groups = [{ targets: [host], labels: { __scheme__: protocol.replace(":", "") } }];
  const problem = await write(path, groups);
  if (problem !== undefined) log.warn(`The local Prometheus will not scrape this daemon: ${problem}`);
  return async () => {
    await removeFolder(path);
  };
}

/**
 * Tells the local Prometheus what to probe. The list stays when the daemon ends: a target's uptime does not depend on
 * who judges it, and a restart must make no gap.
 */
export async function announceProbes(resultsFolder: string, probes: readonly ProbeTargets[], log: Log): Promise<void> {
  const problem = await write(join(folderIn(resultsFolder), "probes.json"), probes);
  if (problem !== undefined) log.warn(`The local Prometheus will not measure uptime: ${problem}`);
}

async function write(path: string, groups: unknown): Promise<string | undefined> {
  const made = await ensureFolder(join(path, ".."));
  return (made.problem ?? (await writeFileAtomic(path, `${JSON.stringify(groups)}\n`)).problem)?.text;
}
