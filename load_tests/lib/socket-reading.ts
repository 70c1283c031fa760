// Reads the frames of one answer: what is content, what is missing, twice or out of order. Knows no connection.
import type { SocketOptions } from "./socket-options.ts";
import { at, readTold } from "./read-told.ts";
import type { Told } from "./read-told.ts";

/** Why an exchange failed, each counted by itself. */
export const FAILURES = [
  "refused",
  "closed",
  "timeout",
  "error",
  "not_json",
  "lost",
  "duplicated",
  "reordered",
  "stray",
  "garbled",
  "empty",
] as const;
export type Failure = (typeof FAILURES)[number];

/** An answer as it came; times in milliseconds on the clock that `take` is given. */
export interface Reading {
  /** One frame; true: the answer is over. */
  take(frame: string, atMs: number): boolean;
  /** What it was; `broken`: why it ended before its own end. */
  end(broken?: Broken): SocketAnswer;
}

export interface Broken {
  readonly failure: Failure;
  readonly why: string;
}

export interface SocketAnswer extends Told {
  /** Absent: it was good. */
  readonly broken?: Broken;
  readonly reply: string;
  readonly firstByteMs?: number;
  /** First token of any kind. */
  readonly firstTokenMs?: number;
  /** When each piece of content came. */
  readonly contentMs: readonly number[];
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
}

type Fields = Pick<
  SocketOptions,
  | "answer"
  | "type_field"
  | "content_type"
  | "reasoning_type"
  | "done_type"
  | "error_type"
  | "text_field"
  | "id_field"
  | "seq_field"
  | "count_field"
  | "reply_field"
>;

interface State {
  readonly seen: Set<number>;
  readonly contentMs: number[];
  highest: number;
  duplicated: number;
  reordered: number;
  stray: number;
  text: string;
  firstByteMs?: number;
  firstTokenMs?: number;
  broken?: Broken;
  last?: unknown;
}

/** Begins to read the answer to message `id`. */
export function beginReading(options: Fields, id: string): Reading {
  const state: State = {
    ...{ seen: new Set(), contentMs: [], highest: -1, duplicated: 0, reordered: 0, stray: 0, text: "" },
  };
  return {
    take(text, atMs) {
      state.firstByteMs ??= atMs;
      const frame = parse(text);
      if (options.answer === "one") return whole(state, { text, frame, atMs }, options);
      if (frame === undefined) return failed(state, "not_json", `it sent what is no JSON object: ${shown(text)}`);
      return read(state, { frame, atMs, id }, options);
    },
    end: (broken) => answerOf(state, broken ?? state.broken, options),
  };
}

interface Piece {
  readonly frame: object;
  readonly atMs: number;
  readonly id: string;
}

function read(state: State, { frame, atMs, id }: Piece, options: Fields): boolean {
  const of = at(frame, options.id_field);
  if (typeof of === "string" && of !== id) {
    state.stray += 1;
    return false;
  }
  const type = at(frame, options.type_field);
  switch (type) {
    case options.content_type:
      if (isRepeated(state, at(frame, options.seq_field))) return false;
      addContent(state, at(frame, options.text_field), atMs);
      return false;
    case options.reasoning_type:
      if (!isRepeated(state, at(frame, options.seq_field))) state.firstTokenMs ??= atMs;
      return false;
    case options.done_type:
      state.last = frame;
      return true;
    case options.error_type:
      return failed(state, "error", `it said: ${shown(JSON.stringify(at(frame, "message") ?? frame))}`);
    default:
      return false;
  }
}

/** Notes the number of a frame; true: it has come before. */
function isRepeated(state: State, seq: unknown): boolean {
  if (typeof seq !== "number") return false;
  if (state.seen.has(seq)) {
    state.duplicated += 1;
    return true;
  }
  state.seen.add(seq);
  if (seq < state.highest) state.reordered += 1;
  state.highest = Math.max(state.highest, seq);
  return false;
}

function addContent(state: State, text: unknown, atMs: number): void {
  if (typeof text !== "string" || text === "") return;
  state.text += text;
  state.firstTokenMs ??= atMs;
  state.contentMs.push(atMs);
}

function whole(
  state: State,
  { text, frame, atMs }: { readonly text: string; readonly frame: object | undefined; readonly atMs: number },
  options: Fields,
): boolean {
  const reply = frame === undefined ? text : at(frame, options.reply_field);
  addContent(state, reply, atMs);
  state.last = frame ?? {};
  return true;
}

function failed(state: State, failure: Failure, why: string): true {
  state.broken = { failure, why };
  return true;
}

function answerOf(state: State, broken: Broken | undefined, options: Fields): SocketAnswer {
  const { last, seen, highest, duplicated, reordered, text, contentMs, firstByteMs, firstTokenMs } = state;
  const count = at(last, options.count_field);
  const expected = Math.max(highest + 1, typeof count === "number" ? count : 0);
  // Of an answer that broke off nobody knows what would have come.
  const lost = broken === undefined ? expected - seen.size : 0;
  const found = broken ?? wrongIn(state, lost, at(last, options.reply_field));
  return {
    ...{ reply: text, contentMs, lost, duplicated, reordered },
    ...(found !== undefined && { broken: found }),
    ...(firstByteMs !== undefined && { firstByteMs }),
    ...(firstTokenMs !== undefined && { firstTokenMs }),
    ...readTold(last),
  };
}

function wrongIn({ duplicated, reordered, stray, text }: State, lost: number, reply: unknown): Broken | undefined {
  if (lost > 0) return { failure: "lost", why: `${lost} of its messages never came` };
  if (duplicated > 0) return { failure: "duplicated", why: `${duplicated} of its messages came twice` };
  if (reordered > 0) return { failure: "reordered", why: `${reordered} of its messages came after later ones` };
  if (stray > 0) return { failure: "stray", why: `${stray} messages between them answer something else` };
  if (text === "") return { failure: "empty", why: "it ended without any content" };
  if (typeof reply === "string" && reply !== text) {
    return { failure: "garbled", why: "its pieces together are not the reply that its end tells" };
  }
  return undefined;
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function shown(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
