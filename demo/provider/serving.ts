import type { Response } from "express";
import { sendFailure } from "../http/errors.ts";
import type { Ledger, LedgerPage } from "../http/ledger.ts";
import { chunkWriter } from "./chunks.ts";
import type { Fate } from "./fate.ts";
import type { CompletionRequest } from "./request.ts";
import type { Shape } from "./shape.ts";
import type { Slots } from "./slots.ts";
import { writeSteps } from "./stream-writer.ts";
import { stepsOf } from "./stream.ts";
import { usageOf } from "./text.ts";
import { waiter } from "./wait.ts";

/**
 * What happened to all requests so far, whole numbers: `requests` are the answered, failed, refused and
 * abandoned ones and those at work.
 */
export interface ProviderStats {
  readonly requests: number;
  readonly answered: number;
  /** With an error instead of an answer, or with a stream that broke off as it was told to. */
  readonly failed: number;
  readonly refused: number;
  readonly abandoned: number;
  readonly bad_requests: number;
  readonly most_active: number;
  readonly most_waiting: number;
  /** Accepted so far. */
  readonly connections: number;
}

export type Totals = { -readonly [K in keyof ProviderStats]: number };

/** What all requests share. */
export interface Ground {
  readonly slots: Slots;
  readonly totals: Totals;
  readonly ledger: Ledger;
}

export function noTotals(): Totals {
  return {
    requests: 0,
    answered: 0,
    failed: 0,
    refused: 0,
    abandoned: 0,
    bad_requests: 0,
    most_active: 0,
    most_waiting: 0,
    connections: 0,
  };
}

/** One request on its way. */
export interface Exchange {
  readonly res: Response;
  readonly request: CompletionRequest;
  readonly fate: Fate;
  readonly shape: Shape;
  readonly page: LedgerPage;
  /** Aborts when the caller hangs up before its answer is whole. */
  readonly gone: AbortSignal;
}

/** How a request ended, for the totals and the ledger. */
type Outcome = "answered" | "failed" | "abandoned" | "refused";

/** Waits for a slot, then answers in one piece or as a stream; counts and writes down how it ended. */
export async function serve(ground: Ground, exchange: Exchange): Promise<void> {
  const { slots, totals } = ground;
  const { res, page, fate } = exchange;
  const askedAt = performance.now();
  const asking = slots.acquire(exchange.gone);
  totals.most_waiting = Math.max(totals.most_waiting, slots.waiting);
  const grant = await asking;
  const count = (outcome: Outcome, ending: string = outcome): void => {
    totals[outcome] += 1;
    page.ended(ending);
  };
  if (grant.kind === "gone") count("abandoned");
  if (grant.kind === "full") {
    count("refused");
    sendFailure(res, { status: 429, code: "rate_limit_exceeded", message: "The queue is full: try again later." });
  }
  if (grant.kind !== "granted") return;
  totals.most_active = Math.max(totals.most_active, slots.active);
  try {
    page.wrote("granted");
    res.set("x-simulated-queue-ms", (performance.now() - askedAt).toFixed(1));
    res.set("x-simulated-first-token-ms", String(fate.firstTokenMs));
    res.set("x-simulated-generation-ms", String(fate.generationMs));
    await (exchange.request.stream && !fate.fails ? stream(exchange, count) : answer(exchange, count));
  } finally {
    grant.release();
  }
}

type Count = (outcome: Outcome, ending?: string) => void;

async function stream(exchange: Exchange, count: Count): Promise<void> {
  const { res, request, fate, shape, page, gone } = exchange;
  const usage = usageOf(request.messages, fate.tokens.length, fate.reasoningTokens);
  const created = Math.floor(Date.now() / 1000);
  const textOf = chunkWriter({ id: page.id, created, request, usage, finishReason: fate.finishReason });
  const out = { res, gone, wait: waiter(gone), page, textOf };
  const end = await writeSteps(out, stepsOf(fate, shape, request.includeUsage));
  if (end === "complete") count("answered", end);
  else if (end === "gone") count("abandoned");
  else count("failed", end);
}

async function answer({ res, request, fate, page, gone }: Exchange, count: Count): Promise<void> {
  const wait = waiter(gone);
  if (!(await wait(fate.fails ? fate.firstTokenMs : fate.firstTokenMs + fate.generationMs))) {
    count("abandoned");
    return;
  }
  page.wrote("body");
  if (fate.fails) {
    count("failed");
    sendFailure(res, { status: 503, code: "server_error", message: "The model is overloaded (a simulated error)." });
    return;
  }
  count("answered", "complete");
  res.json({
    id: page.id,
    object: "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    choices: [
      { index: 0, message: { role: "assistant", content: fate.tokens.join(" ") }, finish_reason: fate.finishReason },
    ],
    usage: usageOf(request.messages, fate.tokens.length, fate.reasoningTokens),
  });
}
