import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock, Log, Secret } from "../model/index.ts";
import { refusal, type Answer } from "./answer.ts";
import { Attempts } from "./attempts.ts";
import { Passwords, type Users } from "./passwords.ts";
import type { Route } from "./route.ts";

export interface GuardOptions {
  /** What changes anything wants it. Asked each time, so that a reload can change it. */
  readonly token: () => Secret;
  /** Undefined: reading is open. */
  readonly users: () => Users | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** Decides who may read and who may change. */
export class Guard {
  readonly passwords = new Passwords();
  readonly #options: GuardOptions;
  readonly #attempts: Attempts;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#attempts = new Attempts(options.clock);
  }

  /** Undefined when the request may go on; otherwise its answer. */
  async refuse(
    access: Route["access"],
    authorization: string | undefined,
    address: string,
  ): Promise<Answer | undefined> {
    const users = this.#options.users();
    if (access === "read" && users === undefined) return undefined;
    const [, scheme = "", credentials = ""] = /^(\S+) +(\S+) *$/.exec(authorization ?? "") ?? [];
    if (scheme.toLowerCase() === "bearer") {
      return this.#isToken(credentials) ? undefined : this.#wrongToken(access, address);
    }
    const wait = this.#attempts.waitSeconds(address);
    if (scheme.toLowerCase() !== "basic" || access === "change" || users === undefined) return unauthorized(access);
    return wait > 0 ? tooMany(wait) : this.#basic(users, credentials, address);
  }

  /** A token is long and drawn by chance, so the right one is heard even while somebody at that address guesses. */
  #isToken(credentials: string): boolean {
    return sameSecret(credentials, this.#options.token().reveal());
  }

  #wrongToken(access: Route["access"], address: string): Answer {
    const wait = this.#attempts.waitSeconds(address);
    if (wait > 0) return tooMany(wait);
    this.#attempts.take(address);
    this.#tellWhenUsedUp(address);
    return unauthorized(access);
  }

  async #basic(users: Users, credentials: string, address: string): Promise<Answer | undefined> {
    const [, user = "", password = ""] = /^([^:]*):(.*)$/s.exec(Buffer.from(credentials, "base64").toString()) ?? [];
    if (this.passwords.isVerified(users, user, password)) return undefined;
    this.#attempts.take(address);
    const result = await this.passwords.check(users, user, password);
    if (result !== "wrong") this.#attempts.giveBack(address);
    if (result === "right") return undefined;
    if (result === "busy") return tooMany(1);
    this.#tellWhenUsedUp(address);
    return unauthorized("read");
  }

  /** Once for each used-up bucket, not once an attempt; never what was tried. */
  #tellWhenUsedUp(address: string): void {
    if (this.#attempts.waitSeconds(address) === 0) return;
    this.#options.log.warn("A client was refused after many wrong passwords or tokens.", { address });
  }
}

/** By hash, so that neither the time nor an error tells length or beginning of the right one. */
function sameSecret(given: string, right: string): boolean {
  const digest = (value: string): Buffer => createHash("sha256").update(value).digest();
  return timingSafeEqual(digest(given), digest(right));
}

/** One text for no, unknown and wrong credentials. */
function unauthorized(access: Route["access"]): Answer {
  const message =
    access === "change"
      ? "This needs the daemon's token, as `Authorization: Bearer <token>`."
      : "This needs a user and password of the web configuration file, or the daemon's token.";
  const scheme = access === "change" ? 'Bearer realm="Chatbench"' : 'Basic realm="Chatbench", charset="UTF-8"';
  return refusal({ status: 401, code: "unauthorized", message, headers: { "www-authenticate": scheme } });
}

function tooMany(seconds: number): Answer {
  return refusal({
    ...{ status: 429, code: "too_many_attempts", message: `Too many attempts: try again in ${seconds} s.` },
    headers: { "retry-after": String(seconds) },
  });
}
