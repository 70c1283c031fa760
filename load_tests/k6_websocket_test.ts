// Chat over a WebSocket, timed token by token inside k6: one iteration is one conversation on one connection.
// Plain: k6 run -u 200 -d 30s load_tests/k6_websocket_test.ts
// In a scenario with `traffic: websocket`, Chatbench judges the exchanges (a message and its whole answer) as requests.
// CHATBENCH_WEBSOCKET_URL names the chatbot (else CHATBENCH_TARGET_URL, with ws for http); CHATBENCH_PARAMS holds
// options as JSON (lib/socket-options.ts lists them), for example {"path":"/chat","text_field":"delta"}.
import { socketScript } from "./lib/socket-script.ts";
import { readSocketOptions } from "./lib/socket-options.ts";

const script = socketScript(readSocketOptions(__ENV.CHATBENCH_PARAMS));

export const setup = script.setup;
export default script.conversation;
