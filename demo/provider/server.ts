import express from "express";
import type { RequestHandler } from "express";
import { errorHandler, jsonOnly, notFound, sendFailure } from "../http/errors.ts";
import { ledgerRoutes } from "../http/ledger-routes.ts";
import { Ledger } from "../http/ledger.ts";
import { listen } from "../http/server.ts";
import type { Listening, Place } from "../http/server.ts";
import { goneSignal } from "../http/writing.ts";
import { fateOf } from "./fate.ts";
import type { ProviderSettings } from "./fate.ts";
import { parseCompletion } from "./request.ts";
import { noTotals, serve } from "./serving.ts";
import type { Ground, ProviderStats } from "./serving.ts";
import { parseShape } from "./shape.ts";
import { Slots } from "./slots.ts";

export type { ProviderStats } from "./serving.ts";

export interface Provider extends Listening {
  stats(): ProviderStats;
}

const BODY_LIMIT_BYTES = 1024 * 1024;

/** Starts the simulated LLM provider. Throws PortInUse. */
export async function startProvider(
  settings: ProviderSettings,
  place: Place,
  log: (line: string) => void,
): Promise<Provider> {
  const ground: Ground = { slots: new Slots(settings), totals: noTotals(), ledger: new Ledger() };
  const app = express().disable("x-powered-by").disable("etag");
  app.use((_req, res, next) => {
    res.locals.receivedMs = performance.now();
    next();
  });
  app.get("/healthz", (_req, res) => void res.json({ status: "ok" }));
  app.get("/stats", (_req, res) => void res.json(ground.totals));
  app.use(ledgerRoutes(ground.ledger));
  app.use(jsonOnly, express.json({ limit: BODY_LIMIT_BYTES }));
  app.post("/v1/chat/completions", complete(ground, settings));
  app.use(notFound, errorHandler(log));
  const listening = await listen(app, place, (server) => {
    server.on("connection", () => (ground.totals.connections += 1));
  });
  return { ...listening, stats: () => ({ ...ground.totals }) };
}

function complete(ground: Ground, settings: ProviderSettings): RequestHandler {
  const { totals } = ground;
  return async (req, res) => {
    const parsed = parseCompletion(req.body);
    const asked = parseShape(req.get("x-simulate") ?? "");
    const problem = parsed.ok ? (asked.ok ? undefined : `x-simulate: ${asked.problem}`) : parsed.problem;
    // Bad requests have no number: they must not shift what the good ones meet.
    if (!parsed.ok || !asked.ok) {
      totals.bad_requests += 1;
      sendFailure(res, { status: 400, code: "invalid_request_error", message: problem ?? "" });
      return;
    }
    const shape = { ...settings.shape, ...asked.value };
    const fate = fateOf({ ...settings, shape }, totals.requests, parsed.value);
    totals.requests += 1;
    const id = `chatcmpl-${fate.index}`;
    const page = ground.ledger.open(id, fate.index, res.locals.receivedMs as number);
    res.set("x-request-id", id);
    await serve(ground, { res, request: parsed.value, fate, shape, page, gone: goneSignal(res) });
  };
}
