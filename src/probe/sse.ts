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
}

interface Open {
  name: string;
  data: string[];
}

/**
 * Events of a Server-Sent-Events stream (WHATWG HTML, "parsing an event stream"). A stream that ends without the last
 * empty line still gives its last event if that is what ends a stream (`[DONE]`).
 */
export function eventsOf(pieces: readonly Piece[]): StreamEvent[] {
  const decoder = new TextDecoder();
  const events: StreamEvent[] = [];
  const open: Open = { name: "", data: [] };
  let rest = "";
  pieces.forEach(({ atMs, bytes }, piece) => {
    const text = rest + decoder.decode(bytes, { stream: true });
    const endOfLine = text.includes("\r") ? anyEndOfLine : lineFeed;
    let from = 0;
    for (let to = endOfLine(text, from); to !== -1; to = endOfLine(text, from)) {
      take(text.slice(from, to), open, (event) => events.push({ atMs, piece, ...event }));
      from = to + (text.startsWith("\r\n", to) ? 2 : 1);
    }
    rest = text.slice(from);
  });
  const last = pieces.length - 1;
  const close = (event: { name: string; data: string }): void => {
    if (event.data === "[DONE]") events.push({ atMs: pieces[last]?.atMs ?? 0, piece: last, ...event });
  };
  take(rest, open, close);
  take("", open, close);
  return events;
}

function lineFeed(text: string, from: number): number {
  return text.indexOf("\n", from);
}

/** A carriage return at the very end of a piece may belong to a line feed that is still to come. */
function anyEndOfLine(text: string, from: number): number {
  const feed = text.indexOf("\n", from);
  const end = text.indexOf("\r", from);
  if (end === -1 || (feed !== -1 && feed < end)) return feed;
  return end === text.length - 1 ? -1 : end;
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
