import express, { type Express, type Request, type RequestHandler, type Response } from "express";
import { isRunId, type Clock, type Log } from "../model/index.ts";
import { after } from "../platform/clock.ts";
import { clientAddress, type HttpHandler } from "../platform/http-server.ts";
import { refusal, type Answer } from "./answer.ts";
import type { Api } from "./api.ts";
import { hasBody, jsonBody, wrongBodyType } from "./body.ts";
import { checked } from "./check.ts";
import { faultHandler } from "./faults.ts";
import type { Guard } from "./guard.ts";
import { isOurHost } from "./hosts.ts";
import { measured, type Answered } from "./measured.ts";
import type { Asked, Route } from "./route.ts";
import { send } from "./send.ts";
import { SHAPES } from "./shapes.ts";

export interface AppOptions {
  readonly api: Api;
  readonly routes: readonly Route[];
  readonly guard: Guard;
  readonly listenHost: string;
  readonly allowedHosts: () => readonly string[];
  /** Headers of the web configuration file. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly answerWithinMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly answered: Answered;
}

/** Everything between a parsed HTTP request and the routes: the order below is the order in which a request passes. */
export function createApp(options: AppOptions): HttpHandler {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  // The pages' relative links hold for `/report`, not for `/report/`.
  app.enable("strict routing");
  app.enable("case sensitive routing");
  app.set("query parser", "simple");
  app.use(measured(options));
  app.use(safeHeaders(options));
  app.use(hostCheck(options));
  for (const path of new Set(options.routes.map((route) => route.path))) mount(app, path, options);
  app.use(guarded("read", options), (_request, response) => send(response, NOT_FOUND));
  app.use(faultHandler(options.log));
  return app;
}

const NOT_FOUND = refusal({
  ...{ status: 404, code: "not_found" },
  message: "There is nothing at this path: /api/v1/openapi.json lists what there is.",
});

function mount(app: Express, path: string, options: AppOptions): void {
  const routes = options.routes.filter((route) => route.path === path);
  app.all(path, (_request, response, next) => {
    response.locals.handler = path;
    next();
  });
  for (const route of routes) {
    const steps = [guarded(route.access, options), typed, jsonBody(), answering(route, options)];
    app[route.method](path, ...steps);
  }
  const allow = routes.flatMap(({ method }) => (method === "get" ? ["GET", "HEAD"] : ["POST"])).join(", ");
  const message = `This path takes ${allow} only.`;
  const answer = refusal({ status: 405, code: "method_not_allowed", message, headers: { allow } });
  app.all(path, guarded("read", options), (_request, response) => send(response, answer));
}

function safeHeaders({ headers }: AppOptions): RequestHandler {
  return (_request, response, next) => {
    response.setHeader("x-content-type-options", "nosniff");
    response.setHeader("x-frame-options", "DENY");
    response.setHeader("referrer-policy", "no-referrer");
    response.setHeader("cross-origin-resource-policy", "same-origin");
    response.setHeader("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    response.setHeader("cache-control", "no-store");
    for (const [name, value] of Object.entries(headers())) response.setHeader(name, value);
    next();
  };
}

function hostCheck({ listenHost, allowedHosts }: AppOptions): RequestHandler {
  return (request, response, next) => {
    const { host } = request.headers;
    if (isOurHost(host, listenHost, allowedHosts())) {
      next();
      return;
    }
    const name = JSON.stringify((host ?? "").slice(0, 100));
    const message = `This daemon is not known as ${name}: add the name to server.allowed_hosts of the configuration.`;
    send(response, refusal({ status: 421, code: "wrong_host", message }));
  };
}

function guarded(access: Route["access"], { guard }: AppOptions): RequestHandler {
  return async (request, response, next) => {
    const refused = await guard.refuse(access, request.headers.authorization, clientAddress(request));
    if (refused === undefined) next();
    else send(response, refused);
  };
}

const typed: RequestHandler = (request, response, next) => {
  const refused = wrongBodyType(request.headers);
  if (refused === undefined) next();
  else send(response, refused);
};

function answering(route: Route, options: AppOptions): RequestHandler {
  return async (request, response) => {
    const asked = askedOf(request, route, options.api);
    const answer = "answer" in asked ? asked.answer : await inTime(route, asked.asked, options.answerWithinMs);
    if (canAnswer(response)) send(response, answer);
  };
}

function canAnswer(response: Response): boolean {
  return !response.headersSent && !response.destroyed;
}

/** The gate: nothing that is no run id, no key and no body of this route comes past it. */
function askedOf(request: Request, route: Route, api: Api): { readonly asked: Asked } | { readonly answer: Answer } {
  const { id, name } = request.params;
  const written = typeof id === "string" ? id : undefined;
  if (route.path.includes(":id") && (written === undefined || !isRunId(written))) {
    const message = "This is not the id of a run: ids look like 20261123T020000Z-chat-api-4k7q.";
    return { answer: refusal({ status: 400, code: "bad_request", message }) };
  }
  const idempotencyKey = request.get("idempotency-key");
  if (idempotencyKey !== undefined && !/^[\x21-\x7e]{1,200}$/.test(idempotencyKey)) {
    const message = "An Idempotency-Key is 1 to 200 visible ASCII characters without spaces.";
    return { answer: refusal({ status: 400, code: "bad_request", message }) };
  }
  const body: unknown = hasBody(request.headers) ? request.body : undefined;
  const nothing = route.body === "Nothing" ? checked(SHAPES.Nothing, body ?? {}, "body") : undefined;
  if (nothing !== undefined && "answer" in nothing) return nothing;
  const runId = written !== undefined && isRunId(written) ? written : undefined;
  const accept = request.get("accept");
  return { asked: { api, query: { ...request.query }, body, idempotencyKey, accept, id: runId, name: pageName(name) } };
}

/** No path, no other folder: what is not such a name is no page. */
function pageName(written: string | readonly string[] | undefined): string | undefined {
  return typeof written === "string" && /^[A-Za-z0-9-]{1,80}\.md$/.test(written) ? written : undefined;
}

/** A client is told when the daemon takes too long; what it began goes on. */
async function inTime(route: Route, asked: Asked, withinMs: number): Promise<Answer> {
  return new Promise<Answer>((resolve, reject) => {
    const cancel = after(withinMs, () => {
      const message = `The daemon did not answer within ${withinMs / 1_000} s: try again.`;
      resolve(refusal({ status: 503, code: "timeout", message, headers: { "retry-after": "5" } }));
    });
    Promise.resolve()
      .then(() => route.handle(asked))
      .then(resolve, reject)
      .finally(cancel);
  });
}
