import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** What to do with a request: pass it on, answer with a status, or hold it until the client gives up. */
export type Fate = "pass" | number | "hang";

export interface Proxy {
  readonly url: string;
  readonly writes: () => number;
  close(): void;
}

/** Stands in front of a real Prometheus and lets remote writes fail as `fate` says; the nth write has index n from 0. */
export async function proxyTo(upstream: string, fate: (write: number) => Fate): Promise<Proxy> {
  const to = new URL(upstream);
  let writes = 0;
  const server = createServer((incoming, answer) => {
    const does = incoming.url?.startsWith("/api/v1/write") === true ? fate(writes++) : "pass";
    if (does === "hang") return;
    if (does !== "pass") {
      incoming.resume();
      answer.writeHead(does).end("refused by the test");
      return;
    }
    const { method, headers, url: path } = incoming;
    const onward = request({ host: to.hostname, port: to.port, method, headers, path }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    onward.on("error", () => answer.writeHead(502).end());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    writes: () => writes,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
