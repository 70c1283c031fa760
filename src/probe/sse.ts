/** A piece of an answer as the socket gave it. */
export interface Piece {
  /** Milliseconds since the request was written. */
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

/** One event of a stream, at the time of the piece that completed it. */
export interface StreamEvent {
  readonly atMs: number;
  /** Index of that piece. */
  readonly piece: number;
  readonly name: string;
  readonly data: string;
  /** It is none: a line was longer than any event may be. */
  readonly tooLong?: true;
}

interface Open {
  name: string;
  data: string[];
}

/** A line longer than this is no event of a chat, and a stream may not fill the memory with one. */
const MAX_LINE = 1024 * 1024;

/**
 * Events of a Server-Sent-Events stream (WHATWG HTML, "parsing an event stream"). A stream that ends without the last
 * empty line still gives its last event if that is what ends a stream (`[DONE]`). Behind a line that is too long nothing
 * is read: the last event then says so.
 */
export function eventsOf(pieces: readonly Piece[]): StreamEvent[] {
  const decoder = new TextDecoder();
  const events: StreamEvent[] = [];
  const open: Open = { name: "", data: [] };
  const tooLong = { name: "", data: "", tooLong: true } as const;
  const rest = new Rest();
  for (const [piece, { atMs, bytes }] of pieces.entries()) {
    const came = decoder.decode(bytes, { stream: true });
    const text = rest.length === 0 ? came : rest.with(came);
    const endOfLine = text.includes("\r") ? anyEndOfLine(text) : lineFeed;
    let from = 0;
    for (let to = endOfLine(text, from); to !== -1; to = endOfLine(text, from)) {
      if (to - from > MAX_LINE) return [...events, { atMs, piece, ...tooLong }];
      take(text.slice(from, to), open, (event) => events.push({ atMs, piece, ...event }));
      from = to + (text.startsWith("\r\n", to) ? 2 : 1);
    }
    if (from < text.length) rest.keep(text.slice(from));
    if (rest.length > MAX_LINE + 1) return [...events, { atMs, piece, ...tooLong }];
  }
  const last = pieces.length - 1;
  const close = (event: { name: string; data: string }): void => {
    if (event.data === "[DONE]") events.push({ atMs: pieces[last]?.atMs ?? 0, piece: last, ...event });
  };
  take(rest.all(), open, close);
  take("", open, close);
  return events;
}

/** What has come of a line that has not ended: put together once, when its end comes, and not with each piece. */
class Rest {
  length = 0;
  #parts: string[] = [];

  keep(text: string): void {
    this.#parts.push(text);
    this.length += text.length;
  }

  all(): string {
    const text = this.#parts.join("");
    this.#parts = [];
    this.length = 0;
    return text;
  }

  /** The rest and what follows it; empty where no line ends in them: they are the rest. */
  with(text: string): string {
    const mayEnd = text.includes("\n") || text.includes("\r") || this.#parts.at(-1)?.endsWith("\r") === true;
    if (text !== "") this.keep(text);
    return mayEnd ? this.all() : "";
  }
}

function lineFeed(text: string, from: number): number {
  return text.indexOf("\n", from);
}

/** Tells where the first line end at or behind a place is, -1: nowhere; to be asked for places that rise. */
function anyEndOfLine(text: string): (text: string, from: number) => number {
  const [feed, end] = [places(text, "\n"), places(text, "\r")];
  return (_, from) => {
    const [nextFeed, nextReturn] = [feed(from), end(from)];
    if (nextReturn === -1 || (nextFeed !== -1 && nextFeed < nextReturn)) return nextFeed;
    // A carriage return at the very end of a piece may belong to a line feed that is still to come.
    return nextReturn === text.length - 1 ? -1 : nextReturn;
  };
}

/** As `indexOf` with places that rise, looking at each character once. */
function places(text: string, what: string): (from: number) => number {
  let found = text.indexOf(what);
  return (from) => {
    if (found !== -1 && found < from) found = text.indexOf(what, from);
    return found;
  };
}

function take(line: string, open: Open, emit: (event: { name: string; data: string }) => void): void {
  if (line === "") {
    if (open.data.length > 0) emit({ name: open.name, data: open.data.join("\n") });
    open.name = "";
    open.data = [];
  } else if (line.startsWith("data:")) {
    open.data.push(line.slice(line.startsWith("data: ") ? 6 : 5));
  } else if (line.startsWith("event:")) {
    open.name = line.slice(line.startsWith("event: ") ? 7 : 6);
  }
}
