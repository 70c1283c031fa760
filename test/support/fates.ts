import type { IncomingMessage } from "node:http";
import { startServer, type Handler, type TestServer } from "./server.ts";

/** What the server does to a request; `good` is the only one that is no failure. */
export type Fate = "good" | "status" | "reset" | "unchecked" | "unchecked-twice" | "throw" | "unchecked-throw";

export interface FateServer extends TestServer {
  /** By the id that the script sent along: what became of that request. */
  readonly fates: ReadonlyMap<string, Fate>;
}

/** Does to each request what `choose` says for its number, and keeps a book of it. */
export async function fateServer(choose: (index: number) => Fate, delayMs = 15): Promise<FateServer> {
  const fates = new Map<string, Fate>();
  const handler: Handler = (request, response) => {
    const fate = choose(request.index);
    fates.set(idOf(request.headers), fate);
    setTimeout(() => {
      if (fate === "reset") response.destroy();
      else response.writeHead(fate === "status" ? 503 : 200).end(fate);
    }, delayMs);
  };
  return { ...(await startServer(handler)), fates };
}

function idOf(headers: IncomingMessage["headers"]): string {
  return String(headers["x-id"]);
}
