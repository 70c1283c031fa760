// OpenAI-compatible chat (`/v1/chat/completions`, answers in one piece): one iteration is one conversation.
// Plain: k6 run -u 200 -d 30s load_tests/k6_openai_test.ts
// CHATBENCH_TARGET_URL names the gateway; CHATBENCH_PARAMS holds options as JSON (lib/chat-options.ts lists them), for
// example {"model":"gpt-4o-mini","headers_from_secrets":{"authorization":"API_KEY"}}.
import { OPENAI_DEFAULTS, readChatOptions } from "./lib/chat-options.ts";
import { chatScript } from "./lib/chat-script.ts";

const script = chatScript(readChatOptions(__ENV.CHATBENCH_PARAMS, OPENAI_DEFAULTS));

export const setup = script.setup;
export default script.conversation;
