import { Agent, request } from "node:http";
import type { ChatMessage } from "../provider/text.ts";
import type { Completion } from "./ports.ts";
import { streamFrom } from "./provider-stream.ts";
import type { Upstream } from "./provider-stream.ts";

export interface CompletionQuery {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly maxTokens?: number;
  /** Passed on as the header `x-simulate`: what a test wants the simulated provider to do. */
  readonly simulate?: string;
}

/** How the provider's turn ended; the problem is one sentence without addresses or secrets. */
export type CompletionResult =
  { readonly ok: true; readonly completion: Completion } | { readonly ok: false; readonly problem: string };

export interface ProviderClient {
  complete(query: CompletionQuery): Promise<CompletionResult>;
  /** The answer as it comes; `gone` ends it, also at the provider. */
  stream(query: CompletionQuery, gone: AbortSignal): AsyncGenerator<Upstream, void, undefined>;
  close(): void;
}

const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * Speaks to an OpenAI-compatible provider over kept connections; `timeoutMs` is for the whole answer, of a stream for
 * each silence in it.
 */
export function providerClient(baseUrl: string, timeoutMs: number): ProviderClient {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 256 });
  const url = new URL(`${baseUrl}/v1/chat/completions`);
  return {
    complete: async (query) => {
      const body = bodyOf(query);
      try {
        return readAnswer(
          await post(url, body, { agent, signal: AbortSignal.timeout(timeoutMs), headers: headersOf(query) }),
        );
      } catch (error) {
        if (error instanceof Error && error.name === "TimeoutError") {
          return { ok: false, problem: `The model provider did not answer within ${timeoutMs} ms.` };
        }
        return { ok: false, problem: "The model provider cannot be reached." };
      }
    },
    stream: (query, gone) => {
      // Asked for in any case: without usage an answer could not be cached.
      const body = bodyOf(query, { stream: true, stream_options: { include_usage: true } });
      return streamFrom({ url, body, headers: headersOf(query), agent, idleMs: timeoutMs, gone });
    },
    close: () => agent.destroy(),
  };
}

function bodyOf({ model, messages, maxTokens }: CompletionQuery, more: object = {}): string {
  return JSON.stringify({ model, messages, ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }), ...more });
}

function headersOf({ simulate }: CompletionQuery): Readonly<Record<string, string>> {
  return simulate === undefined ? {} : { "x-simulate": simulate };
}

interface PostOptions {
  readonly agent: Agent;
  readonly signal: AbortSignal;
  readonly headers: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function post(url: URL, body: string, { agent, signal, headers: more }: PostOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(signal.aborted ? (signal.reason as Error) : (error as Error));
    const headers = { ...more, "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const req = request(url, { method: "POST", agent, signal, headers }, (res) => {
      const chunks: Buffer[] = [];
      const size = { bytes: 0 };
      res.on("data", (chunk: Buffer) => {
        size.bytes += chunk.length;
        if (size.bytes > MAX_ANSWER_BYTES) req.destroy(new Error("the answer is too large"));
        else chunks.push(chunk);
      });
      res.on("end", () => resolve({ status: res.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }));
      res.on("error", fail);
    });
    req.on("error", fail);
    req.end(body);
  });
}

interface CompletionBody {
  readonly choices?: readonly { readonly message?: { readonly content?: unknown }; readonly finish_reason?: unknown }[];
  readonly usage?: { readonly prompt_tokens?: unknown; readonly completion_tokens?: unknown };
}

function readAnswer({ status, body }: Answer): CompletionResult {
  if (status !== 200) return { ok: false, problem: `The model provider answered with status ${status}.` };
  const parsed = parse(body);
  const choice = parsed?.choices?.[0];
  const text = choice?.message?.content;
  const finishReason = typeof choice?.finish_reason === "string" ? choice.finish_reason : "stop";
  const prompt = parsed?.usage?.prompt_tokens;
  const completion = parsed?.usage?.completion_tokens;
  if (typeof text !== "string" || typeof prompt !== "number" || typeof completion !== "number") {
    return { ok: false, problem: "The model provider's answer is not a chat completion." };
  }
  return {
    ok: true,
    completion: { text, usage: { prompt_tokens: prompt, completion_tokens: completion }, finishReason },
  };
}

function parse(body: string): CompletionBody | null {
  try {
    return JSON.parse(body) as CompletionBody | null;
  } catch {
    return null;
  }
}
