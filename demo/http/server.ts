import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Express } from "express";

/** A server that listens: its base URL without trailing slash, and the way to end it. */
export interface Listening {
  readonly url: string;
  /** Takes no new connection, lets answers under way finish, cuts what is left after `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

/** Where a server listens; port 0 takes a free one. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** The port was taken: the one failure of listening that a person can mend. */
export class PortInUse extends Error {
  constructor(readonly place: Place) {
    super(`port ${place.port} of ${place.host} is in use`);
  }
}

const EVERY_ADDRESS = "0.0.0.0";

const GRACE_MS = 5_000;
const SWEEP_MS = 20;

/** Serves the app; `prepare` may add to the server. Throws PortInUse. */
export async function listen(app: Express, place: Place, prepare?: (server: Server) => void): Promise<Listening> {
  const server = createServer(app);
  prepare?.(server);
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  // Longer than any pause of a client that thinks between two messages: closing first would look like an error of ours.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new PortInUse(place) : error);
    });
    server.listen({ ...place, backlog: 1024 }, resolve);
  });
  const address = server.address() as AddressInfo;
  const host = place.host === EVERY_ADDRESS ? "127.0.0.1" : place.host;
  return { url: `http://${host}:${address.port}`, close: (graceMs = GRACE_MS) => close(server, graceMs) };
}

async function close(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    // A connection whose answer was under way turns idle only later, and nobody else would close it.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    server.close(() => {
      clearTimeout(cut);
      clearInterval(sweep);
      resolve();
    });
    server.closeIdleConnections();
  });
}
