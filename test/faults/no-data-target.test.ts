// Ways in which a target gives no or bad data: the verdict is never `pass` or `warning`, and the reason is named.
import { createHash } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "vitest";
import { systemClock } from "../../src/platform/clock.ts";
import { createProbes, withProbes } from "../../src/probe/index.ts";
import type { Handler } from "../support/server.ts";
import { answer, startServer } from "../support/server.ts";
import { k6Engine, OWN, ROOT, steady } from "../support/k6.ts";
import { objective } from "../support/run.ts";
import { expectNoGoodVerdict, failed, invalid, type BadData } from "../support/no-data.ts";

const PLAIN = `import http from "k6/http"; export default function () { http.get(__ENV.CHATBENCH_TARGET_URL); }`;
const WITH_TIMEOUT = PLAIN.replace("_URL)", "_URL, { timeout: 400 })");
const CHECKED = `import http from "k6/http"; import { check } from "k6";
export default function () {
  check(http.get(__ENV.CHATBENCH_TARGET_URL), { "is 200": (r) => r.status === 200 });
}`;
const SHIPPED = join(ROOT, "load_tests/k6_api_test.ts");
/** The shipped load test of streams, with its probe. */
const STREAMED = {
  script: join(ROOT, "load_tests/k6_stream_test.ts"),
  traffic: "stream",
  engine: () => withProbes(k6Engine(), createProbes({ processors: 2 }), systemClock),
} as const;
const OVER_SOCKET = { script: join(ROOT, "load_tests/k6_websocket_test.ts"), traffic: "websocket" } as const;
const QUICK = { think_time_seconds: 0.01, turns: 2 };

interface BadTarget extends BadData {
  readonly target: Handler | ((socket: Socket) => void) | "refused" | "unknown name";
  readonly raw?: boolean;
}
const hang: Handler = () => undefined;
/** Behaves well for so long after the first request, then badly (or the other way round). */
const changing = (before: Handler, after: Handler, atMs: number): Handler => {
  let first: number | undefined;
  return (request, response) => {
    first ??= request.at;
    (request.at - first < atMs ? before : after)(request, response);
  };
};
/** Shakes hands as a WebSocket server does, and says goodbye (RFC 6455, close frame with status 1000). */
const closeSocketAtOnce: Handler = ({ headers }, { socket }) => {
  const accept = createHash("sha1").update(`${headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  const head = ["HTTP/1.1 101 Switching Protocols", "upgrade: websocket", "connection: upgrade"];
  socket?.write([...head, `sec-websocket-accept: ${accept.digest("base64")}`, "", ""].join("\r\n"));
  socket?.end(Buffer.from([0x88, 0x02, 0x03, 0xe8]));
};
const htmlPage: Handler = (_, r) => r.writeHead(200, { "content-type": "text/html" }).end("<html>Sign in</html>");
const error500 = answer({ status: 500 });

const CASES: readonly BadTarget[] = [
  { name: "refuses connections", script: PLAIN, target: "refused", ends: failed("target_failed") },
  {
    name: "has a name that does not resolve",
    script: PLAIN,
    target: "unknown name",
    load: steady(4, 1.2),
    ends: failed("target_failed"),
  },
  {
    name: "closes each connection at once",
    script: PLAIN,
    raw: true,
    target: (s: Socket) => s.destroy(),
    ends: failed("target_failed"),
  },
  { name: "accepts and never answers", script: PLAIN, target: hang, ends: failed("target_failed") },
  {
    name: "accepts and never answers within the script's timeout",
    script: WITH_TIMEOUT,
    target: hang,
    ends: failed("target_failed"),
  },
  {
    name: "speaks no HTTP",
    script: PLAIN,
    raw: true,
    target: (s: Socket) => s.end("hello\r\n"),
    ends: failed("target_failed"),
  },
  {
    name: "breaks off in the middle of each answer",
    script: PLAIN,
    raw: true,
    target: (s: Socket) => s.end("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhal"),
    ends: failed("target_failed"),
  },
  { name: "answers 500 always", script: PLAIN, target: error500, ends: failed("target_failed") },
  { name: "answers 404 always", script: PLAIN, target: answer({ status: 404 }), ends: failed("target_failed") },
  { name: "answers 429 always", script: CHECKED, target: answer({ status: 429 }), ends: failed("target_failed") },
  {
    name: "answers HTML with 200 to the shipped load test",
    script: SHIPPED,
    params: QUICK,
    target: htmlPage,
    ends: failed("target_failed"),
    says: "status 200 with text/html that is no JSON object",
  },
  {
    name: "says that the token of the shipped load test has expired",
    script: SHIPPED,
    params: QUICK,
    target: answer({ status: 401, body: '{"error":"token expired"}' }),
    ends: failed("target_failed"),
    says: "status 401 instead of 200",
  },
  {
    ...STREAMED,
    name: "says that the token of a stream has expired",
    params: QUICK,
    target: answer({ status: 401, body: '{"error":"token expired"}' }),
    ends: failed("target_failed"),
    says: "status 401",
  },
  {
    ...STREAMED,
    name: "streams HTML with 200",
    params: QUICK,
    target: htmlPage,
    ends: failed("target_failed"),
    says: "status 200, but its content type is text/html, not text/event-stream",
  },
  {
    ...STREAMED,
    name: "streams invalid JSON",
    params: QUICK,
    target: (_, r) => r.writeHead(200, { "content-type": "text/event-stream" }).end("data: {oops\n\n"),
    ends: failed("target_failed"),
    says: "the stream has an event that is no JSON object",
  },
  {
    ...OVER_SOCKET,
    name: "closes each WebSocket at once",
    params: QUICK,
    target: closeSocketAtOnce,
    ends: failed("target_failed"),
    says: "the connection was closed by the other side",
  },
  {
    name: "answers an empty body with 200 to the shipped load test",
    script: SHIPPED,
    params: QUICK,
    target: answer({ body: "" }),
    ends: failed("target_failed"),
  },
  {
    name: "redirects the shipped load test in a circle",
    script: SHIPPED,
    params: QUICK,
    target: (_, r) => r.writeHead(302, { location: "/" }).end(),
    ends: failed("target_failed"),
  },
  {
    name: "redirects in a circle",
    script: PLAIN,
    target: (_, r) => r.writeHead(302, { location: "/" }).end(),
    ends: failed("error_rate"),
  },
  {
    name: "redirects in a circle, under a check",
    script: CHECKED,
    target: (_, r) => r.writeHead(302, { location: "/" }).end(),
    ends: failed("error_rate"),
  },
  {
    name: "dies in the middle of the run",
    script: CHECKED,
    target: changing(answer({ delayMs: 10 }), (_, r) => r.destroy(), 800),
    ends: failed("error_rate"),
  },
  {
    name: "recovers late",
    script: CHECKED,
    target: changing(answer({ status: 503, delayMs: 10 }), answer({ delayMs: 10 }), 1200),
    ends: failed("error_rate"),
  },
  {
    name: "answers in the warm-up only, then hangs",
    script: PLAIN,
    target: changing(answer({ delayMs: 10 }), hang, 250),
    ends: failed("target_failed"),
  },
  {
    name: "leaves half of the users hanging",
    script: PLAIN,
    load: steady(4, 6, 0.3),
    target: (request, response) => {
      if (request.index >= 2) answer({ delayMs: 20 })(request, response);
    },
    ends: invalid("answers_stopped"),
  },
  {
    name: "leaves one user in twenty without an answer, which is one request in hundreds",
    script: `import http from "k6/http"; export default function () {
      http.get(__ENV.CHATBENCH_TARGET_URL + "/" + __VU, { timeout: "1500ms" });
    }`,
    load: steady(20, 6, 0.5),
    objectives: [objective("error_rate < 0.01"), objective("concurrent_users >= 20")],
    target: (request, response) => {
      if (request.path !== "/7") answer({ delayMs: 50 })(request, response);
    },
    ends: invalid("answers_stopped"),
  },
  {
    name: "leaves half of the users hanging until they are cut off",
    script: `${PLAIN} export const options = { scenarios: { a: { executor: "constant-vus", vus: 6, duration: "3s", gracefulStop: "8s" } } };`,
    load: OWN,
    target: (request, response) => {
      if (request.index % 60 !== 59) answer({ delayMs: 20 })(request, response);
    },
    ends: invalid("answers_stopped"),
  },
  {
    name: "hangs for all after a good beginning",
    script: PLAIN,
    load: steady(4, 9, 0.3),
    target: changing(answer({ delayMs: 10 }), hang, 2500),
    ends: invalid("answers_stopped"),
  },
];

test.concurrent.each(CASES.map((input) => [input.name, input] as const))(
  "never passes a target that %s",
  { timeout: 120_000 },
  async (_, input) => {
    await withTarget(input, (baseUrl) => expectNoGoodVerdict({ ...input, baseUrl }));
  },
);

async function withTarget({ target, raw }: BadTarget, work: (baseUrl: string) => Promise<void>): Promise<void> {
  if (target === "unknown name") await work("http://no-such-host.invalid");
  else if (raw === true) await withSockets(target as (socket: Socket) => void, work);
  else if (target === "refused") {
    const server = await startServer();
    await server.close();
    await work(server.url);
  } else await withServer(target as Handler, work);
}

async function withServer(handler: Handler, work: (baseUrl: string) => Promise<void>): Promise<void> {
  const server = await startServer(handler);
  try {
    await work(server.url);
  } finally {
    await server.close();
  }
}

async function withSockets(
  onSocket: (socket: Socket) => void,
  work: (baseUrl: string) => Promise<void>,
): Promise<void> {
  const server: Server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => onSocket(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await work(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
