import type { Response } from "express";
import { sendFailure } from "../http/errors.ts";
import type { LedgerPage } from "../http/ledger.ts";
import { eventText } from "../http/sse.ts";
import { goneSignal, startEvents, writeTo } from "../http/writing.ts";
import type { CacheState } from "./answering.ts";
import { failureOf } from "./failures.ts";
import type { Streamed } from "./streaming.ts";

type Delta = Extract<Streamed, { kind: "delta" }>;
type Done = Extract<Streamed, { kind: "done" }>;
type Failure = Extract<Streamed, { kind: "failed" }>["failure"];

/** How a stream of answers is written as events: each function returns text for the wire. */
export interface EventForm {
  readonly begin: (cache: CacheState) => string;
  readonly delta: (delta: Delta) => string;
  readonly done: (done: Done, cache: CacheState) => string;
  readonly failed: (failure: Failure) => string;
}

/** Writes a streamed answer, no faster than it is read; a failure before the first event is an ordinary error. */
export async function writeEvents(
  res: Response,
  open: (gone: AbortSignal) => AsyncIterable<Streamed>,
  form: EventForm,
): Promise<void> {
  const gone = goneSignal(res);
  const page = res.locals.page as LedgerPage;
  const state: { cache: CacheState } = { cache: "miss" };
  for await (const piece of open(gone)) {
    if (gone.aborted) return;
    if (piece.kind === "begin") {
      state.cache = piece.cache;
      res.set("x-cache", piece.cache);
      startEvents(res);
    }
    if (piece.kind === "failed" && !res.headersSent) {
      sendFailure(res, failureOf(piece.failure));
      return;
    }
    const text = textOf(form, piece, state.cache);
    if (text !== "") {
      page.wrote(piece.kind === "delta" ? deltaKind(piece) : piece.kind);
      if (!(await writeTo(res, text, gone))) return;
    }
    res.locals.failed = piece.kind === "failed";
    if (piece.kind !== "begin" && piece.kind !== "delta") break;
  }
  res.locals.cached = state.cache === "hit";
  res.end();
}

function textOf(form: EventForm, piece: Streamed, cache: CacheState): string {
  switch (piece.kind) {
    case "begin":
      return form.begin(cache);
    case "delta":
      return form.delta(piece);
    case "done":
      return form.done(piece, cache);
    case "failed":
      return form.failed(piece.failure);
  }
}

/** What a delta brings, in the words of the ledger. */
export function deltaKind({ content, reasoning }: Delta): string {
  if (content !== "") return "content";
  return reasoning === "" ? "empty" : "reasoning";
}

/** The chatbot's own form: `token`, `reasoning`, `done` and `error` events. */
export const CHAT_EVENTS: EventForm = {
  begin: () => "",
  delta: ({ content, reasoning }) => {
    const text = reasoning === "" ? "" : eventText("reasoning", { text: reasoning });
    return content === "" ? text : text + eventText("token", { text: content });
  },
  done: ({ completion }, cache) =>
    eventText("done", { reply: completion.text, usage: completion.usage, cached: cache === "hit" }),
  failed: (failure) => eventText("error", { error: { message: failure.problem, type: failure.kind } }),
};
