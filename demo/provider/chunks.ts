import type { CompletionRequest } from "./request.ts";
import type { Step } from "./stream.ts";
import type { Usage } from "./text.ts";

/** What is the same in all chunks of one stream. */
export interface ChunkHead {
  readonly id: string;
  readonly created: number;
  readonly request: CompletionRequest;
  readonly usage: Usage;
  readonly finishReason: string;
}

/** The text of one step in OpenAI's format of streamed chat completions. */
export function chunkWriter(head: ChunkHead): (step: Step) => string {
  const { request, usage, finishReason } = head;
  const common = `data: {"id":"${head.id}","object":"chat.completion.chunk","created":${head.created},"model":${JSON.stringify(request.model)},"service_tier":"default","system_fingerprint":"fp_demo"`;
  // OpenAI: with include_usage every chunk has the field, and only the last one a value.
  const noUsage = request.includeUsage ? ',"usage":null' : "";
  const choice = (delta: string, finish: string): string =>
    `${common},"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finish}}]${noUsage}}\n\n`;
  return (step) => {
    switch (step.kind) {
      case "comment":
        return ": the model is being asked\n\n";
      case "role":
        return choice('{"role":"assistant","content":"","refusal":null}', "null");
      case "reasoning":
        return choice(`{"reasoning_content":${JSON.stringify(step.text)}}`, "null");
      case "content":
      case "cut":
        return choice(`{"content":${JSON.stringify(step.text)}}`, "null");
      case "finish":
        return choice("{}", JSON.stringify(finishReason));
      case "usage":
        return `${common},"choices":[],"usage":${JSON.stringify(usage)}}\n\n`;
      case "done":
        return "data: [DONE]\n\n";
      case "error":
        return `data: {"error":{"message":"The model stopped in the middle (a simulated error).","type":"server_error","code":null}}\n\n`;
      case "garbage":
        return `${common},"choices":[{"index":0,"delta":{"content":\n\n`;
      case "stall":
        return "";
    }
  };
}
