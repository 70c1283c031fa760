import { createHmac, randomBytes } from "node:crypto";
import { compare, hash } from "bcrypt";

/** Version, cost, salt and hash; `2a`, `2b` and `2y` are names of one algorithm. */
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** The cost of a bcrypt hash; undefined when the text is none. */
export function costOf(stored: string): number | undefined {
  const cost = BCRYPT.exec(stored)?.[1];
  return cost === undefined ? undefined : Number(cost);
}

/** `2y` is what htpasswd and PHP call what the library knows as `2b`. */
const named = (stored: string): string => stored.replace(/^\$2y/, "$2b");

/** bcrypt hashes by user name. */
export type Users = Readonly<Record<string, string>>;

const MOST_VERIFIED = 1_000;
const MOST_WAITING = 50;

/** One check more than this machine keeps up with. */
export type PasswordResult = "right" | "wrong" | "busy";

/**
 * Checks passwords against bcrypt hashes, one at a time: a check costs a tenth of a second of a core, on purpose.
 * What was right is remembered by a keyed hash, so that a scrape every few seconds costs no bcrypt each; what was
 * wrong is not. A user who does not exist is checked against a hash that fits no password.
 */
export class Passwords {
  readonly #key = randomBytes(32);
  readonly #verified = new Set<string>();
  readonly #nobody = new Map<number, Promise<string>>();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #checks = 0;

  /** How many times bcrypt was asked: for tests and for those who wonder about the CPU. */
  get checks(): number {
    return this.#checks;
  }

  /** Known to be right, without asking bcrypt. */
  isVerified(users: Users, user: string, password: string): boolean {
    const stored = storedOf(users, user);
    return stored !== undefined && this.#verified.has(this.#digest(user, password, stored));
  }

  async check(users: Users, user: string, password: string): Promise<PasswordResult> {
    if (this.#waiting >= MOST_WAITING) return "busy";
    this.#waiting += 1;
    const turn = this.#last.then(() => this.#compare(users, user, password));
    this.#last = turn.catch(() => undefined);
    try {
      return (await turn) ? "right" : "wrong";
    } finally {
      this.#waiting -= 1;
    }
  }

  async #compare(users: Users, user: string, password: string): Promise<boolean> {
    const stored = storedOf(users, user);
    this.#checks += 1;
    const fits = await compare(password, named(stored ?? (await this.#hashOfNobody(users))));
    if (stored === undefined || !fits) return false;
    const [oldest] = this.#verified;
    if (this.#verified.size >= MOST_VERIFIED && oldest !== undefined) this.#verified.delete(oldest);
    this.#verified.add(this.#digest(user, password, stored));
    return true;
  }

  /** As costly as the costliest of the users', or the time would tell who exists. */
  #hashOfNobody(users: Users): Promise<string> {
    const cost = Math.max(4, ...Object.values(users).map((stored) => costOf(stored) ?? 4));
    const made = this.#nobody.get(cost) ?? hash(randomBytes(32), cost);
    this.#nobody.set(cost, made);
    return made;
  }

  /** Makes the hash for users who do not exist ahead of the first attempt, which would take twice as long. */
  async prepare(users: Users): Promise<void> {
    await this.#hashOfNobody(users);
  }

  #digest(user: string, password: string, stored: string): string {
    // With the stored hash in it, a changed password is forgotten by itself.
    return createHmac("sha256", this.#key)
      .update(JSON.stringify([user, password, stored]))
      .digest("base64");
  }
}

function storedOf(users: Users, user: string): string | undefined {
  return Object.hasOwn(users, user) ? users[user] : undefined;
}
