// A chat whose answers are streamed, read by the stream probe: what k6_stream_test.ts runs.
import { check, sleep } from "k6";
import http from "k6/http";
import { bodies } from "./bodies.ts";
import type { Asked } from "./bodies.ts";
import { complain } from "./complain.ts";
import { mentions } from "./conversation.ts";
import type { Said } from "./conversation.ts";
import { beginExchange } from "./exchange.ts";
import { targetUrl } from "./options.ts";
import { prime } from "./prime.ts";
import { probeAt, readProbe, resultOf, toldOf } from "./probe.ts";
import type { ProbeAnswer } from "./probe.ts";
import { readSecretHeaders } from "./secret-headers.ts";
import { countStream } from "./stream-counts.ts";
import type { StreamOptions } from "./stream-options.ts";
import { createTalks } from "./talk.ts";
import type { Talk } from "./talk.ts";
import { tell } from "./told.ts";

type Headers = Readonly<Record<string, string>>;

export interface StreamScript {
  readonly conversation: () => Promise<void>;
  readonly setup: () => Promise<void>;
}

/** To be called in init code, once. */
export function streamScript(params: StreamOptions): StreamScript {
  targetUrl(__ENV.CHATBENCH_TARGET_URL);
  const talks = createTalks(params);
  const request = requests(params);
  /** Of this user alone: k6 gives each its own copy of the script. */
  const user: { headers?: Headers } = {};
  return {
    async conversation(): Promise<void> {
      user.headers ??= await headersOf(params);
      const talk = talks.next();
      const history: Said[] = [];
      for (const [index, message] of talk.turns.entries()) {
        const { url, body, options } = request(talk, { turn: index + 1, message, history }, user.headers);
        const exchange = beginExchange();
        const answer = readProbe(http.post(url, body, options));
        if (answer.end === "lost") exchange.lost();
        else exchange.end(resultOf(answer));
        judge(answer);
        remember(history, message, answer);
        const pause = talk.pauseSeconds(index + 1);
        if (pause > 0) sleep(pause);
      }
    },
    async setup(): Promise<void> {
      if (talks.before.count === 0) return;
      const headers = await headersOf(params);
      await prime(talks, async (talk) => {
        const history: Said[] = [];
        for (const [index, message] of talk.turns.entries()) {
          const { url, body, options } = request(talk, { turn: index + 1, message, history }, headers);
          const answer = readProbe(await http.asyncRequest("POST", url, body, options));
          if (answer.end !== "complete") return whyOf(answer);
          remember(history, message, answer);
        }
        return undefined;
      });
    },
  };
}

/** After this the probe must have answered: it gives up on the target before. */
const PROBE_MARGIN_MS = 15_000;

function requests(params: StreamOptions) {
  const probe = probeAt(__ENV.CHATBENCH_PROBE_URL, __ENV.CHATBENCH_PROBE_TOKEN);
  const bodyOf = bodies(params);
  const timeoutMs = params.timeout_seconds * 1000;
  const common = { path: params.path, kind: params.stream, timeout_ms: timeoutMs };
  const wanted = mentions(params.body, "messages") ? { text: true } : {};
  return (talk: Talk, turn: Asked, headers: Headers) => ({
    url: probe.url(),
    body: JSON.stringify({ ...common, ...wanted, headers, body: bodyOf(talk, turn) }),
    options: {
      headers: { ...probe.headers },
      timeout: timeoutMs + PROBE_MARGIN_MS,
      redirects: 0,
      // k6 counts its requests to the probe, too: who looks at k6's own series can leave them out.
      tags: { chatbench_probe: "true" },
    },
  });
}

async function headersOf(params: StreamOptions): Promise<Headers> {
  const secret = await readSecretHeaders(params.headers_from_secrets);
  return { "content-type": "application/json", ...params.headers, ...secret };
}

/** Exactly one check an answer, so that failed ones can be counted exactly. */
function judge(answer: ProbeAnswer): void {
  if (answer.end === "lost") {
    complain(`An exchange was lost: ${whyOf(answer)}.`);
    return;
  }
  countStream(answer);
  const good = answer.end === "complete";
  check(good, { "chat answer is good": (is) => is });
  if (good) tell(toldOf(answer));
  else complain(`An answer failed: ${whyOf(answer)}.`);
}

function whyOf({ detail, end }: ProbeAnswer): string {
  return detail ?? end;
}

function remember(history: Said[], message: string, answer: ProbeAnswer): void {
  if (answer.end !== "complete") return;
  history.push({ role: "user", content: message });
  if (answer.text !== undefined && answer.text !== "") history.push({ role: "assistant", content: answer.text });
}
