import { isRunId, type RunId, type RunQuery } from "../../model/index.ts";
import { json, refusal, type Answer } from "../answer.ts";
import type { Away, StartResult } from "../api.ts";
import { checked } from "../check.ts";
import { liveView } from "../live-view.ts";
import type { Asked, Route } from "../route.ts";
import { SHAPES } from "../shapes.ts";

const AWAY = { description: "The database is away.", schema: "Error", headers: ["Retry-After"] } as const;
const NO_SUCH_RUN = { description: "There is no such run.", schema: "Error" } as const;
const BAD = { description: "What was asked is wrong: all problems are listed.", schema: "Error" } as const;
const RETRY_AWAY = { "retry-after": "5" };
const RETRY_FULL = { "retry-after": "30" };

/** Asking for runs, looking at them, and stopping them. */
export function runRoutes(): readonly Route[] {
  return [list, start, show, abort, scenarios];
}

const list: Route = {
  method: "get",
  path: "/api/v1/runs",
  access: "read",
  name: "listRuns",
  summary: "Runs, newest first.",
  query: "RunsQuery",
  answers: { 200: { description: "A page of runs.", schema: "Runs" }, 400: BAD, 503: AWAY },
  handle: async ({ api, query }) => {
    const asked = checked(SHAPES.RunsQuery, query, "query");
    if ("answer" in asked) return asked.answer;
    const { limit, before, ...filters } = asked.value;
    // One more than asked for tells whether there is a next page.
    const wanted: RunQuery = {
      ...{ ...filters, limit: limit + 1 },
      ...(before !== undefined && isRunId(before) ? { before } : {}),
    };
    const found = await api.runs(wanted);
    if ("away" in found) return away(found);
    const runs = found.runs.slice(0, limit);
    const last = found.runs.length > limit ? runs.at(-1) : undefined;
    return json(200, { runs, next: last?.id });
  },
};

const start: Route = {
  method: "post",
  path: "/api/v1/runs",
  access: "change",
  name: "startRun",
  summary: "Queues a run of a configured scenario.",
  body: "RunRequest",
  idempotent: true,
  answers: {
    200: { description: "The Idempotency-Key is known: its run.", schema: "Started", headers: ["Location"] },
    202: { description: "Queued.", schema: "Started", headers: ["Location"] },
    400: BAD,
    409: { description: "The Idempotency-Key belongs to a run of something else.", schema: "Error" },
    429: { description: "The queue is full.", schema: "Error", headers: ["Retry-After"] },
    503: { ...AWAY, description: "The database is away, or there is no usable engine." },
  },
  handle: async ({ api, body, idempotencyKey }) => {
    const asked = checked(SHAPES.RunRequest, body, "body");
    if ("answer" in asked) return asked.answer;
    const result = await api.start(asked.value, idempotencyKey);
    return "away" in result ? away(result) : started(result);
  },
};

function started(result: StartResult): Answer {
  switch (result.kind) {
    case "queued":
    case "known": {
      const url = `/api/v1/runs/${result.id}`;
      const known = result.kind === "known";
      return json(known ? 200 : 202, { id: result.id, url, known }, { location: url });
    }
    case "conflict": {
      const message = `This Idempotency-Key belongs to run ${result.id}, which is of something else: use a new key.`;
      return refusal({ status: 409, code: "idempotency_conflict", message, details: { run: result.id } });
    }
    case "full": {
      const message = `The queue is full (${result.queued} runs wait): ask again when some have ended.`;
      return refusal({
        ...{ status: 429, code: "queue_full", message },
        ...{ details: { queued: result.queued }, headers: RETRY_FULL },
      });
    }
    case "refused": {
      const message = `The run was refused: ${result.problems.join(" ")}`;
      return refusal({ status: 400, code: "bad_request", message, problems: result.problems });
    }
    case "no_engine":
      return refusal({
        ...{ status: 503, code: "no_engine", message: result.reason.text },
        ...{ details: { reason: result.reason.code }, headers: RETRY_FULL },
      });
  }
}

const show: Route = {
  method: "get",
  path: "/api/v1/runs/:id",
  access: "read",
  name: "getRun",
  summary: "The record of a run that has ended, or how far it is.",
  answers: { 200: { description: "The run.", schema: "Run" }, 404: NO_SUCH_RUN, 503: AWAY },
  handle: async ({ api, id }) => {
    const run = gated(id);
    const found = await api.run(run);
    if (found === undefined) return unknownRun(run);
    if ("away" in found) return away(found);
    return json(200, "record" in found ? found.record : liveView(found.live));
  },
};

const abort: Route = {
  method: "post",
  path: "/api/v1/runs/:id/abort",
  access: "change",
  name: "abortRun",
  summary: "Stops a run, or takes it off the queue.",
  body: "Nothing",
  answers: {
    200: { description: "It had not begun and never will.", schema: "Aborted" },
    202: { description: "It was asked to stop.", schema: "Aborted" },
    404: NO_SUCH_RUN,
    409: { description: "It has ended already.", schema: "Error" },
    503: AWAY,
  },
  handle: async ({ api, id }) => {
    const run = gated(id);
    const result = await api.abort(run);
    if ("away" in result) return away(result);
    switch (result.kind) {
      case "withdrawn":
        return json(200, { id: run, result: result.kind });
      case "asked":
        return json(202, { id: run, result: result.kind });
      case "ended":
        return refusal({ status: 409, code: "run_ended", message: `Run ${run} has ended already.` });
      case "unknown":
        return unknownRun(run);
    }
  },
};

const scenarios: Route = {
  method: "get",
  path: "/api/v1/scenarios",
  access: "read",
  name: "listScenarios",
  summary: "Every configured scenario, its schedule and its newest run.",
  answers: { 200: { description: "Scenarios.", schema: "Scenarios" } },
  handle: async ({ api }) => json(200, { scenarios: await api.scenarios() }),
};

function gated(id: Asked["id"]): RunId {
  if (id === undefined) throw new Error("a route without :id asked for the id of a run");
  return id;
}

function unknownRun(id: RunId): Answer {
  return refusal({ status: 404, code: "not_found", message: `There is no run ${id}.` });
}

/** The database is away, in the words of the daemon. */
export function away(found: Away): Answer {
  return refusal({ status: 503, code: "database_away", message: found.away, headers: RETRY_AWAY });
}
