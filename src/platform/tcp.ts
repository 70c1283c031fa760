import { lookup } from "node:dns/promises";
import { connect } from "node:net";
import { performance } from "node:perf_hooks";

/** Addresses behind a name, none where it has none; an address is its own. */
export async function addressesOf(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}

export interface ConnectAsk {
  /** An address: a name would be looked up within the time. */
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}

/**
 * Seconds from asking for a TCP connection to having it: one way there and one back between the two systems, whatever
 * their programs do. The connection is closed at once and carries nothing. A problem is the system's code.
 */
export function connectSeconds({ host, port, timeoutMs }: ConnectAsk): Promise<number | { readonly problem: string }> {
  return new Promise((resolve) => {
    const began = performance.now();
    const socket = connect({ host, port });
    const done = (result: number | { readonly problem: string }): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(timeoutMs, () => done({ problem: "ETIMEDOUT" }));
    socket.once("connect", () => done((performance.now() - began) / 1000));
    socket.once("error", (error: NodeJS.ErrnoException) => done({ problem: error.code ?? error.message }));
  });
}
