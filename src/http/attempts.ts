import { ipKeyGenerator } from "express-rate-limit";
import type { Clock } from "../model/index.ts";

const BURST = 20;
const REFILL_PER_SECOND = 1;
const MOST_CLIENTS = 10_000;
const IPV6_SUBNET = 64;

/**
 * Failed attempts to authenticate, by client address: a bucket of 20 that refills by one a second. Whoever has used
 * it up is refused before anything is checked, right or wrong: an answer to a right guess among a thousand wrong ones
 * would be what guessing is for.
 */
export class Attempts {
  readonly #clock: Clock;
  readonly #left = new Map<string, { readonly tokens: number; readonly at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Seconds until the next attempt is heard; 0: now. */
  waitSeconds(address: string): number {
    const tokens = this.#tokens(keyOf(address));
    return tokens >= 1 ? 0 : Math.max(1, Math.ceil((1 - tokens) / REFILL_PER_SECOND));
  }

  /** Counts an attempt before it is checked, so that many at once are not checked at once. */
  take(address: string): void {
    this.#put(keyOf(address), -1);
  }

  /** The attempt was right: it counts for nothing. */
  giveBack(address: string): void {
    this.#put(keyOf(address), 1);
  }

  #put(key: string, change: number): void {
    const tokens = Math.min(BURST, this.#tokens(key) + change);
    this.#left.delete(key);
    if (tokens >= BURST) return;
    this.#left.set(key, { tokens, at: this.#clock.now() });
    const [oldest] = this.#left.keys();
    if (this.#left.size > MOST_CLIENTS && oldest !== undefined) this.#left.delete(oldest);
  }

  #tokens(key: string): number {
    const held = this.#left.get(key);
    if (held === undefined) return BURST;
    const seconds = Math.max(0, this.#clock.now() - held.at) / 1_000;
    return Math.min(BURST, held.tokens + seconds * REFILL_PER_SECOND);
  }
}

/** One machine has a whole IPv6 subnet to itself. */
function keyOf(address: string): string {
  return address === "" ? "" : ipKeyGenerator(address, IPV6_SUBNET);
}
