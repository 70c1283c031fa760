import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/**
 * `pass`: bytes go through. `hold`: connections are taken and stay open, but nothing moves, as when a network swallows
 * every packet. `refuse`: connections are cut, new ones at once.
 */
export type TcpFate = "pass" | "hold" | "refuse";

export interface TcpProxy {
  readonly port: number;
  /** From now on, for open and for new connections; what was held is passed on when it is `pass` again. */
  set(fate: TcpFate): void;
  /** Passes on the next bytes to the server that hold this text, and holds everything from then on. */
  holdAfter(text: string): void;
  /** Connections open now. */
  open(): number;
  close(): Promise<void>;
}

/** Stands on a free port of 127.0.0.1 in front of a TCP server of the same host and does to its bytes what it is told. */
export async function tcpProxyTo(upstreamPort: number): Promise<TcpProxy> {
  let fate: TcpFate = "pass";
  let trigger: string | undefined;
  const sockets = new Set<Socket>();
  const set = (next: TcpFate): void => {
    fate = next;
    trigger = undefined;
    for (const socket of sockets) apply(socket, next);
  };
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    if (fate === "hold") socket.pause();
  };
  const server = createServer((near) => {
    if (fate === "refuse") {
      near.on("error", () => undefined).resetAndDestroy();
      return;
    }
    const far = connect(upstreamPort, "127.0.0.1");
    tie(near, far, () => fate);
    near.on("data", (bytes) => {
      if (trigger !== undefined && bytes.includes(trigger)) set("hold");
    });
    track(near);
    track(far);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    set,
    holdAfter: (text) => {
      trigger = text;
    },
    open: () => sockets.size / 2,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function apply(socket: Socket, fate: TcpFate): void {
  if (fate === "refuse") socket.resetAndDestroy();
  else if (fate === "hold") socket.pause();
  else socket.resume();
}

/** Not by pipe(), which would read on by itself while everything is held. */
function tie(near: Socket, far: Socket, fate: () => TcpFate): void {
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    from.on("data", (bytes) => to.write(bytes));
    // While nothing moves, an end does not either: the other side must not hear of it.
    from.on("close", () => {
      if (fate() !== "hold") to.destroy();
    });
  }
}
