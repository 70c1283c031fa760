import { randomBytes } from "node:crypto";

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

/** `length` random letters and digits; for ids, not for secrets. */
export function randomSuffix(length: number): string {
  return Array.from(randomBytes(length), (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}

const STEPS = ALPHABET.length ** 2;

/**
 * Six letters and digits for an id that begins with the second of `atMs`: the first two tell the part of that second
 * (in steps of 0.8 ms), so that ids of one second sort by time too; the other four are random. For ids, not for secrets.
 */
export function idSuffix(atMs: number): string {
  const step = Math.floor((((atMs % 1000) + 1000) % 1000) * (STEPS / 1000));
  return step.toString(ALPHABET.length).padStart(2, "0") + randomSuffix(4);
}

/** A secret that nobody can guess: 256 bits as text that is safe in a header. */
export function randomToken(): string {
  return randomBytes(32).toString("base64url");
}
