import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

interface Held {
  readonly socket: Socket;
  /** Requests being answered. */
  active: number;
  /** The newest request; undefined until a first whole head came. */
  newest?: IncomingMessage;
}

/**
 * The open connections of a server, at most `limit`. One more takes the place of the oldest that is not being
 * answered, those that never sent a whole request first: refusing it instead would let a thousand silent sockets keep a
 * scraper out until they time out.
 */
export class Connections {
  readonly #limit: number;
  /** By remote address and port, oldest first: a TLS socket and the socket below it share these. */
  readonly #held = new Map<string, Held>();
  #closing = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  watch(server: Pick<Server, "on">): void {
    server.on("connection", (socket: Socket) => this.#add(socket));
    server.on("request", (request: IncomingMessage, response: ServerResponse) => this.#serve(request, response));
  }

  /** Ends what waits for a request, and each other connection as soon as its answers are out. */
  endIdle(): void {
    this.#closing = true;
    for (const held of this.#held.values()) if (held.active === 0) held.socket.destroy();
  }

  endAll(): void {
    for (const { socket } of this.#held.values()) socket.destroy();
  }

  #add(socket: Socket): void {
    const key = keyOf(socket);
    if (this.#closing || (this.#held.size >= this.#limit && !this.#makeRoom())) {
      socket.destroy();
      return;
    }
    this.#held.set(key, { socket, active: 0 });
    socket.once("close", () => {
      if (this.#held.get(key)?.socket === socket) this.#held.delete(key);
    });
  }

  #makeRoom(): boolean {
    // Who has not sent a whole request, even half a body, is waited for; everyone else waits for us.
    const waiting = [...this.#held].filter(([, held]) => held.active === 0 || held.newest?.complete === false);
    const victim = waiting.find(([, held]) => held.newest?.complete !== true) ?? waiting[0];
    if (victim === undefined) return false;
    this.#held.delete(victim[0]);
    victim[1].socket.destroy();
    return true;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const held = this.#held.get(keyOf(request.socket));
    if (held === undefined) return;
    held.newest = request;
    held.active += 1;
    response.once("close", () => {
      held.active -= 1;
      // Not destroyed: what was written must still reach the client.
      if (this.#closing && held.active === 0) held.socket.end();
    });
  }
}

function keyOf(socket: Socket): string {
  return `${socket.remoteAddress ?? ""} ${String(socket.remotePort ?? "")}`;
}
