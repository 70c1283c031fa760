// A chat over HTTP, answer by answer: what k6_api_test.ts and k6_openai_test.ts have in common.
import { check, sleep } from "k6";
import http from "k6/http";
import { readAnswer } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { bodies } from "./bodies.ts";
import type { Asked } from "./bodies.ts";
import type { ChatOptions } from "./chat-options.ts";
import { complain } from "./complain.ts";
import type { Said } from "./conversation.ts";
import { factsOf } from "./facts.ts";
import { targetUrl } from "./options.ts";
import { prime } from "./prime.ts";
import { readSecretHeaders } from "./secret-headers.ts";
import { createTalks } from "./talk.ts";
import type { Talk } from "./talk.ts";
import { tell } from "./told.ts";

export interface ChatScript {
  readonly conversation: () => Promise<void>;
  readonly setup: () => Promise<void>;
}

type Headers = Readonly<Record<string, string>>;

/** To be called in init code, once. */
export function chatScript(params: ChatOptions): ChatScript {
  const talks = createTalks(params);
  const ask = asks(params);
  const tellFacts = __ENV.CHATBENCH_FACTS === "1";
  /** Of this user alone: k6 gives each its own copy of the script. */
  const user: { headers?: Headers } = {};
  return {
    async conversation() {
      user.headers ??= await headersOf(params);
      const talk = talks.next();
      const history: Said[] = [];
      const answers: Answer[] = [];
      for (const [index, message] of talk.turns.entries()) {
        const turn = { turn: index + 1, message, history };
        const answer = judged(readAnswer(ask.now(talk, turn, user.headers), params));
        answers.push(answer);
        remember(history, message, answer);
        const pause = talk.pauseSeconds(index + 1);
        if (pause > 0) sleep(pause);
      }
      if (tellFacts) console.log(JSON.stringify(factsOf(talk.id, answers)));
    },
    async setup() {
      if (talks.before.count === 0) return;
      const headers = await headersOf(params);
      await prime(talks, async (talk) => {
        const history: Said[] = [];
        for (const [index, message] of talk.turns.entries()) {
          const answer = readAnswer(await ask.later(talk, { turn: index + 1, message, history }, headers), params);
          if (!answer.good) return answer.why ?? "a failed answer";
          remember(history, message, answer);
        }
        return undefined;
      });
    },
  };
}

/** Sends a turn: `now` waits for the answer, `later` lets others be under way beside it. */
function asks(params: ChatOptions) {
  const url = targetUrl(__ENV.CHATBENCH_TARGET_URL) + params.path;
  const bodyOf = bodies(params);
  const paramsOf = (headers: Headers) => ({
    headers: { ...headers },
    timeout: params.timeout_seconds * 1000,
    // A redirect is no answer, and following it would make two requests of one.
    redirects: 0,
  });
  return {
    now: (talk: Talk, turn: Asked, headers: Headers) => http.post(url, bodyOf(talk, turn), paramsOf(headers)),
    later: (talk: Talk, turn: Asked, headers: Headers) =>
      http.asyncRequest("POST", url, bodyOf(talk, turn), paramsOf(headers)),
  };
}

async function headersOf(params: ChatOptions): Promise<Headers> {
  const secret = await readSecretHeaders(params.headers_from_secrets);
  return { "content-type": "application/json", ...params.headers, ...secret };
}

/** Exactly one check a request, so that failed answers can be counted exactly. */
function judged(answer: Answer): Answer {
  check(answer, { "chat answer is good": ({ good }) => good });
  if (answer.good) tell(answer);
  else complain(`An answer failed: ${answer.why ?? "unknown"}.`);
  return answer;
}

function remember(history: Said[], message: string, answer: Answer): void {
  if (answer.good) history.push({ role: "user", content: message });
  if (answer.reply !== undefined) history.push({ role: "assistant", content: answer.reply });
}
