import { z } from "zod";
import { parseHttpAddress, parseLink, plainDatabaseProblem, type Address, type Database } from "./addresses.ts";
import { parseHost, parseListen } from "./listen.ts";
import { DURATION_FORM, parseDuration } from "./quantity.ts";

/** What editors and the configuration reference show of a key; `title` is its type in words. */
export interface About {
  readonly description: string;
  readonly examples?: readonly unknown[];
}

const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Text, with a sentence of its own for what is none. */
export function text(about: About, wanted = "text") {
  return z.string({ error: (issue) => notText(issue.input, wanted) }).meta({ title: "text", ...about });
}

/** A duration with a unit; becomes seconds. */
export function duration(about: About) {
  return z
    .string({ error: (issue) => durationProblem(issue.input) })
    .meta({ pattern: DURATION_FORM, title: "duration", ...about })
    .transform((written, context) => {
      const parsed = parseDuration(written);
      if ("value" in parsed) return parsed.value;
      context.issues.push({ code: "custom", message: parsed.problem, input: written });
      return z.NEVER;
    });
}

export function httpAddress(about: About) {
  return addressed(parseHttpAddress, about);
}

export function link(about: About) {
  return addressed(parseLink, about);
}

/** A whole number of at least `least`. */
export function whole(least: number, about: About) {
  const error = ({ input }: { readonly input?: unknown }): string | undefined =>
    input === null || input === undefined
      ? undefined
      : `must be a whole number of at least ${least}${typeof input === "number" ? `, not ${input}` : typeof input === "string" ? ", without quotes" : ""}`;
  return z
    .int({ error })
    .min(least, { error })
    .meta({ title: "whole number", ...about });
}

/** true or false; YAML 1.2 knows no yes and no. */
export function flag(about: About) {
  return z
    .boolean({ error: ({ input }) => (input === null || input === undefined ? undefined : "must be true or false") })
    .meta({ title: "true or false", ...about });
}

export function listOf<S extends z.ZodType>(item: S, about: About) {
  return z
    .array(item, {
      error: ({ input }) => (input === null || input === undefined ? undefined : "must be a list: [...]"),
    })
    .meta({ title: "list", ...about });
}

/** Host and port to listen on. */
export function listen(about: About) {
  const error = ({ input }: { readonly input?: unknown }): string | undefined =>
    typeof input === "number"
      ? `this is a port alone: write "127.0.0.1:${input}", or ":${input}" for every address`
      : notText(input, 'host and port, such as "127.0.0.1:8640"');
  return z
    .string({ error })
    .meta({ title: "host and port", ...about })
    .transform((written, context) => {
      const parsed = parseListen(written);
      if ("listen" in parsed) return parsed.listen;
      context.issues.push({ code: "custom", message: parsed.problem, input: written });
      return z.NEVER;
    });
}

/** A host without port. */
export function hostName(about: About) {
  return z
    .string({ error: (issue) => notText(issue.input, "a host name") })
    .meta({ title: "host", ...about })
    .transform((written, context) => {
      const parsed = parseHost(written);
      if ("host" in parsed) return parsed.host;
      context.issues.push({ code: "custom", message: parsed.problem, input: written });
      return z.NEVER;
    });
}

/** Where a secret comes from: never the secret itself. */
export function secret(about: About) {
  const env = text({ description: "Name of the environment variable that holds it." }).regex(ENVIRONMENT_NAME, {
    error: "must be the name of an environment variable: letters, digits and _",
  });
  const file = text({ description: "File that holds it, relative to this file's folder; readable by you alone." });
  return z
    .strictObject({ env: env.optional(), file: file.optional() }, { error: (issue) => secretProblem(issue.input) })
    .refine((source) => (source.env === undefined) !== (source.file === undefined), {
      error: "a secret is either { env: NAME } or { file: PATH }: exactly one of the two",
    })
    .meta({ title: "secret", oneOf: [{ required: ["env"] }, { required: ["file"] }], ...about });
}

export type SecretSource = z.output<ReturnType<typeof secret>>;

/** A database's address: in plain text only while there is no password in it. */
export function databaseAddress(database: Database, about: About) {
  const plain = text(about).superRefine((written, context) => {
    const message = plainDatabaseProblem(written, database);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });
  return z
    .union([plain, secret({ description: "The address with its password, from outside this file." })], {
      error: "must be an address, { env: NAME } or { file: PATH }",
    })
    .meta({ title: "address or secret", ...about });
}

function addressed(parse: (text: string) => Address, about: About) {
  return z
    .string({ error: (issue) => notText(issue.input, "an address such as http://127.0.0.1:8000") })
    .meta({ format: "uri", title: "address", ...about })
    .transform((written, context) => {
      const parsed = parse(written);
      if ("url" in parsed) return parsed.url;
      context.issues.push({ code: "custom", message: parsed.problem, input: written });
      return z.NEVER;
    });
}

function notText(input: unknown, wanted: string): string | undefined {
  if (typeof input === "number" || typeof input === "boolean") {
    return wanted === "text" ? `must be text: put it in quotes, "${String(input)}"` : `must be ${wanted}`;
  }
  return input === null || input === undefined ? undefined : `must be ${wanted}`;
}

function durationProblem(input: unknown): string | undefined {
  if (typeof input === "number") return `${input} has no unit: write "${input}s", "${input}m" or "${input}h"`;
  return input === null || input === undefined ? undefined : 'must be a duration such as "30s" or "5m"';
}

function secretProblem(input: unknown): string | undefined {
  if (typeof input !== "string" && typeof input !== "number") return undefined;
  return "a secret is never written in this file: write { env: NAME } or { file: PATH } in its place";
}
