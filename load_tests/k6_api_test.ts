// REST chat: one iteration is one conversation of several turns with a chatbot.
// Plain: k6 run -u 200 -d 30s load_tests/k6_api_test.ts
// CHATBENCH_TARGET_URL names the chatbot; CHATBENCH_PARAMS holds options as JSON (lib/chat-options.ts lists them);
// with CHATBENCH_FACTS=1 each conversation is logged as one line of JSON.
import { readChatOptions } from "./lib/chat-options.ts";
import { chatScript } from "./lib/chat-script.ts";

const script = chatScript(readChatOptions(__ENV.CHATBENCH_PARAMS));

export const setup = script.setup;
export default script.conversation;
