import express from "express";
import type { Request, RequestHandler, Response } from "express";
import { errorHandler, jsonOnly, notFound, sendFailure } from "../http/errors.ts";
import { listen } from "../http/server.ts";
import type { Listening } from "../http/server.ts";
import { fateOf } from "./fate.ts";
import type { Fate, ProviderSettings } from "./fate.ts";
import { parseCompletion } from "./request.ts";
import type { CompletionRequest } from "./request.ts";
import { Slots } from "./slots.ts";
import { usageOf } from "./text.ts";
import { wait } from "./wait.ts";

/** What happened to all requests so far, whole numbers: `requests` is the sum of the other totals and those at work. */
export interface ProviderStats {
  readonly requests: number;
  readonly answered: number;
  readonly failed: number;
  readonly refused: number;
  readonly abandoned: number;
  readonly bad_requests: number;
  readonly most_active: number;
  readonly most_waiting: number;
}

export interface Provider extends Listening {
  stats(): ProviderStats;
}

type Totals = { -readonly [K in keyof ProviderStats]: number };

interface Ground {
  readonly settings: ProviderSettings;
  readonly slots: Slots;
  readonly totals: Totals;
}

const BODY_LIMIT_BYTES = 1024 * 1024;

/** Starts the simulated LLM provider on 127.0.0.1 (port 0: a free one). Throws PortInUse. */
export async function startProvider(
  settings: ProviderSettings,
  port: number,
  log: (line: string) => void,
): Promise<Provider> {
  const ground: Ground = { settings, slots: new Slots(settings), totals: noTotals() };
  const app = express().disable("x-powered-by").disable("etag");
  app.get("/healthz", (_req, res) => void res.json({ status: "ok" }));
  app.get("/stats", (_req, res) => void res.json(ground.totals));
  app.use(jsonOnly, express.json({ limit: BODY_LIMIT_BYTES }));
  app.post("/v1/chat/completions", complete(ground));
  app.use(notFound, errorHandler(log));
  const listening = await listen(app, port);
  return { ...listening, stats: () => ({ ...ground.totals }) };
}

function noTotals(): Totals {
  return {
    requests: 0,
    answered: 0,
    failed: 0,
    refused: 0,
    abandoned: 0,
    bad_requests: 0,
    most_active: 0,
    most_waiting: 0,
  };
}

function complete(ground: Ground): RequestHandler {
  const { settings, totals } = ground;
  return async (req, res) => {
    const parsed = parseCompletion(req.body);
    // Bad requests have no number: they must not shift what the good ones meet.
    if (!parsed.ok) {
      totals.bad_requests += 1;
      sendFailure(res, { status: 400, code: "invalid_request_error", message: parsed.problem });
      return;
    }
    const fate = fateOf(settings, totals.requests, parsed.value);
    totals.requests += 1;
    await serve(ground, fate, { req, res, request: parsed.value });
  };
}

interface Exchange {
  readonly req: Request;
  readonly res: Response;
  readonly request: CompletionRequest;
}

/** Signals when the caller hangs up before its answer. */
function goneSignal(res: Response): AbortSignal {
  const controller = new AbortController();
  res.once("close", () => {
    if (!res.writableFinished) controller.abort();
  });
  return controller.signal;
}

async function serve(ground: Ground, fate: Fate, exchange: Exchange): Promise<void> {
  const { slots, totals } = ground;
  const { res } = exchange;
  const gone = goneSignal(res);
  const askedAt = performance.now();
  const asking = slots.acquire(gone);
  totals.most_waiting = Math.max(totals.most_waiting, slots.waiting);
  const grant = await asking;
  if (grant.kind === "gone") totals.abandoned += 1;
  if (grant.kind === "full") {
    totals.refused += 1;
    sendFailure(res, { status: 429, code: "rate_limit_exceeded", message: "The queue is full: try again later." });
  }
  if (grant.kind !== "granted") return;
  totals.most_active = Math.max(totals.most_active, slots.active);
  try {
    res.set("x-simulated-queue-ms", (performance.now() - askedAt).toFixed(1));
    await generate(totals, fate, { ...exchange, gone });
  } finally {
    grant.release();
  }
}

async function generate(
  totals: Totals,
  fate: Fate,
  { res, request, gone }: Exchange & { gone: AbortSignal },
): Promise<void> {
  res.set("x-simulated-first-token-ms", String(fate.firstTokenMs));
  res.set("x-simulated-generation-ms", String(fate.generationMs));
  if (!(await wait(fate.fails ? fate.firstTokenMs : fate.firstTokenMs + fate.generationMs, gone))) {
    totals.abandoned += 1;
    return;
  }
  if (fate.fails) {
    totals.failed += 1;
    sendFailure(res, { status: 503, code: "server_error", message: "The model is overloaded (a simulated error)." });
    return;
  }
  totals.answered += 1;
  res.json({
    id: `chatcmpl-${fate.index}`,
    object: "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    choices: [
      { index: 0, message: { role: "assistant", content: fate.tokens.join(" ") }, finish_reason: fate.finishReason },
    ],
    usage: usageOf(request.messages, fate.tokens),
  });
}
