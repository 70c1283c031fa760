import type { z } from "zod";
import { quote } from "./quantity.ts";
import { editorSchema } from "./schema.ts";
import { hint } from "./suggest.ts";
import type { Path } from "./yaml-text.ts";

/** A problem at a place of the file. */
export interface Fault {
  readonly path: Path;
  readonly at: "key" | "value";
  readonly message: string;
}

type Issue = z.core.$ZodIssue;
type JsonSchema = Readonly<Record<string, unknown>>;

/** Turns what the schema says of `raw` into sentences for people. */
export function explain(issues: readonly Issue[], raw: unknown): readonly Fault[] {
  return sentences(issues, raw, editorSchema());
}

function sentences(issues: readonly Issue[], raw: unknown, schema: JsonSchema): readonly Fault[] {
  // A secret with a misspelt key is also none of its two forms: once is enough.
  const unknownAt = new Set(issues.filter((i) => i.code === "unrecognized_keys").map((i) => pathText(i.path)));
  return issues
    .filter((issue) => issue.code !== "custom" || !unknownAt.has(pathText(issue.path)))
    .flatMap((issue) => faultsOf(issue, raw, schema));
}

/** `scenarios.chat-api.pattern`, safe to print. */
export function pathText(path: Path): string {
  return path.map((step) => (/^[\w.-]{1,63}$/.test(String(step)) ? String(step) : quote(String(step)))).join(".");
}

function faultsOf(issue: Issue, raw: unknown, schema: JsonSchema): readonly Fault[] {
  const { path } = issue;
  const value = valueAt(raw, path);
  const where = path.length === 0 ? "the file" : pathText(path);
  const fault = (message: string, at: "key" | "value" = "value"): readonly Fault[] => [{ path, at, message }];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(path, key, schema));
    case "invalid_type":
      return fault(typeSentence(issue, { where, value, about: descriptionAt(schema, path) }));
    case "invalid_value": {
      if (typeof value !== "string")
        return fault(value === undefined ? `${where} is missing` : `${where}: must be text`);
      return fault(unknownWord(where, value, { words: issue.values.map(String), noun: nounOf(path) }));
    }
    case "invalid_key":
      return fault(`${where}: ${issue.issues[0]?.message ?? "not a possible name"}`, "key");
    case "invalid_union":
      return unionFaults(issue, raw, schema);
    case "custom":
      return fault(`${where}: ${issue.message}`, issue.params?.atKey === true ? "key" : "value");
    default:
      return fault(`${where}: ${issue.message}`);
  }
}

function unknownKey(path: Path, key: string, schema: JsonSchema): Fault {
  const known = Object.keys(schemaAt(schema, path)?.properties ?? {});
  const inside = path.length === 0 ? "" : ` in ${pathText(path)}`;
  return { path: [...path, key], at: "key", message: `unknown key ${quote(key)}${inside}${hint(key, known, "keys")}` };
}

function nounOf(path: Path): string {
  const nouns: Readonly<Record<string, string>> = {
    ...{ overlap: "overlap", cache: "cache state", repeat: "repeat", traffic: "traffic" },
    environment: "environment demand",
  };
  return nouns[String(path.at(-1))] ?? "pattern";
}

interface Choice {
  readonly words: readonly string[];
  readonly noun: string;
}

function unknownWord(where: string, value: string, { words, noun }: Choice): string {
  return `${where}: unknown ${noun} ${quote(value)}${hint(value, words, `${noun}s`)}`;
}

interface Place {
  readonly where: string;
  readonly value: unknown;
  readonly about: string | undefined;
}

function typeSentence(issue: Issue & { code: "invalid_type" }, { where, value, about }: Place): string {
  const aim = about === undefined ? "" : `: ${about}`;
  if (value === undefined) return `${where} is missing${aim}`;
  if (value === null) return `${where} is empty${aim}`;
  if (!issue.message.startsWith("Invalid input")) return `${where}: ${issue.message}`;
  const wanted = issue.expected === "string" ? "text" : "a mapping (key: value)";
  return `${where} must be ${wanted}, not ${Array.isArray(value) ? "a list" : `a ${typeof value}`}`;
}

/** Of the forms a value can have, explains the one that the person seems to have meant. */
function unionFaults(issue: Issue & { code: "invalid_union" }, raw: unknown, schema: JsonSchema): readonly Fault[] {
  const { path } = issue;
  const value = valueAt(raw, path);
  const where = pathText(path);
  const meant = issue.errors.find((branch) => !branch.some((inner) => isOtherForm(inner, value)));
  if (meant !== undefined && meant.length > 0) {
    const moved = meant.map((inner) => ({ ...inner, path: [...path, ...inner.path] }));
    return sentences(moved, raw, schema);
  }
  if (value === undefined || value === null) {
    const about = descriptionAt(schema, path);
    const what = value === undefined ? "missing" : "empty";
    return [{ path, at: "value", message: `${where} is ${what}${about === undefined ? "" : `: ${about}`}` }];
  }
  const custom = issue.message.startsWith("Invalid input") ? "must be plain data" : issue.message;
  return [{ path, at: "value", message: `${where}: ${custom}` }];
}

function isOtherForm(issue: Issue, value: unknown): boolean {
  if (issue.path.length > 0) return false;
  return issue.code === "invalid_type" || (issue.code === "invalid_value" && typeof value !== "string");
}

function valueAt(raw: unknown, path: Path): unknown {
  let value = raw;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

function descriptionAt(schema: JsonSchema, path: Path): string | undefined {
  const found = schemaAt(schema, path)?.description;
  if (typeof found !== "string") return undefined;
  const [first = ""] = found.split(/\.(?:\s|$)/);
  return first.charAt(0).toLowerCase() + first.slice(1);
}

function schemaAt(schema: JsonSchema, path: Path): JsonSchema | undefined {
  let here: JsonSchema | undefined = schema;
  for (const step of path) {
    const properties = (mappingOf(here)?.properties ?? {}) as Record<string, JsonSchema>;
    const others: unknown = mappingOf(here)?.additionalProperties;
    if (typeof step === "number" && typeof here?.items === "object") here = here.items as JsonSchema;
    else if (Object.hasOwn(properties, String(step))) here = properties[String(step)];
    else here = typeof others === "object" ? (others as JsonSchema) : undefined;
  }
  return mappingOf(here);
}

/** Of a choice, the form that is a mapping. */
function mappingOf(schema: JsonSchema | undefined): JsonSchema | undefined {
  const forms = schema?.anyOf as readonly JsonSchema[] | undefined;
  const mapping = forms?.find((form) => form.properties !== undefined);
  return mapping === undefined ? schema : { ...mapping, description: schema?.description ?? mapping.description };
}
