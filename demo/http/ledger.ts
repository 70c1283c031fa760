import { Pulse } from "./pulse.ts";

/** What was written when, as the writer saw it: the truth that a measurement is held against. */
export interface LedgerEntry {
  readonly id: string;
  readonly index: number;
  /** Milliseconds since 1970 at which the request's head was here; all other times count from then. */
  readonly received_at_ms: number;
  /** So long before that it may have lain there unseen, because this process was busy or had no processor (pulse.ts). */
  readonly received_late_ms: number;
  /** What was written and when, oldest first: the moment before it was handed to the kernel. */
  readonly chunks: readonly (readonly [kind: string, ms: number])[];
  /** Written too, but not kept: there were too many. */
  readonly more_chunks: number;
  /** Absent while it lasts. */
  readonly ended_ms?: number;
  /** How it ended; `open` while it lasts. */
  readonly ending: string;
}

/** One entry while it is written. */
export interface LedgerPage {
  readonly id: string;
  wrote(...kinds: readonly string[]): void;
  ended(ending: string): void;
}

/**
 * Kinds and times apart, because numbers alone in an array are nothing that garbage collection walks through: with a
 * pair for each token its pauses would be seen in the answers.
 */
interface Kept extends Pick<LedgerEntry, "id" | "index" | "received_at_ms" | "received_late_ms"> {
  readonly kinds: string[];
  readonly ms: number[];
  moreChunks: number;
  endedMs?: number;
  ending: string;
}

const MOST_ENTRIES = 20_000;
const MOST_CHUNKS_IN_ALL = 1_000_000;
const MOST_CHUNKS_IN_ONE = 10_000;

/** Keeps the newest entries; memory is bounded by their number and by that of their chunks. */
export class Ledger {
  readonly #entries = new Map<string, Kept>();
  readonly #pulse = new Pulse();
  readonly #size = { chunks: 0, forgotten: 0 };

  /** `receivedMs` is `performance.now()` of the request's arrival. */
  open(id: string, index: number, receivedMs: number): LedgerPage {
    const entry: Kept = {
      ...{ id, index, received_at_ms: performance.timeOrigin + receivedMs },
      received_late_ms: this.#pulse.lateAt(receivedMs),
      ...{ kinds: [], ms: [], moreChunks: 0, ending: "open" },
    };
    this.#entries.set(id, entry);
    this.#trim();
    this.#pulse.begin();
    return {
      id,
      wrote: (...kinds) => this.#wrote(entry, kinds, performance.now() - receivedMs),
      ended: (ending) => {
        if (entry.endedMs === undefined) this.#pulse.end();
        entry.endedMs = performance.now() - receivedMs;
        entry.ending = ending;
      },
    };
  }

  get(id: string): LedgerEntry | undefined {
    const kept = this.#entries.get(id);
    return kept && entryOf(kept);
  }

  /** Entries with an index above `after`, at most `limit`, oldest first, and how many exist no more. */
  list(after: number, limit: number): { readonly entries: readonly LedgerEntry[]; readonly forgotten: number } {
    const entries: LedgerEntry[] = [];
    for (const kept of this.#entries.values()) {
      if (entries.length >= limit) break;
      if (kept.index > after) entries.push(entryOf(kept));
    }
    return { entries, forgotten: this.#size.forgotten };
  }

  #wrote(entry: Kept, kinds: readonly string[], ms: number): void {
    const kept = this.#entries.get(entry.id) === entry;
    for (const kind of kinds) {
      if (!kept || entry.ms.length >= MOST_CHUNKS_IN_ONE) {
        entry.moreChunks += 1;
        continue;
      }
      entry.kinds.push(kind);
      entry.ms.push(ms);
      this.#size.chunks += 1;
    }
    this.#trim();
  }

  #trim(): void {
    while (this.#entries.size > MOST_ENTRIES || (this.#size.chunks > MOST_CHUNKS_IN_ALL && this.#entries.size > 1)) {
      const oldest = this.#entries.values().next().value;
      if (oldest === undefined) return;
      this.#entries.delete(oldest.id);
      this.#size.chunks -= oldest.ms.length;
      this.#size.forgotten += 1;
    }
  }
}

function entryOf({ kinds, ms, moreChunks, endedMs, ...kept }: Kept): LedgerEntry {
  return {
    ...{ id: kept.id, index: kept.index },
    ...{ received_at_ms: kept.received_at_ms, received_late_ms: kept.received_late_ms },
    chunks: kinds.map((kind, at) => [kind, ms[at] ?? NaN] as const),
    more_chunks: moreChunks,
    ...(endedMs !== undefined && { ended_ms: endedMs }),
    ending: kept.ending,
  };
}
