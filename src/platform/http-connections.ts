import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

interface Held {
  readonly socket: Socket;
  /** Requests being answered. */
  active: number;
  /** The newest request; undefined until a first whole head came. */
  newest?: IncomingMessage;
  /** When it began to wait for a request. */
  waitsSince: number;
}

export interface ConnectionLimits {
  /** Most that stay. */
  readonly connections: number;
  /** Most for the moment: a burst of honest clients is over before anybody has waited long. */
  readonly burst: number;
  /** Who has waited less may be about to speak. */
  readonly patienceMs: number;
}

/**
 * The open connections of a server. A new one takes the place of the one that has waited longest without being
 * answered, those that never sent a whole request first: refusing it instead would let a thousand silent sockets keep
 * a scraper out until they time out.
 */
export class Connections {
  readonly #limits: ConnectionLimits;
  /** By remote address and port, oldest first: a TLS socket and the socket below it share these. */
  readonly #held = new Map<string, Held>();
  #closing = false;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
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
    const { connections, burst, patienceMs } = this.#limits;
    const now = performance.now();
    while (this.#held.size >= connections && this.#endOne(now - patienceMs));
    if (this.#closing || (this.#held.size >= burst && !this.#endOne(now))) {
      socket.destroy();
      return;
    }
    this.#held.set(key, { socket, active: 0, waitsSince: now });
    socket.once("close", () => {
      if (this.#held.get(key)?.socket === socket) this.#held.delete(key);
    });
  }

  /** Ends one that has waited since `before` or longer; false when there is none. */
  #endOne(before: number): boolean {
    // Who has not sent a whole request, even half a body, is waited for; everyone else waits for us.
    const waiting = [...this.#held].filter(
      ([, held]) => held.waitsSince <= before && (held.active === 0 || held.newest?.complete === false),
    );
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
      held.waitsSince = performance.now();
      // Not destroyed: what was written must still reach the client.
      if (this.#closing && held.active === 0) held.socket.end();
    });
  }
}

function keyOf(socket: Socket): string {
  return `${socket.remoteAddress ?? ""} ${String(socket.remotePort ?? "")}`;
}
