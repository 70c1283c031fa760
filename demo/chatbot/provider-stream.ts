import { request } from "node:http";
import type { Agent, IncomingMessage } from "node:http";
import { eventsOf } from "../http/sse.ts";
import type { Completion } from "./ports.ts";

/** What the provider's stream brings: chunks, and last exactly one of the other two. */
export type Upstream =
  | { readonly kind: "chunk"; readonly raw: string; readonly content: string; readonly reasoning: string }
  | { readonly kind: "whole"; readonly completion: Completion; readonly usageRaw: string }
  | { readonly kind: "broken"; readonly problem: string };

export interface StreamAsk {
  readonly url: URL;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: Agent;
  /** Longest silence. */
  readonly idleMs: number;
  /** Aborts when nobody wants the answer any more. */
  readonly gone: AbortSignal;
}

const MAX_STREAM_BYTES = 16 * 1024 * 1024;
const broken = (problem: string): Upstream => ({ kind: "broken", problem });

/** Asks for a stream and reads it no faster than the caller does; leaving the loop ends the connection. */
export async function* streamFrom(ask: StreamAsk): AsyncGenerator<Upstream, void, undefined> {
  const opened = await post(ask);
  if (!("answer" in opened)) {
    yield broken(opened.problem);
    return;
  }
  const { answer } = opened;
  const gathered: Gathered = { text: "", usageRaw: "", bytes: 0, done: false };
  try {
    yield* read(answer, gathered);
  } catch {
    yield broken("The model provider's stream broke off.");
  } finally {
    // Only a connection read to its very end can serve the next request; one left before that must end.
    if (gathered.done) answer.resume();
    else answer.destroy();
  }
}

type Opened = { readonly answer: IncomingMessage } | { readonly problem: string };

function post({ url, body, headers, agent, idleMs, gone }: StreamAsk): Promise<Opened> {
  return new Promise((resolve) => {
    const size = Buffer.byteLength(body);
    const all = { ...headers, "content-type": "application/json", "content-length": size };
    const state = { silent: false };
    const req = request(url, { method: "POST", agent, signal: gone, headers: all, timeout: idleMs }, (answer) => {
      if (answer.statusCode === 200) {
        resolve({ answer });
      } else {
        answer.resume();
        resolve({ problem: `The model provider answered with status ${answer.statusCode ?? 0}.` });
      }
    });
    req.on("timeout", () => {
      state.silent = true;
      req.destroy(new Error("silent for too long"));
    });
    req.on("error", () => {
      const late = `The model provider did not answer within ${idleMs} ms.`;
      resolve({ problem: state.silent ? late : "The model provider cannot be reached." });
    });
    req.end(body);
  });
}

interface Chunk {
  readonly error?: unknown;
  readonly choices?: readonly {
    readonly delta?: { readonly content?: unknown; readonly reasoning_content?: unknown };
    readonly finish_reason?: unknown;
  }[];
  readonly usage?: { readonly prompt_tokens?: unknown; readonly completion_tokens?: unknown } | null;
}

interface Gathered {
  text: string;
  finishReason?: string;
  usage?: Completion["usage"];
  usageRaw: string;
  bytes: number;
  done: boolean;
}

async function* read(answer: IncomingMessage, gathered: Gathered): AsyncGenerator<Upstream, void, undefined> {
  for await (const { data } of eventsOf(answer.iterator({ destroyOnReturn: false }))) {
    gathered.bytes += data.length;
    const piece = gather(gathered, data);
    if (piece !== undefined) yield piece;
    if (gathered.done || piece?.kind === "broken") return;
  }
  yield broken("The model provider's stream broke off.");
}

/** Undefined for the chunk of the usage: whoever asked for one gets it at the end. */
function gather(gathered: Gathered, raw: string): Upstream | undefined {
  if (raw === "[DONE]") {
    gathered.done = true;
    return wholeOf(gathered);
  }
  if (gathered.bytes > MAX_STREAM_BYTES) return broken("The model provider's answer does not end.");
  const chunk = parse(raw);
  if (chunk === undefined) return broken("The model provider sent a chunk that is not JSON.");
  if (chunk.error !== undefined) return broken("The model provider reported an error in its stream.");
  const { prompt_tokens: prompt, completion_tokens: completion } = chunk.usage ?? {};
  if (typeof prompt === "number" && typeof completion === "number") {
    gathered.usage = { prompt_tokens: prompt, completion_tokens: completion };
    gathered.usageRaw = raw;
  }
  const choice = chunk.choices?.[0];
  if (choice === undefined) return undefined;
  const content = textOf(choice.delta?.content);
  gathered.text += content;
  if (typeof choice.finish_reason === "string") gathered.finishReason = choice.finish_reason;
  return { kind: "chunk", raw, content, reasoning: textOf(choice.delta?.reasoning_content) };
}

function wholeOf({ text, finishReason, usage, usageRaw }: Gathered): Upstream {
  if (finishReason === undefined || usage === undefined) {
    return broken("The model provider's stream ended without finish_reason or usage.");
  }
  return { kind: "whole", completion: { text, usage, finishReason }, usageRaw };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function parse(text: string): Chunk | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
