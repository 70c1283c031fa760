// The stream probe beside k6: k6 cannot time the tokens of a streamed answer, so it asks the probe to read it.
import exec from "k6/execution";
import type { ExchangeResult } from "./exchange.ts";
import type { Told } from "./read-told.ts";

/** What the probe tells of one exchange; times in milliseconds since the request was written to the connection. */
export interface ProbeAnswer {
  /** `lost`: nothing is known of the target, for the probe itself did not do its part. */
  readonly end: string;
  readonly detail?: string;
  readonly dispatch_ms?: number;
  readonly queue_ms?: number;
  readonly first_byte_ms?: number;
  readonly first_reasoning_ms?: number;
  readonly first_content_ms?: number;
  readonly last_content_ms?: number;
  readonly closed_ms?: number;
  readonly gaps_ms?: readonly number[];
  readonly finish_reason?: string;
  readonly usage?: {
    readonly prompt_tokens?: number;
    readonly completion_tokens?: number;
    readonly reasoning_tokens?: number;
    readonly cached_tokens?: number;
  };
  readonly cached?: boolean;
  readonly text?: string;
  readonly late_ms?: number;
}

export interface ProbeAt {
  /** Of this user: several may share the work. */
  url(): string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Throws one sentence where no probe runs: nothing that k6 measures by itself would be the time to a token. */
export function probeAt(url: string | undefined, token: string | undefined): ProbeAt {
  if (url === undefined || url === "" || token === undefined || token === "") {
    throw new Error(
      "This load test needs the stream probe of Chatbench, because k6 cannot time the tokens of a stream: give its scenario `traffic: stream` and start it with `chatbench run`.",
    );
  }
  const urls = url.split(",").map((each) => `${each}/stream`);
  // k6 builds `exec.vu` anew at each look: it is asked once.
  let own: string | undefined;
  return {
    url: () => (own ??= urls[exec.vu.idInTest % urls.length] ?? ""),
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
  };
}

/** The probe's own answer; throws where it refused to be asked. */
export function readProbe({ status, body }: { readonly status: number; readonly body: unknown }): ProbeAnswer {
  if (status === 200 && typeof body === "string") return JSON.parse(body) as ProbeAnswer;
  const problem = problemOf(body);
  if (status === 401 || status === 400 || status === 404) {
    throw new Error(`The stream probe refused to be asked: ${problem ?? status}`);
  }
  return { end: "lost", detail: problem ?? "the stream probe did not answer" };
}

function problemOf(body: unknown): string | undefined {
  try {
    return (JSON.parse(String(body)) as { readonly problem?: string } | null)?.problem;
  } catch {
    return undefined;
  }
}

/** In the words of exchange.ts. */
export function resultOf(answer: ProbeAnswer): ExchangeResult {
  return {
    good: answer.end === "complete",
    lastContentMs: answer.last_content_ms,
    firstByteMs: answer.first_byte_ms,
    firstContentMs: answer.first_content_ms,
    firstTokenMs: firstTokenOf(answer),
    firstReasoningMs: answer.first_reasoning_ms,
    closedMs: answer.closed_ms,
    outputTokens: answer.usage?.completion_tokens,
    tokensFromFirst: tokensFromFirstOf(answer),
    dispatchDelayMs: answer.dispatch_ms,
    queueDelayMs: answer.queue_ms,
    probeDelayMs: answer.late_ms,
    gapsMs: answer.gaps_ms,
    cached: answer.cached,
  };
}

function firstTokenOf({ first_reasoning_ms: reasoning, first_content_ms: content }: ProbeAnswer): number | undefined {
  return reasoning === undefined || content === undefined ? content : Math.min(reasoning, content);
}

/** Reasoning that was counted but not streamed lies before the first token that came. */
function tokensFromFirstOf({ usage, first_reasoning_ms: shown }: ProbeAnswer): number | undefined {
  const { completion_tokens: all, reasoning_tokens: reasoning = 0 } = usage ?? {};
  return all === undefined || shown !== undefined ? all : all - reasoning;
}

/** What the answer told of caches and tokens. */
export function toldOf({ usage, cached }: ProbeAnswer): Told {
  const { prompt_tokens: prompt, completion_tokens: completion, cached_tokens: read } = usage ?? {};
  return {
    ...(cached !== undefined && { cached }),
    ...(prompt !== undefined &&
      completion !== undefined && {
        usage: {
          ...{ prompt_tokens: prompt, completion_tokens: completion },
          ...(read !== undefined && read <= prompt && { cached_tokens: read }),
        },
      }),
  };
}
