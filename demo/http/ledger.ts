/** What was written when, as the writer saw it: the truth that a measurement is held against. */
export interface LedgerEntry {
  readonly id: string;
  readonly index: number;
  /** Milliseconds since 1970 at which the request's head was here; all other times count from then. */
  readonly received_at_ms: number;
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

type Writable = { -readonly [K in keyof LedgerEntry]: LedgerEntry[K] } & { chunks: [string, number][] };

const MOST_ENTRIES = 20_000;
const MOST_CHUNKS_IN_ALL = 1_000_000;
const MOST_CHUNKS_IN_ONE = 10_000;

/** Keeps the newest entries; memory is bounded by their number and by that of their chunks. */
export class Ledger {
  readonly #entries = new Map<string, Writable>();
  readonly #size = { chunks: 0, forgotten: 0 };

  /** `receivedMs` is `performance.now()` of the request's arrival. */
  open(id: string, index: number, receivedMs: number): LedgerPage {
    const entry: Writable = {
      id,
      index,
      received_at_ms: performance.timeOrigin + receivedMs,
      chunks: [],
      more_chunks: 0,
      ending: "open",
    };
    this.#entries.set(id, entry);
    this.#trim();
    return {
      id,
      wrote: (...kinds) => this.#wrote(entry, kinds, performance.now() - receivedMs),
      ended: (ending) => {
        entry.ended_ms = performance.now() - receivedMs;
        entry.ending = ending;
      },
    };
  }

  get(id: string): LedgerEntry | undefined {
    return this.#entries.get(id);
  }

  /** Entries with an index above `after`, at most `limit`, oldest first, and how many exist no more. */
  list(after: number, limit: number): { readonly entries: readonly LedgerEntry[]; readonly forgotten: number } {
    const entries: LedgerEntry[] = [];
    for (const entry of this.#entries.values()) {
      if (entries.length >= limit) break;
      if (entry.index > after) entries.push(entry);
    }
    return { entries, forgotten: this.#size.forgotten };
  }

  #wrote(entry: Writable, kinds: readonly string[], ms: number): void {
    const kept = this.#entries.get(entry.id) === entry;
    for (const kind of kinds) {
      if (!kept || entry.chunks.length >= MOST_CHUNKS_IN_ONE) entry.more_chunks += 1;
      else if (entry.chunks.push([kind, ms]) > 0) this.#size.chunks += 1;
    }
    this.#trim();
  }

  #trim(): void {
    while (this.#entries.size > MOST_ENTRIES || (this.#size.chunks > MOST_CHUNKS_IN_ALL && this.#entries.size > 1)) {
      const oldest = this.#entries.values().next().value;
      if (oldest === undefined) return;
      this.#entries.delete(oldest.id);
      this.#size.chunks -= oldest.chunks.length;
      this.#size.forgotten += 1;
    }
  }
}
