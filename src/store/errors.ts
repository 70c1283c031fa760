import { DatabaseError } from "pg";
import { StoreUnavailable } from "../model/index.ts";

/** SQLSTATE classes that mean a mistake of ours (bad data, constraints, syntax), not a database that is away. */
const DEFECTS = /^(?:0A|20|21|22|23|2F|42)/;
const NOT_PERMITTED = "42501";

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "it closed the connection",
  EPIPE: "it closed the connection",
  ENOENT: "nothing listens there",
  ENOTFOUND: "its host name is not known",
  EAI_AGAIN: "its host name could not be looked up",
  EHOSTUNREACH: "there is no way to its host",
  ENETUNREACH: "there is no way to its host",
  ETIMEDOUT: "it did not answer in time",
  "28P01": "it refuses the user or the password",
  "3D000": "it has no database of that name",
  "53300": "it has no connection left",
  "57014": "it needed too long for one statement",
};

/** True if the error tells of a mistake in the statement, so that trying again later cannot help. */
export function isDefect(error: unknown): error is DatabaseError {
  return (
    error instanceof DatabaseError &&
    error.code !== undefined &&
    error.code !== NOT_PERMITTED &&
    DEFECTS.test(error.code)
  );
}

/** True if the tables that a statement names are not there: somebody put an empty database in the place of ours. */
export function isTableMissing(error: unknown): boolean {
  return isDefect(error) && (error.code === "42P01" || error.code === "3F000");
}

/** True if the connection itself broke or hung, so that its neighbours are to be doubted too. */
export function isConnectionLost(error: unknown): boolean {
  return !(error instanceof DatabaseError) || error.code === undefined || error.code.startsWith("57P");
}

/** True if we gave up waiting for an answer. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && /timeout/i.test(error.message);
}

/** What a database is called in messages, and what they must never hold. */
export interface DatabaseName {
  /** E.g. `127.0.0.1:5432/chatbench`. */
  readonly label: string;
  readonly secrets: readonly string[];
}

/**
 * The sentence for people. The driver's error is not kept as a cause: some of them carry the whole connection string.
 */
export function unavailable(name: DatabaseName, error: unknown): StoreUnavailable {
  return new StoreUnavailable(`The database ${name.label} is away: ${scrubbed(name, why(error))}.`);
}

/** The text of an error without anything secret. */
export function scrubbed(name: DatabaseName, text: string): string {
  return name.secrets.reduce((clean, secret) => clean.replaceAll(secret, "<redacted>"), text);
}

function why(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  if (code !== undefined && Object.hasOwn(WORDS, code)) return WORDS[code] ?? code;
  if (isTimeout(error)) return "it did not answer in time";
  return error.message === "" ? (code ?? error.name) : error.message.replace(/\.$/, "");
}
