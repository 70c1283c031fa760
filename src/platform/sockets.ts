import { Socket } from "node:net";
import { after } from "./clock.ts";

/** Sockets that somebody else connects and uses, with an end that does not depend on the other side. */
export interface Sockets {
  /** One that is not connected yet. */
  readonly make: () => Socket;
  /** Waits until those of now are closed; those that are still open after `withinMs` are cut off. */
  end(withinMs: number): Promise<void>;
}

export function createSockets(): Sockets {
  const open = new Set<Socket>();
  return {
    make() {
      const socket = new Socket();
      open.add(socket);
      socket.once("close", () => open.delete(socket));
      return socket;
    },
    async end(withinMs) {
      const left = [...open];
      const closed = left.map((socket) => new Promise<void>((resolve) => socket.once("close", () => resolve())));
      const cancel = after(withinMs, () => left.forEach((socket) => socket.destroy()));
      await Promise.all(closed);
      cancel();
    },
  };
}
