import express from "express";
import type { Express, Request, RequestHandler, Response } from "express";
import { errorHandler, jsonOnly, notFound, sendFailure } from "../http/errors.ts";
import { ledgerRoutes } from "../http/ledger-routes.ts";
import type { LedgerPage } from "../http/ledger.ts";
import { chat, complete } from "./answering.ts";
import type { Answered, ChatbotParts } from "./answering.ts";
import { CHAT_EVENTS, writeEvents } from "./event-streams.ts";
import { badRequest, failureOf } from "./failures.ts";
import { begin, chatbotGround } from "./ground.ts";
import type { ChatbotGround, ChatbotStats } from "./ground.ts";
import { cacheUseOf, parseChat, parseOpenAi } from "./input.ts";
import { openAiBody, openAiEvents } from "./openai.ts";
import { chatStream, completeStream } from "./streaming.ts";

export type { ChatbotStats } from "./ground.ts";

export interface ChatbotApp {
  readonly app: Express;
  /** For what else serves the same chatbot, such as its WebSockets. */
  readonly ground: ChatbotGround;
  stats(): ChatbotStats;
}

type Success = Extract<Answered, { kind: "answered" }>;

const BODY_LIMIT_BYTES = 256 * 1024;

/** The reference chatbot as an express app; the parts are the caller's to close. */
export function chatbotApp(parts: ChatbotParts, log: (line: string) => void): ChatbotApp {
  const ground = chatbotGround(parts, log);
  const app = express().disable("x-powered-by").disable("etag");
  app.get("/healthz", health(parts));
  app.get("/stats", (_req, res) => void res.json(ground.totals));
  app.use(ledgerRoutes(ground.ledger));
  app.use(["/api/chat", "/v1/chat/completions"], count(ground));
  app.use(jsonOnly, express.json({ limit: BODY_LIMIT_BYTES }));
  app.post("/api/chat", chatRoute(parts));
  app.post("/v1/chat/completions", openAiRoute(parts));
  app.use(notFound, errorHandler(log));
  return { app, ground, stats: () => ({ ...ground.totals }) };
}

function chatRoute(parts: ChatbotParts): RequestHandler {
  return async (req, res) => {
    const input = parseChat(req.body);
    if (!input.ok) {
      sendFailure(res, badRequest(input.problem));
      return;
    }
    const ask = { ...input.value, ...wishesOf(req) };
    if (ask.stream) {
      await writeEvents(res, (gone) => chatStream(parts, ask, gone), CHAT_EVENTS);
      return;
    }
    send(res, await chat(parts, ask), ({ completion, cache }) => ({
      reply: completion.text,
      usage: completion.usage,
      cached: cache === "hit",
    }));
  };
}

function openAiRoute(parts: ChatbotParts): RequestHandler {
  return async (req, res) => {
    const input = parseOpenAi(req.body);
    if (!input.ok) {
      sendFailure(res, badRequest(input.problem));
      return;
    }
    const { model, messages, maxTokens } = input.value;
    const { cache, ...simulate } = wishesOf(req);
    const question = { query: { model, messages, maxTokens, ...simulate }, cache };
    const { id } = res.locals.page as LedgerPage;
    if (input.value.stream) {
      await writeEvents(res, (gone) => completeStream(parts, question, gone), openAiEvents(input.value, id));
      return;
    }
    send(res, await complete(parts, question), (success) => openAiBody(success, model, id));
  };
}

/** What the headers of a request ask for beside its body. */
function wishesOf(req: Request) {
  const simulate = req.get("x-simulate");
  return { cache: cacheUseOf(req.get("cache-control")), ...(simulate === undefined ? {} : { simulate }) };
}

function send(res: Response, answered: Answered, bodyOf: (success: Success) => object): void {
  if (answered.kind !== "answered") {
    sendFailure(res, failureOf(answered));
    return;
  }
  res.locals.cached = answered.cache === "hit";
  (res.locals.page as LedgerPage).wrote("body");
  res.set("x-cache", answered.cache).json(bodyOf(answered));
}

/** Counts at the end of each answer by its status, so that load tests can be checked against the other side. */
function count(ground: ChatbotGround): RequestHandler {
  const { totals } = ground;
  return (req, res, next) => {
    if (req.method !== "POST") {
      next();
      return;
    }
    const page = begin(ground, performance.now());
    res.locals.page = page;
    res.set("x-request-id", page.id);
    res.once("close", () => {
      const whole = res.writableFinished && res.locals.failed !== true;
      if (whole && res.locals.cached === true) totals.cached += 1;
      const ending = !whole || res.statusCode >= 500 ? "failed" : res.statusCode === 200 ? "answered" : "bad_requests";
      totals[ending] += 1;
      page.ended(res.writableFinished ? ending : "abandoned");
    });
    next();
  };
}

function health(parts: ChatbotParts): RequestHandler {
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
