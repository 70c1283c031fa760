// Streamed chat over Server-Sent Events, timed token by token: one iteration is one conversation.
// Runs by `chatbench run` in a scenario with `traffic: stream`, which starts the stream probe beside k6; under plain
// `k6 run` there is none, and the script says so and stops.
// CHATBENCH_TARGET_URL names the chatbot; CHATBENCH_PARAMS holds options as JSON (lib/stream-options.ts lists them), for
// example {"stream":"events","path":"/api/chat"}.
import { readStreamOptions } from "./lib/stream-options.ts";
import { streamScript } from "./lib/stream-script.ts";

const script = streamScript(readStreamOptions(__ENV.CHATBENCH_PARAMS));

export const setup = script.setup;
export default script.conversation;
