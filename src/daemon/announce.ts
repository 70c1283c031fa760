import { join } from "node:path";
import type { Log } from "../model/index.ts";
import { ensureFolder, removeFolder, writeFileAtomic } from "../platform/files.ts";

/** Where the local stack's Prometheus looks for daemons to scrape (file_sd_configs of prometheus/prometheus.yml). */
const folderIn = (resultsFolder: string): string => join(resultsFolder, ".prometheus", "targets");

/** Tells the local Prometheus where to scrape this daemon; the returned function takes it back. */
export async function announce(resultsFolder: string, url: string, log: Log): Promise<() => Promise<void>> {
  const { host, protocol } = new URL(url);
  const path = join(folderIn(resultsFolder), "chatbench.json");
  const groups = [{ targets: [host], labels: { __scheme__: protocol.replace(":", "") } }];
  const made = await ensureFolder(folderIn(resultsFolder));
  const problem = made.problem ?? (await writeFileAtomic(path, `${JSON.stringify(groups)}\n`)).problem;
  if (problem !== undefined) log.warn(`The local Prometheus will not scrape this daemon: ${problem.text}`);
  return async () => {
    await removeFolder(path);
  };
}
