import { reason, type Reason, type Secret } from "../model/index.ts";

const MOST = 200;

/** Which database: host, port and what follows, without user name, password and parameters. */
export function placeOf(url: Secret, usualPort: string): string {
  const parsed = URL.canParse(url.reveal()) ? new URL(url.reveal()) : undefined;
  if (parsed === undefined) return "its address";
  return `${parsed.hostname}:${parsed.port === "" ? usualPort : parsed.port}${parsed.pathname.replace(/\/+$/, "")}`;
}

/** Empty where there is none: a socket file, or an address that is none. */
export function hostOf(url: Secret): string {
  return URL.canParse(url.reveal()) ? new URL(url.reveal()).hostname : "";
}

/** One sentence for people; what a driver says may hold anything, but never the password. */
export function troubleWith(what: string, error: unknown, url: Secret): Reason {
  return reason("collector_failed", `${what} cannot be read: ${withoutSecrets(wordsOf(error), url)}.`);
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Two addresses of one name: a list of errors without a message of its own.
  const inner = "errors" in error && Array.isArray(error.errors) ? (error.errors as readonly unknown[])[0] : undefined;
  if (error.message === "" && inner !== undefined) return wordsOf(inner);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return error.message === "" ? code : error.message;
}

function withoutSecrets(text: string, url: Secret): string {
  const plain = url.reveal();
  const parsed = URL.canParse(plain) ? new URL(plain) : undefined;
  const parameters = [...(parsed?.searchParams.values() ?? [])];
  const secrets = [plain, parsed?.password ?? "", decoded(parsed?.password ?? ""), ...parameters];
  const safe = secrets.filter((one) => one.length > 2).reduce((words, one) => words.replaceAll(one, "***"), text);
  return safe
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .replace(/\.+$/, "")
    .trim()
    .slice(0, MOST);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
