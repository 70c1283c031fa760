/** How asking for a slot ended: `gone` means that the asker went away while waiting. */
export type Grant =
  { readonly kind: "granted"; release(): void } | { readonly kind: "full" } | { readonly kind: "gone" };

interface Waiting {
  grant(): void;
}

/** At most `concurrency` at work at a time; beyond that first come, first served; beyond `maxWaiting` refused. */
export class Slots {
  readonly #concurrency: number;
  readonly #maxWaiting: number;
  readonly #queue = new Set<Waiting>();
  #active = 0;

  constructor(limits: { readonly concurrency: number; readonly maxWaiting: number }) {
    this.#concurrency = limits.concurrency;
    this.#maxWaiting = limits.maxWaiting;
  }

  get active(): number {
    return this.#active;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  acquire(gone: AbortSignal): Promise<Grant> {
    if (gone.aborted) return Promise.resolve({ kind: "gone" });
    if (this.#active < this.#concurrency) return Promise.resolve(this.#take());
    if (this.#queue.size >= this.#maxWaiting) return Promise.resolve({ kind: "full" });
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#queue.delete(entry);
        resolve({ kind: "gone" });
      };
      const entry: Waiting = {
        grant: () => {
          gone.removeEventListener("abort", leave);
          resolve(this.#take());
        },
      };
      this.#queue.add(entry);
      gone.addEventListener("abort", leave, { once: true });
    });
  }

  #take(): Grant {
    this.#active += 1;
    const held = { yes: true };
    const release = (): void => {
      if (!held.yes) return;
      held.yes = false;
      this.#active -= 1;
      this.#next();
    };
    return { kind: "granted", release };
  }

  #next(): void {
    const first = this.#queue.values().next().value;
    if (first === undefined) return;
    this.#queue.delete(first);
    first.grant();
  }
}
