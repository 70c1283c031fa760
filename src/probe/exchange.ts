import { after } from "../platform/clock.ts";
import type { LoopMeter } from "../platform/loop-meter.ts";
import type { AnswerHandlers, AnswerHeaders, StreamedPosts } from "../platform/streamed-posts.ts";
import { cacheOf } from "./cache-headers.ts";
import type { Ask, ProbeAnswer, StreamEnd } from "./protocol.ts";
import { readingOf, rounded, type Closing } from "./reading.ts";
import { probeShortage } from "./shortage.ts";
import type { Piece } from "./sse.ts";

const MAX_BYTES = 64 * 1024 * 1024;
/** A server that has said that it is done and leaves the connection open is not waited for any longer. */
const LINGER_MS = 1_000;
const DONE = Buffer.from("[DONE]");
/** `data: [DONE]`, line ends, and the end of a chunk. */
const DONE_WITHIN = 32;

export interface ExchangeInput {
  readonly ask: Ask;
  readonly posts: StreamedPosts;
  readonly meter: LoopMeter;
  /** When the request reached the probe. */
  readonly arrivedAt: number;
  /** At most so long had it lain there unseen by then. */
  readonly arrivedLateMs: number;
  /** The caller has left: nobody wants the answer. */
  readonly gone: AbortSignal;
}

/** It could not be carried out for a reason that is not the target's: nothing is known of what that would have done. */
export interface Lost {
  readonly lost: string;
}

interface Exchange {
  readonly input: ExchangeInput;
  readonly pieces: (Piece & { readonly lateMs: number })[];
  readonly resolve: (answer: ProbeAnswer | Lost) => void;
  cancels: (() => void)[];
  /** Gives the answer up. */
  abort: () => void;
  /** Milliseconds of `performance.now()`; `postedAt`: from then on it waited for a connection only. */
  postedAt: number;
  sentAt?: number;
  headAt?: number;
  status?: number;
  headers: AnswerHeaders;
  bytes: number;
  timedOut: boolean;
  lingering: boolean;
  ended: boolean;
}

/** Sends one request and reads its streamed answer. The work between two pieces is kept to a note of each: they are read at the end. */
export function exchange(input: ExchangeInput): Promise<ProbeAnswer | Lost> {
  return new Promise((resolve) => {
    const state: Exchange = {
      ...{ input, resolve, pieces: [], cancels: [], headers: {}, bytes: 0, abort: () => undefined },
      ...{ timedOut: false, lingering: false, ended: false, postedAt: input.meter.turn() },
    };
    const { ask, posts, gone } = input;
    state.cancels.push(
      after(ask.timeout_ms, () => giveUp(state, "timeout")),
      listen(gone, () => giveUp(state, "broken")),
    );
    const headers = { "accept-encoding": "identity", accept: "text/event-stream", ...ask.headers };
    state.abort = posts.post({ path: ask.path, headers, body: ask.body }, handlersOf(state));
    if (gone.aborted) giveUp(state, "broken");
  });
}

function handlersOf(state: Exchange): AnswerHandlers {
  const { meter } = state.input;
  return {
    onSent: () => {
      state.sentAt = meter.turn();
    },
    onHead(status, headers) {
      state.headAt = meter.turn();
      state.status = status;
      state.headers = headers;
      const why = refusalOf(state);
      if (why === undefined) return;
      settle(state, why);
      state.abort();
    },
    onBytes(bytes) {
      const now = meter.turn();
      state.bytes += bytes.length;
      state.pieces.push({ atMs: now - (state.sentAt ?? now), lateMs: meter.late(), bytes });
      if (state.bytes > MAX_BYTES) giveUp(state, "too_large");
      else if (!state.lingering && saysDone(state.input.ask, bytes)) linger(state);
    },
    onEnd() {
      meter.turn();
      finish(state, "closed");
    },
    onError(error) {
      meter.turn();
      const lost = probeShortage(codeOf(error));
      if (lost !== undefined) lose(state, lost);
      else if (state.headAt !== undefined) finish(state, "broken");
      else settle(state, { end: "no_connection", detail: `no answer: ${codeOf(error)}` });
    },
  };
}

function giveUp(state: Exchange, closing: Closing): void {
  finish(state, closing);
  state.abort();
}

function listen(signal: AbortSignal, act: () => void): () => void {
  signal.addEventListener("abort", act, { once: true });
  return () => signal.removeEventListener("abort", act);
}

/** Why the answer is none, as its head tells. */
function refusalOf({ status = 0, headers }: Exchange): { end: StreamEnd; detail: string } | undefined {
  if (status >= 300 && status < 400) {
    return { end: "redirect", detail: `status ${status}: a redirect is no answer, and is not followed` };
  }
  if (status !== 200) return { end: "bad_status", detail: `status ${status}` };
  const type = (headers["content-type"] ?? "nothing").slice(0, 100);
  if (!/^text\/event-stream\b/i.test(type)) {
    return { end: "not_a_stream", detail: `status 200, but its content type is ${type}, not text/event-stream` };
  }
  const encoding = headers["content-encoding"];
  if (encoding === undefined || encoding === "identity") return undefined;
  return { end: "not_a_stream", detail: "it is compressed, which hides when its chunks come" };
}

function saysDone({ kind }: Ask, bytes: Uint8Array): boolean {
  if (kind !== "openai") return false;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(
    DONE,
    Math.max(0, bytes.length - DONE_WITHIN),
  );
}

/** Only a stream that is whole is ended; one that merely spoke of it goes on. */
function linger(state: Exchange): void {
  state.lingering = true;
  state.cancels.push(
    after(LINGER_MS, () => {
      if (reading(state, "timeout").end === "complete") giveUp(state, "timeout");
    }),
  );
}

/** The system's word (`ECONNREFUSED`), never a text that might hold a part of the request. */
function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : "the connection failed";
}

function finish(state: Exchange, closing: Closing): void {
  if (state.ended) return;
  if (state.headAt === undefined) settle(state, { end: "timeout", detail: "no answer came in time" });
  else settle(state, reading(state, closing), closing === "closed");
}

function reading({ pieces, input: { ask } }: Exchange, closing: Closing): ProbeAnswer {
  return readingOf({ kind: ask.kind, pieces, closing, wantsText: ask.text === true });
}

function lose(state: Exchange, lost: string): void {
  if (hasEnded(state)) return;
  state.resolve({ lost });
}

/** False the first time: nothing more is waited for. */
function hasEnded(state: Exchange): boolean {
  if (state.ended) return true;
  state.ended = true;
  for (const cancel of state.cancels) cancel();
  return false;
}

function settle(state: Exchange, told: ProbeAnswer, closed = false): void {
  if (hasEnded(state)) return;
  const { postedAt, sentAt, headAt, status, headers, input } = state;
  const now = input.meter.turn();
  input.meter.worked();
  state.resolve({
    ...(status !== undefined && { status }),
    ...(sentAt !== undefined && { dispatch_ms: rounded(sentAt - input.arrivedAt) }),
    ...(sentAt !== undefined && { queue_ms: rounded(input.arrivedLateMs + postedAt - input.arrivedAt) }),
    ...(sentAt !== undefined && headAt !== undefined && { first_byte_ms: rounded(headAt - sentAt) }),
    ...(sentAt !== undefined && closed && { closed_ms: rounded(now - sentAt) }),
    ...cacheOf(headers),
    ...told,
  });
}
