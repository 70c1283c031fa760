import type { z } from "zod";
import { refusal, type Answer } from "./answer.ts";

/** A value as its schema wants it, or the answer that lists everything wrong with it. */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: "body" | "query",
): { readonly value: z.output<Schema> } | { readonly answer: Answer } {
  const result = schema.safeParse(value);
  if (result.success) return { value: result.data };
  const known = knownKeys(schema);
  const problems = result.error.issues.map((issue) => {
    if (issue.code !== "unrecognized_keys") return `${whereOf(issue.path, what)}: ${sentence(issue)}`;
    const keys = issue.keys.map((key) => JSON.stringify(key.slice(0, 80))).join(", ");
    const hint = known.length === 0 ? "none is known here" : `known: ${known.join(", ")}`;
    return `unknown ${issue.keys.length === 1 ? "key" : "keys"} ${keys} in the ${what}; ${hint}`;
  });
  const message = `The ${what} was refused: ${problems.join("; ")}.`;
  return { answer: refusal({ status: 400, code: "bad_request", message, problems }) };
}

function sentence(issue: z.core.$ZodIssue): string {
  const text = issue.message.replace(/^Invalid input: /, "");
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

function whereOf(path: readonly PropertyKey[], what: string): string {
  return path.length === 0 ? `the ${what}` : path.map(String).join(".");
}

function knownKeys(schema: z.ZodType): readonly string[] {
  return "shape" in schema && typeof schema.shape === "object" && schema.shape !== null
    ? Object.keys(schema.shape)
    : [];
}
