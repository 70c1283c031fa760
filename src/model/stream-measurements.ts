import type { MeasurementKind } from "./measurement-kind.ts";

const OVER = "Over the good answers of the judged window, exact.";
const FROM =
  "Time from the message being written to its connection (of an open model: from when it was to be sent) to the first content of the answer: text or a part of a tool call, not the role, not reasoning, not an empty delta.";
const OTHERS_TTFT =
  "vLLM's benchmark stops at the first chunk, also an empty one with the role; guidellm at the first token of any kind.";
const TPOT =
  "Time per output token after the first: (last content - first token) / (tokens - 1) with the tokens that the answer's usage tells; absent below two of them.";
const OTHERS_TPOT =
  "So does vLLM's benchmark; guidellm divides the whole time by all tokens, the first included, and calls this one inter-token latency.";
const FIRST_BYTE =
  "Time from the message being written to its connection to the head of the answer; over a WebSocket, to the first message. Many servers send it long before any content: it is no time to first token.";

function quantile(title: string, percent: number, definition: string): MeasurementKind {
  const rank = percent === 50 ? "Half" : `${String(percent)} %`;
  const needed = Math.round(10 / (1 - percent / 100)).toLocaleString("en");
  const least = percent === 50 ? "" : `, and not given below ${needed} of them`;
  return {
    title: `P${String(percent)} ${title}`,
    unit: "s",
    better: "lower",
    definition: `${rank} of the answers had at most this. ${definition} ${OVER.slice(0, -1)}${least}.`,
  };
}

/** What only scenarios with the traffic `stream` or `websocket` measure. */
export const STREAM_MEASUREMENTS = {
  ttft_p50: quantile("time to first token", 50, `${FROM} ${OTHERS_TTFT}`),
  ttft_p95: quantile("time to first token", 95, `${FROM} ${OTHERS_TTFT}`),
  ttft_p99: quantile("time to first token", 99, `${FROM} ${OTHERS_TTFT}`),
  first_byte_p50: quantile("time to first byte", 50, FIRST_BYTE),
  first_byte_p95: quantile("time to first byte", 95, FIRST_BYTE),
  first_byte_p99: quantile("time to first byte", 99, FIRST_BYTE),
  tpot_p50: quantile("time per output token", 50, `${TPOT} ${OTHERS_TPOT}`),
  tpot_p95: quantile("time per output token", 95, `${TPOT} ${OTHERS_TPOT}`),
  tpot_p99: quantile("time per output token", 99, `${TPOT} ${OTHERS_TPOT}`),
  inter_chunk_p99: {
    title: "P99 gap between chunks",
    unit: "s",
    better: "lower",
    definition:
      "99 % of the gaps between two chunks with content, all good answers of the judged window pooled, were at most this; not given below 1,000 of them. A chunk may hold several tokens. vLLM's benchmark calls these gaps inter-token latency.",
  },
  output_tokens_per_second: {
    title: "Output tokens per second",
    unit: "tokens/s",
    better: "higher",
    definition:
      "Generated tokens that the good answers of the judged window told in their usage, divided by the seconds of that window; absent unless every good answer told them.",
  },
} as const satisfies Record<string, MeasurementKind>;
