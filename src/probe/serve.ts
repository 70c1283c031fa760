import { createHash, timingSafeEqual } from "node:crypto";
import { createLoopMeter } from "../platform/loop-meter.ts";
import { startLoopbackServer, type LoopbackRequest } from "../platform/loopback-server.ts";
import { createStreamedPosts } from "../platform/streamed-posts.ts";
import { exchange } from "./exchange.ts";
import { AskSchema, type Ask } from "./protocol.ts";

export interface ServeInput {
  /** Base URL of the target: nothing else is ever asked. */
  readonly targetUrl: string;
  readonly token: string;
}

export interface ProbeServer {
  readonly url: string;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 16 * 1024 * 1024;
const CONNECT_MS = 10_000;
/** Below the five seconds after which many servers close an idle connection. */
const IDLE_MS = 4_000;

/** Streams from one target for scripts that know the token. */
export async function serveProbe({ targetUrl, token }: ServeInput): Promise<ProbeServer> {
  const target = new URL(targetUrl);
  const posts = createStreamedPosts(target, { connectTimeoutMs: CONNECT_MS, idleMs: IDLE_MS });
  const meter = createLoopMeter();
  const isRight = tokenCheck(token);
  const base = target.pathname.replace(/\/+$/, "");
  const server = await startLoopbackServer({
    maxBodyBytes: MAX_BODY_BYTES,
    onHead: () => meter.turn(),
    onRequest: (request) => {
      const arrivedAt = meter.turn();
      const arrivedLateMs = meter.late();
      const ask = askOf(request, isRight);
      if ("refusal" in ask) {
        request.answer(ask.status, JSON.stringify({ problem: ask.refusal }));
        return;
      }
      const own = { ...ask, path: base + ask.path };
      void exchange({ ask: own, posts, meter, arrivedAt, arrivedLateMs, gone: request.gone }).then((answer) => {
        if ("lost" in answer) request.answer(503, JSON.stringify({ problem: answer.lost }));
        else request.answer(200, JSON.stringify(answer));
        meter.worked();
      });
    },
  });
  return {
    url: server.url,
    async close() {
      meter.stop();
      await server.close();
      posts.close();
    },
  };
}

interface Refusal {
  readonly status: number;
  readonly refusal: string;
}

function askOf(request: LoopbackRequest, isRight: (given: string) => boolean): Ask | Refusal {
  if (!isRight(request.headers.authorization ?? "")) {
    return { status: 401, refusal: "The probe of this run wants the token of CHATBENCH_PROBE_TOKEN." };
  }
  if (request.method !== "POST" || request.path !== "/stream") {
    return { status: 404, refusal: "The probe answers POST /stream and nothing else." };
  }
  const parsed = AskSchema.safeParse(parse(request.body));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".") ?? "";
  if (issue?.path[0] === "headers" && issue.path.length > 1) return { status: 400, refusal: headerRefusal(issue.path) };
  return { status: 400, refusal: `The probe cannot read \`${where}\` of what it was asked: ${issue?.message ?? ""}.` };
}

/** Its name alone: the value may be a secret. */
function headerRefusal([, name = ""]: readonly PropertyKey[]): string {
  return `The stream probe cannot send the header \`${String(name)}\`: its name or its value has characters that HTTP does not carry there.`;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Compares in a time that does not depend on how much of it is right. */
function tokenCheck(token: string): (given: string) => boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const wanted = digest(`Bearer ${token}`);
  return (given) => timingSafeEqual(digest(given), wanted);
}
