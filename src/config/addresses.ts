import { isLinkLocal } from "../platform/addresses.ts";
import { quote } from "./quantity.ts";

/** A checked address without trailing slash, or one sentence; the sentence never repeats what may be a password. */
export type Address = { readonly url: string } | { readonly problem: string };

const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//;
const CREDENTIALS =
  "has a user name or password in it, and this file is no place for one: take it out; a script gets its secrets from the key secrets of its scenario";

const LINK_LOCAL =
  "is link-local: nothing but a cloud's metadata service listens there, and it hands out credentials of the machine";

/** An http(s) address of a service: a host and perhaps a path, nothing that could hide a password. */
export function parseHttpAddress(text: string): Address {
  const written = text.trim();
  const scheme = SCHEME.exec(written)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    const guess = /^[\w.-]+(:\d+)?(\/[\w./-]*)?$/.test(written) ? written : "127.0.0.1:8000";
    return { problem: `the address has no scheme: write for example http://${guess}` };
  }
  if (scheme === "ws" || scheme === "wss") {
    return {
      problem: `write the ${scheme === "ws" ? "http" : "https"}:// address; WebSocket scripts derive theirs from it`,
    };
  }
  if (scheme !== "http" && scheme !== "https") {
    return { problem: `an address begins with http:// or https://, not ${quote(`${scheme}://`)}` };
  }
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined || /[\s\\]/.test(written))
    return { problem: "the address is not a valid URL: check host and port" };
  if (isLinkLocal(url.hostname)) return { problem: `the address ${LINK_LOCAL}` };
  if (url.username !== "" || url.password !== "") return { problem: `the address ${CREDENTIALS}` };
  if (/[?#]/.test(written))
    return { problem: "the address has a query or fragment (? or #): write only host and path" };
  return { url: url.origin + url.pathname.replace(/\/+$/, "") };
}

/** A page to link to: as an address, but a query and fragment are allowed. */
export function parseLink(text: string): Address {
  const address = parseHttpAddress(text.replace(/[?#].*$/s, ""));
  return "problem" in address ? address : { url: new URL(text.trim()).href.replace(/\/+$/, "") };
}

/** Schemes by kind of database. */
const DATABASE_SCHEMES = {
  postgres: ["postgres", "postgresql"],
  redis: ["redis", "rediss"],
} as const;

export type Database = keyof typeof DATABASE_SCHEMES;

/** Why `text` is not the address of such a database, in words that show nothing of it; undefined if it is. */
export function databaseProblem(text: string, database: Database): string | undefined {
  const schemes: readonly string[] = DATABASE_SCHEMES[database];
  const example = `${schemes[0] ?? ""}://127.0.0.1:${database === "redis" ? "6379" : "5432/chatbot"}`;
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined || !schemes.includes(scheme) || !URL.canParse(text)) {
    return `is not a ${database} address: write for example ${example}`;
  }
  return isLinkLocal(new URL(text).hostname) ? LINK_LOCAL : undefined;
}

/** The same for an address in plain text, which may not hold a password either. */
export function plainDatabaseProblem(text: string, database: Database): string | undefined {
  const problem = databaseProblem(text, database);
  if (problem !== undefined) return `the address ${problem}`;
  const url = new URL(text);
  // Drivers read a password from the query too.
  const hidden = [...url.searchParams.keys()].some((key) => /pass|secret|token/i.test(key));
  if (url.password === "" && !hidden) return undefined;
  return "the address has a password in it, and this file is no place for one: write { env: NAME } or { file: PATH } in its place";
}
