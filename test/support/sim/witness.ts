import type { MemoryStore } from "../memory-store.ts";
import type { SimDisk } from "./disk.ts";

/** Remembers how each run ended when it was first seen ended, and tells when that is later said otherwise. */
export interface Witness {
  look(): void;
  readonly problems: readonly string[];
}

export function createWitness(store: MemoryStore, disk: SimDisk): Witness {
  const ends = new Map<string, string>();
  const problems: string[] = [];
  const see = (where: string, id: string, record: { state: string; verdict: string | null } | undefined): void => {
    if (record === undefined) return;
    const end = `${record.state} ${String(record.verdict)}`;
    const before = ends.get(`${where} ${id}`);
    if (before === undefined) ends.set(`${where} ${id}`, end);
    else if (before !== end) problems.push(`${id} was ${before} ${where} and became ${end}`);
  };
  return {
    problems,
    look() {
      for (const [id, { record }] of store.rows) see("in the store", id, record);
      for (const [id, { record }] of disk.runs) see("on the disk", id, record);
      const busy = [...store.rows.values()].filter(({ state }) => ["preparing", "running", "judging"].includes(state));
      const targets = busy.map(({ order }) => order?.scenario.target.name);
      if (new Set(targets).size < targets.length) problems.push(`two runs at work on one of ${targets.join(", ")}`);
    },
  };
}
