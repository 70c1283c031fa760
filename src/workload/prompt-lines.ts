import type { Script } from "../model/index.ts";

/** The scripts of a file, or everything that is wrong with it, each problem with its line. */
export type PromptLines =
  | { readonly scripts: readonly Script[] }
  | { readonly problems: readonly { readonly line: number; readonly text: string }[] };

/** A prompt file may be this long. */
export const MAX_PROMPT_FILE_BYTES = 64 * 1024 * 1024;

const KEYS = ["prompt", "turns", "messages", "system", "max_tokens"];
const FORMS = 'one of "prompt" (a text), "turns" (a list of texts) or "messages" (OpenAI\'s list of role and content)';

/**
 * Reads JSONL, one conversation a line: a text alone, or an object with `prompt`, `turns` or `messages`, and if
 * wanted `system` and `max_tokens`. Blank lines count as lines and say nothing.
 */
export function parsePromptLines(text: string): PromptLines {
  const scripts: Script[] = [];
  const problems: { line: number; text: string }[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === "") continue;
    const read = readLine(line);
    if (typeof read === "string") problems.push({ line: index + 1, text: read });
    else scripts.push(read);
  }
  if (problems.length > 0) return { problems };
  return scripts.length > 0 ? { scripts } : { problems: [{ line: 1, text: "there is no prompt in it" }] };
}

type Fields = Readonly<Record<string, unknown>>;

/** The script, or what is wrong. */
function readLine(line: string): Script | string {
  const value = parse(line);
  if (value === undefined) return "this is not JSON; each line is one JSON value";
  if (isText(value)) return { turns: [value] };
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return `a line is a text that is not blank, or an object with ${FORMS}`;
  }
  const fields = value as Fields;
  const unknown = Object.keys(fields).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) return `there is no "${unknown}" in a prompt; known are ${KEYS.join(", ")}`;
  const { system, max_tokens: maxTokens } = fields;
  if (system !== undefined && !isText(system)) return '"system" must be a text that is not blank';
  if (maxTokens !== undefined && !isCount(maxTokens)) return '"max_tokens" must be a whole number of at least 1';
  const said = readSaid(fields);
  if (typeof said === "string") return said;
  if (said.system !== undefined && system !== undefined) return '"system" stands both alone and in "messages"';
  return {
    ...(system === undefined ? {} : { system }),
    ...said,
    ...(maxTokens === undefined ? {} : { maxTokens }),
  };
}

function readSaid(fields: Fields): Pick<Script, "turns" | "system"> | string {
  const forms = ["prompt", "turns", "messages"].filter((key) => fields[key] !== undefined);
  if (forms.length !== 1) return `a prompt has exactly ${FORMS}`;
  const { prompt, turns, messages } = fields;
  if (prompt !== undefined) return isText(prompt) ? { turns: [prompt] } : '"prompt" must be a text that is not blank';
  if (messages !== undefined) return readMessages(messages);
  return isTexts(turns) ? { turns } : '"turns" must be a list of texts, none of them blank';
}

/** What assistants said is left out: the chatbot under test gives its own answers. */
function readMessages(given: unknown): Pick<Script, "turns" | "system"> | string {
  const problem = '"messages" must be a list of { "role": "system" | "user" | "assistant", "content": text }';
  if (!Array.isArray(given)) return problem;
  const messages = given.map((each) => (each ?? {}) as Fields);
  const isRight = messages.every(
    ({ role, content }) => ["system", "user", "assistant"].includes(String(role)) && isText(content),
  );
  if (!isRight) return problem;
  const saidBy = (wanted: string): readonly string[] =>
    messages.filter(({ role }) => role === wanted).map(({ content }) => String(content));
  const turns = saidBy("user");
  const system = saidBy("system");
  if (turns.length === 0) return '"messages" has none of a user';
  if (system.length > 1 || (system.length === 1 && messages[0]?.role !== "system")) {
    return '"messages" may have one message of the system, as the first';
  }
  return { turns, ...(system[0] === undefined ? {} : { system: system[0] }) };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every(isText);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1;
}
