import type { RawData, WebSocket } from "ws";
import type { LedgerPage } from "../http/ledger.ts";
import type { ChatAsk } from "./answering.ts";
import { deltaKind } from "./event-streams.ts";
import { begin } from "./ground.ts";
import type { ChatbotGround } from "./ground.ts";
import { parseChat } from "./input.ts";
import type { Streamed } from "./streaming.ts";
import { chatStream } from "./streaming.ts";

type Wishes = Pick<ChatAsk, "cache" | "simulate">;

/** One message on its way; `seq` numbers its deltas from 0, so that lost and reordered ones are seen. */
interface Talk {
  readonly id: string;
  readonly page: LedgerPage;
  seq: number;
  cached: boolean;
}

const GOING_AWAY = 1001;

/**
 * One connection. In: `{ "id"?, "conversation_id", "message" }`, one at a time. Out, each with that id (or one of our
 * own): `start`, then `reasoning` and `token` with `seq` and `text`, then `done`; or `error` at any point.
 */
export class SocketChat {
  readonly #ground: ChatbotGround;
  readonly #socket: WebSocket;
  readonly #wishes: Wishes;
  readonly #gone = new AbortController();
  #busy = false;
  #finishing = false;

  constructor(ground: ChatbotGround, socket: WebSocket, wishes: Wishes) {
    this.#ground = ground;
    this.#socket = socket;
    this.#wishes = wishes;
    socket.on("message", (data) => void this.#receive(data));
    socket.on("close", () => this.#gone.abort());
  }

  /** Closes the connection, once the answer under way is told. */
  finish(): void {
    this.#finishing = true;
    if (!this.#busy) this.#socket.close(GOING_AWAY, "the chatbot stops");
  }

  async #receive(data: RawData): Promise<void> {
    const page = begin(this.#ground, performance.now());
    const given = parse(data);
    const id = idOf(given) ?? page.id;
    const input = parseChat(given);
    if (!input.ok || this.#busy) {
      const message = input.ok ? "One message at a time: wait for `done` or `error`." : input.problem;
      this.#ground.totals.bad_requests += 1;
      page.ended("bad_requests");
      await this.#send({ type: "error", id, code: input.ok ? "busy" : "bad_request", message });
      return;
    }
    this.#busy = true;
    try {
      const talk: Talk = { id, page, seq: 0, cached: false };
      this.#count(talk, await this.#answer(talk, { ...input.value, ...this.#wishes }));
    } catch (error) {
      this.#ground.log(`/ws failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      this.#socket.close(1011, "something unexpected went wrong");
    } finally {
      this.#busy = false;
    }
    if (this.#finishing) this.finish();
  }

  async #answer(talk: Talk, ask: ChatAsk): Promise<"answered" | "failed" | "abandoned"> {
    for await (const piece of chatStream(this.#ground.parts, ask, this.#gone.signal)) {
      if (this.#gone.signal.aborted) return "abandoned";
      const frame = frameOf(talk, piece);
      if (frame === undefined) continue;
      talk.page.wrote(piece.kind === "delta" ? deltaKind(piece) : piece.kind);
      if (!(await this.#send(frame))) return "abandoned";
      if (piece.kind === "failed") return "failed";
      if (piece.kind === "done") return "answered";
    }
    return "abandoned";
  }

  #count(talk: Talk, ending: "answered" | "failed" | "abandoned"): void {
    const { totals } = this.#ground;
    totals[ending === "answered" ? "answered" : "failed"] += 1;
    if (ending === "answered" && talk.cached) totals.cached += 1;
    talk.page.ended(ending);
  }

  /** Resolves once the kernel has it: so a slow reader slows us, and the provider behind us. False: nobody is there. */
  #send(frame: object): Promise<boolean> {
    if (this.#socket.readyState !== this.#socket.OPEN) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#socket.send(JSON.stringify(frame), (error) => resolve(!error));
    });
  }
}

function frameOf(talk: Talk, piece: Streamed): object | undefined {
  const { id, page } = talk;
  switch (piece.kind) {
    case "begin":
      talk.cached = piece.cache === "hit";
      return { type: "start", id, request_id: page.id, cached: talk.cached };
    case "delta":
      if (piece.content === "" && piece.reasoning === "") return undefined;
      return piece.content === ""
        ? { type: "reasoning", id, seq: talk.seq++, text: piece.reasoning }
        : { type: "token", id, seq: talk.seq++, text: piece.content };
    case "done": {
      const { text, usage } = piece.completion;
      return { type: "done", id, count: talk.seq, reply: text, usage, cached: talk.cached };
    }
    case "failed":
      return { type: "error", id, code: piece.failure.kind, message: piece.failure.problem };
  }
}

function parse(data: RawData): unknown {
  try {
    return JSON.parse((data as Buffer).toString("utf8"));
  } catch {
    return undefined;
  }
}

function idOf(given: unknown): string | undefined {
  const { id } = (given ?? {}) as { readonly id?: unknown };
  return typeof id === "string" && id !== "" && id.length <= 128 ? id : undefined;
}
