/** The status page on a port of its own, as a daemon would serve it. */
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { statusPage, type StatusView } from "../../src/report/index.ts";

export interface StatusServer {
  readonly url: string;
  /** What the next answers show. */
  show(view: StatusView): void;
  /** Answers with the page as `edit` makes it. */
  change(edit: (markup: string) => string): void;
  /** Answers with this status until `show`. */
  refuse(status: number): void;
  /** How many times the page was asked for. */
  asked(): number;
  /** The daemon is gone: connections are cut, new ones refused. */
  die(): Promise<void>;
  /** It is back, at the same place. */
  revive(): Promise<void>;
}

export async function serveStatus(first: StatusView): Promise<StatusServer> {
  let page = statusPage(first).markup;
  let status = 200;
  let count = 0;
  const listen = async (port: number): Promise<ReturnType<typeof createServer>> => {
    const server = createServer((request, response) => {
      if (request.url !== "/") {
        response.writeHead(404).end();
        return;
      }
      count += 1;
      response.writeHead(status, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
      response.end(status === 200 ? page : "not now");
    });
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return server;
  };
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    show(view) {
      page = statusPage(view).markup;
      status = 200;
    },
    change(edit) {
      page = edit(page);
      status = 200;
    },
    refuse: (code) => void (status = code),
    asked: () => count,
    async die() {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
    async revive() {
      server = await listen(port);
    },
  };
}
