import { meaningOf, type Meaning } from "./meaning.ts";
import type { ProbeAnswer, StreamEnd, StreamKind, Usage } from "./protocol.ts";
import { eventsOf, type Piece } from "./sse.ts";

/** How the connection behind a stream ended. */
export type Closing = "closed" | "broken" | "timeout" | "too_large";

export interface Received {
  readonly kind: StreamKind;
  readonly pieces: readonly (Piece & { readonly lateMs: number })[];
  readonly closing: Closing;
  readonly wantsText: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Reading = Mutable<Omit<ProbeAnswer, "end" | "gaps_ms">> & { end?: StreamEnd; gaps_ms: number[] };

interface Progress {
  readonly reading: Reading;
  done: boolean;
  failure: { readonly end: StreamEnd; readonly detail: string } | undefined;
  usage: Usage;
  text: string;
}

/** What the events of a stream say of its times and its end; content after a failure counts for nothing. */
export function readingOf(received: Received): ProbeAnswer {
  const { kind, pieces, closing, wantsText } = received;
  const progress: Progress = { reading: { gaps_ms: [] }, done: false, failure: undefined, usage: {}, text: "" };
  for (const event of eventsOf(pieces)) {
    const late = pieces[event.piece]?.lateMs ?? 0;
    note(progress, meaningOf(kind, event), { atMs: event.atMs, lateMs: late });
    if (progress.failure !== undefined) break;
  }
  const { reading, usage, text } = progress;
  return {
    ...reading,
    ...endOf(progress, closing),
    ...(Object.keys(usage).length > 0 && { usage }),
    ...(wantsText && { text }),
  };
}

function note(progress: Progress, meaning: Meaning, at: { atMs: number; lateMs: number }): void {
  const { reading } = progress;
  const { error, invalid } = meaning;
  if (error !== undefined) progress.failure = { end: "error_event", detail: `the stream said: ${error}` };
  else if (invalid !== undefined) progress.failure = { end: "invalid_data", detail: `the stream has ${invalid}` };
  if (progress.failure !== undefined) return;
  if (meaning.role === true) reading.role_ms ??= rounded(at.atMs);
  if (meaning.reasoning === true) reading.first_reasoning_ms ??= rounded(at.atMs);
  if (meaning.content === true) noteContent(reading, at);
  if (meaning.text !== undefined) progress.text += meaning.text;
  if (meaning.finishReason !== undefined) reading.finish_reason = meaning.finishReason;
  if (meaning.usage !== undefined) progress.usage = { ...progress.usage, ...meaning.usage };
  if (meaning.cached !== undefined) reading.cached = meaning.cached;
  if (meaning.done === true) progress.done = true;
}

function noteContent(reading: Reading, { atMs, lateMs }: { atMs: number; lateMs: number }): void {
  const at = rounded(atMs);
  if (reading.first_content_ms === undefined) {
    reading.first_content_ms = at;
    reading.late_ms = rounded(lateMs);
  } else {
    reading.gaps_ms.push(rounded(at - (reading.last_content_ms ?? at)));
  }
  reading.last_content_ms = at;
}

/** Microseconds: finer is noise, and longer to send. */
export function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

/** What is done is done, however the connection went afterwards; a finish reason is as good as `[DONE]`. */
function endOf(
  { done, failure, reading }: Progress,
  closing: Closing,
): { readonly end: StreamEnd; readonly detail?: string } {
  if (failure !== undefined) return failure;
  const whole = done || (reading.finish_reason !== undefined && closing === "closed");
  if (whole) return reading.first_content_ms === undefined ? { end: "empty" } : { end: "complete" };
  switch (closing) {
    case "timeout":
      return { end: "timeout", detail: "the stream did not end in time" };
    case "too_large":
      return { end: "too_large", detail: "the stream is larger than the probe reads" };
    case "broken":
      return { end: "cut", detail: "the connection broke before the answer was whole" };
    case "closed":
      return { end: "cut", detail: "the stream ended before the answer did" };
  }
}
