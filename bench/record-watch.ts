import { watch, type FSWatcher } from "node:fs";
import { join } from "node:path";

/**
 * Sees when record.json first has its name in a run's folder below `results`, as the kernel tells it (inotify): reading
 * the file's times later would show the second writing, after the series were read back. Ended by asking; milliseconds.
 */
export function watchRecord(results: string): () => number | undefined {
  const watchers: FSWatcher[] = [];
  const seen: number[] = [];
  const folders = new Set<string>();
  const whenRenamed = (folder: string, found: (name: string) => void): void => {
    const watcher = watch(folder, (_, name) => {
      if (name !== null) found(name);
    });
    watcher.on("error", () => undefined);
    watchers.push(watcher);
  };
  whenRenamed(results, (run) => {
    if (folders.has(run) || !/^\d{8}T\d{6}Z-/.test(run)) return;
    folders.add(run);
    whenRenamed(join(results, run), (file) => {
      if (file === "record.json") seen.push(Date.now());
    });
  });
  return () => {
    watchers.forEach((watcher) => watcher.close());
    return seen[0];
  };
}
