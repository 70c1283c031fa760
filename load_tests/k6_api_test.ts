// REST chat: one iteration is one conversation of several turns with a chatbot.
// Plain: k6 run -u 200 -d 30s load_tests/k6_api_test.ts
// CHATBENCH_TARGET_URL names the chatbot; CHATBENCH_PARAMS holds options as JSON (lib/chat-options.ts lists them);
// with CHATBENCH_FACTS=1 each conversation is logged as one line of JSON.
import { check, sleep } from "k6";
import exec from "k6/execution";
import http from "k6/http";
import { readAnswer } from "./lib/answer.ts";
import type { Answer } from "./lib/answer.ts";
import { readChatOptions } from "./lib/chat-options.ts";
import { fill, messagesOf, unitOf } from "./lib/conversation.ts";
import type { Said, Turn } from "./lib/conversation.ts";
import { factsOf } from "./lib/facts.ts";
import { targetUrl } from "./lib/options.ts";
import { readSecretHeaders } from "./lib/secret-headers.ts";

const params = readChatOptions(__ENV.CHATBENCH_PARAMS);
const url = targetUrl(__ENV.CHATBENCH_TARGET_URL) + params.path;
const tellFacts = __ENV.CHATBENCH_FACTS === "1";
/** Of this user alone: k6 gives each its own copy of the script. */
const user: { headers?: Readonly<Record<string, string>> } = {};

export default async function conversation(): Promise<void> {
  user.headers ??= {
    "content-type": "application/json",
    ...params.headers,
    ...(await readSecretHeaders(params.headers_from_secrets)),
  };
  const who = { user: exec.vu.idInTest, iteration: exec.vu.iterationInInstance };
  const run = __ENV.CHATBENCH_RUN_ID ?? `k6-${exec.scenario.startTime.toString(36)}`;
  const conversationId = `${run}-${who.user}-${who.iteration}`;
  const history: Said[] = [];
  const answers: Answer[] = [];
  for (const [index, message] of messagesOf(params, who, conversationId).entries()) {
    const answer = ask({ conversationId, turn: index + 1, message, history }, user.headers);
    answers.push(answer);
    if (answer.good) history.push({ role: "user", content: message });
    if (answer.reply !== undefined) history.push({ role: "assistant", content: answer.reply });
    // Not in step with the other users: a crowd that breathes as one is a worse load than any real one.
    if (params.think_time_seconds > 0) sleep(params.think_time_seconds * (0.5 + unitOf(params.seed, who, 2 + index)));
  }
  if (tellFacts) console.log(JSON.stringify(factsOf(conversationId, answers)));
}

/** One request, one answer, exactly one check: so that failed answers can be counted exactly. */
function ask(turn: Turn, headers: Readonly<Record<string, string>>): Answer {
  const response = http.post(url, JSON.stringify(fill(params.body, turn)), {
    headers: { ...headers },
    timeout: params.timeout_seconds * 1000,
    // A redirect is no answer, and following it would make two requests of one.
    redirects: 0,
  });
  const answer = readAnswer(response, params);
  check(answer, { "chat answer is good": ({ good }) => good });
  return answer;
}
