// A load test of your own: copy this file, change what is marked, name it as `script:` of a scenario in chatbench.yml.
// Plain: k6 run -u 20 -d 30s load_tests/template.ts
import { check, sleep } from "k6";
import http from "k6/http";
import { readAnswer } from "./lib/answer.ts";
import { complain } from "./lib/complain.ts";
import { readOptions, targetUrl } from "./lib/options.ts";
import { createTalks } from "./lib/talk.ts";
import { TALK_DEFAULTS, TALK_READERS } from "./lib/talk-options.ts";
import { tell } from "./lib/told.ts";

const params = readOptions(__ENV.CHATBENCH_PARAMS, { readers: TALK_READERS, defaults: TALK_DEFAULTS });
const url = `${targetUrl(__ENV.CHATBENCH_TARGET_URL)}/api/chat`; // change: where your chatbot takes a message
const talks = createTalks(params); // who says what: `messages`, `turns` ... of `params:`, or `prompts:` of the scenario

// One iteration is one conversation of one user.
export default function conversation(): void {
  const talk = talks.next();
  for (const [index, message] of talk.turns.entries()) {
    const body = JSON.stringify({ conversation_id: talk.id, message }); // change: what it is sent
    const response = http.post(url, body, { headers: { "content-type": "application/json" }, redirects: 0 });
    const answer = readAnswer(response, { answer: "json", reply_field: "reply" }); // change: where the reply's text is
    check(answer, { "answer is good": ({ good }) => good }); // exactly one a request, so that failures are counted exactly
    if (answer.good) tell(answer);
    else complain(`An answer failed: ${answer.why ?? "unknown"}.`); // stands in the report
    sleep(talk.pauseSeconds(index + 1));
  }
}
