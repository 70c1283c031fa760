import express from "express";
import type { Express, Response } from "express";
import { errorHandler, jsonOnly, notFound, sendFailure } from "../http/errors.ts";
import { chat, complete } from "./answering.ts";
import type { Answered, ChatbotParts } from "./answering.ts";
import { parseChat, parseOpenAi } from "./input.ts";

/** Every POST that reached a chat route is one request; each ends in exactly one of the other three. */
export interface ChatbotStats {
  readonly requests: number;
  readonly answered: number;
  readonly bad_requests: number;
  readonly failed: number;
  /** Of the answered ones. */
  readonly cached: number;
}

export interface ChatbotApp {
  readonly app: Express;
  stats(): ChatbotStats;
}

type Totals = { -readonly [K in keyof ChatbotStats]: number };
type Success = Extract<Answered, { kind: "answered" }>;

const BODY_LIMIT_BYTES = 256 * 1024;

/** The reference chatbot as an express app; the parts are the caller's to close. */
export function chatbotApp(parts: ChatbotParts, log: (line: string) => void): ChatbotApp {
  const totals: Totals = { requests: 0, answered: 0, bad_requests: 0, failed: 0, cached: 0 };
  const app = express().disable("x-powered-by").disable("etag");
  app.get("/healthz", health(parts));
  app.get("/stats", (_req, res) => void res.json(totals));
  app.use(["/api/chat", "/v1/chat/completions"], count(totals));
  app.use(jsonOnly, express.json({ limit: BODY_LIMIT_BYTES }));
  app.post("/api/chat", async (req, res) => {
    const input = parseChat(req.body);
    if (!input.ok) {
      sendFailure(res, badRequest(input.problem));
      return;
    }
    const answered = await chat(parts, input.value);
    if (answered.kind !== "answered") {
      sendFailure(res, failureOf(answered));
      return;
    }
    res.locals.cached = answered.cached;
    res.json({ reply: answered.completion.text, usage: answered.completion.usage, cached: answered.cached });
  });
  app.post("/v1/chat/completions", async (req, res) => {
    const input = parseOpenAi(req.body);
    if (!input.ok) {
      sendFailure(res, badRequest(input.problem));
      return;
    }
    const answered = await complete(parts, input.value);
    if (answered.kind !== "answered") {
      sendFailure(res, failureOf(answered));
      return;
    }
    res.locals.cached = answered.cached;
    res.json(openAiBody(answered, input.value.model));
  });
  app.use(notFound, errorHandler(log));
  return { app, stats: () => ({ ...totals }) };
}

/** Counts at the end of each answer by its status, so that load tests can be checked against the other side. */
function count(totals: Totals): express.RequestHandler {
  return (req, res, next) => {
    if (req.method !== "POST") {
      next();
      return;
    }
    totals.requests += 1;
    res.once("close", () => {
      if (res.writableFinished && res.locals.cached === true) totals.cached += 1;
      if (res.writableFinished && res.statusCode === 200) totals.answered += 1;
      else if (res.writableFinished && res.statusCode < 500) totals.bad_requests += 1;
      else totals.failed += 1;
    });
    next();
  };
}

function health(parts: ChatbotParts): express.RequestHandler {
  return async (_req, res: Response) => {
    const body = { conversations: parts.conversations.kind, cache: parts.cache.kind };
    try {
      await parts.conversations.ping();
      res.json({ status: "ok", ...body });
    } catch {
      res.status(503).json({ status: "unavailable", ...body });
    }
  };
}

function badRequest(message: string) {
  return { status: 400, code: "bad_request", message };
}

function failureOf({ kind, problem }: Exclude<Answered, Success>) {
  return { status: kind === "provider_failed" ? 502 : 503, code: kind, message: problem };
}

function openAiBody({ completion, cached }: Success, model: string) {
  const { prompt_tokens, completion_tokens } = completion.usage;
  return {
    id: `chatcmpl-demo-${performance.now().toFixed(3)}`,
    object: "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model,
    choices: [{ index: 0, message: { role: "assistant", content: completion.text }, finish_reason: "stop" }],
    usage: { ...completion.usage, total_tokens: prompt_tokens + completion_tokens },
    cached,
  };
}
