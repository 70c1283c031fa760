import type { RunId, Scenario } from "../model/index.ts";
import { secretsOf, type KeptSecrets } from "./freeze.ts";

/** Secrets of runs that this process queued, for as long as they are queued or at work: in memory only. */
export interface SecretKeep {
  keep(id: RunId, scenario: Scenario): void;
  of(id: RunId): KeptSecrets | undefined;
  drop(id: RunId): void;
  /** Drops those of runs that others have taken or ended: `active` are all that have not ended. */
  prune(active: ReadonlySet<string>): void;
  size(): number;
}

export function createSecretKeep(): SecretKeep {
  const kept = new Map<RunId, { readonly secrets: KeptSecrets; seen: boolean }>();
  return {
    keep: (id, scenario) => void kept.set(id, { secrets: secretsOf(scenario), seen: false }),
    of: (id) => kept.get(id)?.secrets,
    drop: (id) => void kept.delete(id),
    prune(active) {
      for (const [id, entry] of kept) {
        // Kept just before the store hears of the run: only what was here the last time as well is over.
        if (entry.seen && !active.has(id)) kept.delete(id);
        entry.seen = true;
      }
    },
    size: () => kept.size,
  };
}
