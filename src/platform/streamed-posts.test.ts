import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createStreamedPosts, type StreamedPosts } from "./streamed-posts.ts";

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** What a server does with one whole request on a connection; `number` counts the requests of all connections. */
type Serve = (socket: Socket, number: number, request: string) => unknown;

async function serverOf(serve: Serve) {
  const seen = { requests: [] as string[], connections: 0 };
  const server: Server = createServer((socket) => {
    seen.connections += 1;
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      seen.requests.push(bytes.toString("latin1"));
      serve(socket, seen.requests.length, bytes.toString("latin1"));
    });
    ends.push(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => server.close());
  const origin = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return { origin, seen };
}

function postsTo(origin: URL, idleMs = 10_000): StreamedPosts {
  const posts = createStreamedPosts(origin, { connectTimeoutMs: 5_000, idleMs });
  ends.push(() => posts.close());
  return posts;
}

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly pieces: readonly string[];
  readonly end: "ended" | Error;
}

function got(posts: StreamedPosts, body = "{}", headers: Readonly<Record<string, string>> = {}): Promise<Got> {
  return new Promise((resolve) => {
    const state = { status: 0, headers: {}, pieces: [] as string[] };
    posts.post(
      { path: "/chat?x=1", headers, body },
      {
        onSent: () => undefined,
        onHead: (status, heads) => Object.assign(state, { status, headers: heads }),
        onBytes: (bytes) => void state.pieces.push(Buffer.from(bytes).toString("utf8")),
        onEnd: () => resolve({ ...state, end: "ended" }),
        onError: (error) => resolve({ ...state, end: error }),
      },
    );
  });
}

const CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

describe("posts whose answers are streamed", () => {
  it("gives what came whatever the borders of the pieces are", async () => {
    const whole = `${CHUNKED}5\r\nhello\r\n1;ext=1\r\n \r\n6\r\nwörld\r\n0\r\nx-trailer: 1\r\n\r\n`;
    const { origin } = await serverOf((socket) => {
      const bytes = Buffer.from(whole);
      const next = (at: number): void => {
        if (at < bytes.length) socket.write(bytes.subarray(at, at + 1), () => setImmediate(next, at + 1));
      };
      next(0);
    });
    const answer = await got(postsTo(origin));
    expect([answer.status, answer.end]).toEqual([200, "ended"]);
    expect(answer.pieces.join("")).toHaveLength("hello w__rld".length);
  });

  it.each([
    ["its length", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", false],
    ["the end of the connection", "HTTP/1.0 200 OK\r\n\r\nhello", true],
    ["an empty last chunk", `${CHUNKED}5\r\nhello\r\n0\r\n\r\n`, false],
    ["an early hint before it", `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${CHUNKED}5\r\nhello\r\n0\r\n\r\n`, false],
  ])("an answer is whole by %s", async (_, text, closes) => {
    const { origin } = await serverOf((socket) => (closes ? socket.end(text) : socket.write(text)));
    expect(await got(postsTo(origin))).toMatchObject({ status: 200, pieces: ["hello"], end: "ended" });
  });

  it.each([
    ["cut within a chunk", `${CHUNKED}5\r\nhel`],
    ["cut between two chunks", `${CHUNKED}5\r\nhello\r\n`],
    ["cut before its length", "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello"],
    ["cut in its head", "HTTP/1.1 200 OK\r\nconte"],
    ["no HTTP", "220 smtp.example ESMTP\r\n"],
    ["without a word", ""],
  ])("an answer that is %s is an error, never an end", async (_, text) => {
    const { origin } = await serverOf((socket) => void socket.end(text));
    expect((await got(postsTo(origin))).end).toBeInstanceOf(Error);
  });

  it("carries request after request on one connection, and none beside another", async () => {
    const { origin, seen } = await serverOf((socket, number) => {
      setImmediate(() => socket.write(`${CHUNKED}1\r\n${number}\r\n0\r\n\r\n`));
    });
    const posts = postsTo(origin);
    for (let round = 0; round < 3; round += 1) expect((await got(posts)).end).toBe("ended");
    expect(seen.connections).toBe(1);
    await Promise.all([got(posts), got(posts)]);
    expect(seen.connections).toBe(2);
  });

  it.each([
    ["says that it closes", "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"],
    ["speaks HTTP/1.0", "HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n"],
    ["switches protocols", "HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"],
  ])("takes a new connection after one whose server %s", async (_, text) => {
    const { origin, seen } = await serverOf((socket) => void socket.write(text));
    const posts = postsTo(origin);
    await got(posts);
    await got(posts);
    expect(seen.connections).toBe(2);
  });

  it("uses no connection that waited too long, or that its server has closed", async () => {
    const closed = { resolve: (): void => undefined };
    const closing = new Promise<void>((resolve) => (closed.resolve = resolve));
    const { origin, seen } = await serverOf((socket, number) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
      if (number === 2) socket.on("close", () => closed.resolve()).end();
    });
    await got(postsTo(origin, 0));
    const posts = postsTo(origin);
    await got(posts);
    await closing;
    expect((await got(posts)).end).toBe("ended");
    expect(seen.connections).toBe(3);
  });

  it("hears nothing more of an answer that it gave up", async () => {
    const { origin } = await serverOf((socket) => void socket.write(`${CHUNKED}5\r\nhello\r\n`));
    const heard: string[] = [];
    const closed = new Promise<void>((resolve) => {
      const giveUp = postsTo(origin).post(
        { path: "/", headers: {}, body: "" },
        {
          onSent: () => heard.push("sent"),
          onHead: () => heard.push("head"),
          onBytes: () => {
            heard.push("bytes");
            giveUp();
            setImmediate(resolve);
          },
          onEnd: () => heard.push("end"),
          onError: () => heard.push("error"),
        },
      );
    });
    await closed;
    expect(heard).toEqual(["sent", "head", "bytes"]);
  });

  it("decides itself what frames a request, and sends text as UTF-8", async () => {
    const { origin, seen } = await serverOf((socket) => {
      socket.write("HTTP/1.1 204 No Content\r\nset-cookie: a\r\nSet-Cookie: b\r\n\r\n");
    });
    const headers = { "Content-Length": "9999", "transfer-encoding": "chunked", "x-own": "1", Connection: "close" };
    const answer = await got(postsTo(origin), "ü", headers);
    expect(answer).toMatchObject({ status: 204, headers: { "set-cookie": "a, b" }, end: "ended" });
    const host = origin.host;
    expect(seen.requests[0]).toBe(
      `POST /chat?x=1 HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\ncontent-length: 2\r\nx-own: 1\r\n\r\n\xc3\xbc`,
    );
  });

  it.each([
    [["169.254.169.254"], "its name leads to a link-local address, where clouds hand out credentials"],
    [["169.254.169.254", "127.0.0.1"], "ECONNREFUSED"],
  ])("59: goes nowhere that a name may not lead (%j)", async (addresses, code) => {
    const found = addresses.map((address) => ({ address, family: 4 }));
    const posts = createStreamedPosts(new URL("http://credentials.test:9"), {
      ...{ connectTimeoutMs: 5_000, idleMs: 10_000 },
      resolve: (_host, _options, callback) => callback(null, found),
    });
    ends.push(() => posts.close());
    expect((await got(posts)).end).toMatchObject({ code });
  });

  it("tells who refused the connection by the system's word", async () => {
    const answer = await got(postsTo(new URL("http://127.0.0.1:9")));
    expect(answer.end).toMatchObject({ code: "ECONNREFUSED" });
  });
});
