import { request, type IncomingHttpHeaders, type RequestOptions } from "node:http";
import { connect, type Socket } from "node:net";
import { once } from "node:events";

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** As written: `fetch` would tidy up the path, set the Host itself and announce the length of a body. */
export async function raw(
  url: string,
  options: RequestOptions & { readonly chunks?: readonly (string | Buffer)[] } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const { chunks = [], ...rest } = options;
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, agent: false, ...rest }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, headers, text: Buffer.concat(parts).toString("utf8") });
      });
    });
    sent.on("error", reject);
    for (const chunk of chunks) sent.write(chunk);
    sent.end();
  });
}

/** A bare connection, for bytes that are no request. */
export async function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  // Being reset is what some tests are about.
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

/** Everything the other side says until it closes. */
export async function readAll(socket: Socket): Promise<string> {
  const parts: Buffer[] = [];
  socket.on("data", (part: Buffer) => parts.push(part));
  if (!socket.closed) await once(socket, "close");
  return Buffer.concat(parts).toString("utf8");
}
