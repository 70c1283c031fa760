/** One event of Server-Sent Events; comments and fields other than these are not of interest here. */
export interface SseEvent {
  readonly event?: string;
  readonly data: string;
}

/** Reads events as they come, whatever the borders of the pieces are; an event without its blank line is dropped. */
export async function* eventsOf(body: AsyncIterable<Buffer>): AsyncGenerator<SseEvent, void, undefined> {
  // A character of several bytes may lie across two pieces.
  const decoder = new TextDecoder();
  const state = { rest: "" };
  for await (const bytes of body) {
    const parts = (state.rest + decoder.decode(bytes, { stream: true })).split(/\r?\n\r?\n/);
    state.rest = parts.pop() ?? "";
    for (const part of parts) {
      const event = readEvent(part);
      if (event !== undefined) yield event;
    }
  }
}

function readEvent(text: string): SseEvent | undefined {
  const lines = text.split(/\r?\n/);
  const field = (name: string): readonly string[] =>
    lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).replace(/^ /, ""));
  const data = field("data");
  const [event] = field("event");
  if (data.length === 0) return undefined;
  return { ...(event === undefined ? {} : { event }), data: data.join("\n") };
}

/** The text of one event; `data` is written as JSON and therefore one line. */
export function eventText(event: string | undefined, data: unknown): string {
  return `${event === undefined ? "" : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
}
