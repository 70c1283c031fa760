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
  /** k6 lacked something of its own: the target has no part in it. */
  readonly own?: boolean;
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
  readonly id: string;
  readonly contentMs: number[];
  /** Numbers below the highest that have not come. */
  readonly missing: Set<number>;
  highest: number;
  /** Not in `missing`, there are too many of them. */
  skipped: number;
  duplicated: number;
  reordered: number;
  stray: number;
  text: string;
  firstByteMs?: number;
  firstTokenMs?: number;
  broken?: Broken;
  last?: unknown;
}

const MOST_MISSING = 10_000;

/** To be called once a script: thousands of frames a second go through what it returns, which begins to read an answer. */
export function readings(options: Fields): (id: string) => Reading {
  const of = { id: fieldAt(options.id_field), type: fieldAt(options.type_field) };
  const pieceOf = { seq: fieldAt(options.seq_field), text: fieldAt(options.text_field) };
  const take = (state: State, text: string, atMs: number): boolean => {
    state.firstByteMs ??= atMs;
    const frame = parse(text);
    if (options.answer === "one") return whole(state, { text, frame, atMs }, options);
    if (frame === undefined) return failed(state, "not_json", `it sent what is no JSON object: ${shown(text)}`);
    const id = of.id(frame);
    if (id !== state.id && typeof id === "string") {
      state.stray += 1;
      return false;
    }
    const type = of.type(frame);
    if (type === options.content_type) {
      if (!isRepeated(state, pieceOf.seq(frame))) addContent(state, pieceOf.text(frame), atMs);
      return false;
    }
    if (type === options.reasoning_type) {
      if (!isRepeated(state, pieceOf.seq(frame))) state.firstTokenMs ??= atMs;
      return false;
    }
    return isEnd(state, { type, frame }, options);
  };
  return (id) => {
    const state: State = {
      ...{ id, contentMs: [], missing: new Set(), highest: -1, skipped: 0 },
      ...{ duplicated: 0, reordered: 0, stray: 0, text: "" },
    };
    return {
      take: (text, atMs) => take(state, text, atMs),
      end: (broken) => answerOf(state, broken ?? state.broken, options),
    };
  };
}

function fieldAt(path: string): (frame: object) => unknown {
  if (path.includes(".")) return (frame) => at(frame, path);
  return (frame) => (frame as Readonly<Record<string, unknown>>)[path];
}

function isEnd(
  state: State,
  { type, frame }: { readonly type: unknown; readonly frame: object },
  options: Fields,
): boolean {
  if (type === options.done_type) {
    state.last = frame;
    return true;
  }
  if (type !== options.error_type) return false;
  return failed(state, "error", `it said: ${shown(JSON.stringify(at(frame, "message") ?? frame))}`);
}

/** Notes the number of a frame; true: it has come before. */
function isRepeated(state: State, seq: unknown): boolean {
  if (seq === state.highest + 1) {
    state.highest += 1;
    return false;
  }
  if (typeof seq !== "number" || !Number.isInteger(seq)) return false;
  if (seq <= state.highest) {
    const isLate = state.missing.delete(seq);
    if (isLate) state.reordered += 1;
    else state.duplicated += 1;
    return !isLate;
  }
  for (let number = state.highest + 1; number < seq; number += 1) {
    if (state.missing.size < MOST_MISSING) state.missing.add(number);
    else {
      state.skipped += seq - number;
      break;
    }
  }
  state.highest = seq;
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
  const { last, missing, skipped, highest, duplicated, reordered, text, contentMs, firstByteMs, firstTokenMs } = state;
  const count = at(last, options.count_field);
  const behind = typeof count === "number" ? Math.max(0, count - (highest + 1)) : 0;
  // Of an answer that broke off nobody knows what would have come.
  const lost = broken === undefined ? missing.size + skipped + behind : 0;
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
