const BEAT_MS = 2;

/**
 * Beats for as long as there is work, and tells by that how late the event loop may have looked at its sockets: what
 * it finds in one round came after the last look of the round before, and each round longer than a beat has one.
 */
export class Pulse {
  readonly #beats = { last: -Infinity, before: -Infinity };
  #atWork = 0;
  #timer: NodeJS.Timeout | undefined;

  begin(): void {
    this.#atWork += 1;
    this.#timer ??= setInterval(() => this.#beat(), BEAT_MS).unref();
  }

  end(): void {
    this.#atWork -= 1;
    if (this.#atWork > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#beats.last = this.#beats.before = -Infinity;
  }

  /**
   * Milliseconds that what the loop found at this time of `performance.now()` may have lain there, less two beats
   * (so up to 4 ms are not told: too little, never too much); without work there is no queue.
   */
  lateAt(nowMs: number): number {
    const { before } = this.#beats;
    return before === -Infinity ? 0 : Math.max(0, nowMs - before - 2 * BEAT_MS);
  }

  #beat(): void {
    this.#beats.before = this.#beats.last;
    this.#beats.last = performance.now();
  }
}
