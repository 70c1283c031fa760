// One WebSocket connection as promises. k6's own object must be handled with care: `close` before it is open blocks the
// user for good, and an exception in a listener closes the connection behind one's back.
import { clearTimeout, setTimeout } from "k6/timers";
import { WebSocket } from "k6/websockets";
import type { Broken, Reading } from "./socket-reading.ts";

export interface Socket {
  isOpen(): boolean;
  /** Sends, and hands what comes to `reading` until that is over; resolves with what broke it, if anything did. */
  exchange(message: string, reading: Reading, timeoutMs: number): Promise<Broken | undefined>;
  close(): void;
}

export interface Dial {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

interface State {
  open: boolean;
  closed?: Broken;
  error?: string;
  reading?: Reading;
  settle?: (broken: Broken | undefined) => void;
}

/** Connects; resolves with the connection, or with why there is none. */
export async function connect(dial: Dial): Promise<{ readonly socket: Socket } | { readonly broken: Broken }> {
  const state: State = { open: false };
  const ws = new WebSocket(dial.url, null, { headers: { ...dial.headers } });
  const broken = await new Promise<Broken | undefined>((resolve) => {
    const late = setTimeout(() => resolve(timeout(dial.timeoutMs, "the connection")), dial.timeoutMs);
    const settle = (how: Broken | undefined): void => {
      clearTimeout(late);
      resolve(how);
    };
    ws.onopen = () => {
      state.open = true;
      settle(undefined);
    };
    listen(ws, state, settle);
  });
  // Open after all, but too late: nobody will use it.
  if (broken !== undefined) ws.onopen = () => ws.close();
  if (broken !== undefined) return { broken };
  return { socket: socketOf(ws, state) };
}

function listen(ws: WebSocket, state: State, refused: (how: Broken) => void): void {
  ws.onerror = (event) => {
    state.error = (event as { readonly error?: string } | undefined)?.error ?? "unknown";
    if (!state.open) refused(refusal(state.error));
  };
  ws.onclose = () => {
    state.closed = { failure: "closed", why: closedText(state.error) };
    if (!state.open) refused({ failure: "refused", why: "the connection was closed before it was open" });
    state.open = false;
    state.settle?.(state.closed);
  };
  ws.onmessage = (event) => {
    if (event === undefined || state.reading === undefined || state.settle === undefined) return;
    // k6 notes the time at which it read the message, before it waits for this user's turn.
    const { data, timestamp } = event;
    if (state.reading.take(typeof data === "string" ? data : "", timestamp)) state.settle(undefined);
  };
}

function socketOf(ws: WebSocket, state: State): Socket {
  return {
    isOpen: () => state.open,
    close() {
      if (!state.open) return;
      state.open = false;
      ws.close();
    },
    async exchange(message, reading, timeoutMs) {
      if (!state.open) return state.closed ?? { failure: "closed", why: closedText(state.error) };
      const broken = await new Promise<Broken | undefined>((resolve) => {
        const late = setTimeout(() => resolve(timeout(timeoutMs, "the end of the answer")), timeoutMs);
        state.reading = reading;
        state.settle = (how) => {
          clearTimeout(late);
          resolve(how);
        };
        try {
          ws.send(message);
        } catch {
          state.settle({ failure: "closed", why: closedText(state.error) });
        }
      });
      delete state.settle;
      delete state.reading;
      return broken;
    },
  };
}

/** Go's words for EMFILE, ENFILE, EADDRNOTAVAIL, ENOBUFS and ENOMEM where k6 was to connect. */
const SHORT_OF =
  /^dial .*: (?:too many open files(?: in system)?|cannot assign requested address|no buffer space available|cannot allocate memory)$/;

function refusal(error: string): Broken {
  if (SHORT_OF.test(error)) return { failure: "refused", why: `the load generator ran short (${error})`, own: true };
  return { failure: "refused", why: refusedText(error) };
}

function refusedText(error: string): string {
  // k6 does not tell the status: it is any answer but an upgrade, a 404 as well as a page of HTML with 200.
  const hint = error.includes("bad handshake") ? "it answered, but with no WebSocket; is the path right?" : error;
  return `the connection was refused (${hint})`;
}

function timeout(ms: number, what: string): Broken {
  return { failure: "timeout", why: `${what} did not come within ${ms / 1000} s` };
}

function closedText(error: string | undefined): string {
  return `the connection was closed by the other side${error === undefined ? "" : ` (${error})`}`;
}
