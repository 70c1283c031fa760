import { randomBytes } from "node:crypto";

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

/** `length` random letters and digits; for ids, not for secrets. */
export function randomSuffix(length: number): string {
  return Array.from(randomBytes(length), (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}

/** A secret that nobody can guess: 256 bits as text that is safe in a header. */
export function randomToken(): string {
  return randomBytes(32).toString("base64url");
}
