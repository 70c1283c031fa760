import { formatDiagnostic } from "../../model/index.ts";
import { json, refusal, text, type Answer } from "../answer.ts";
import type { Api } from "../api.ts";
import type { Route } from "../route.ts";

/** The daemon's own state: what Prometheus, load balancers and operators ask. */
export function daemonRoutes(): readonly Route[] {
  return [metrics, healthy, ready, reload(), config, probes];
}

const metrics: Route = {
  method: "get",
  path: "/metrics",
  access: "read",
  name: "metrics",
  summary: "Gauges and counters for Prometheus, as text or OpenMetrics (by Accept), from memory.",
  answers: { 200: { description: "Metrics.", contentType: "text/plain" } },
  handle: async ({ api, accept }) => {
    const { contentType, text: body } = await api.metrics(accept);
    return { ...text(contentType, body), headers: { vary: "Accept" } };
  },
};

const healthy: Route = {
  method: "get",
  path: "/-/healthy",
  access: "read",
  name: "healthy",
  summary: "Answers while the process lives.",
  answers: { 200: { description: "It lives.", schema: "Healthy" } },
  handle: () => json(200, { healthy: true }),
};

const ready: Route = {
  method: "get",
  path: "/-/ready",
  access: "read",
  name: "ready",
  summary: "Whether the daemon can do its work.",
  answers: {
    200: { description: "It can.", schema: "Ready" },
    503: { description: "It cannot: `problems` says why.", schema: "Error" },
  },
  handle: ({ api }) => {
    const { problems } = api.ready();
    if (problems.length === 0) return json(200, { ready: true });
    return refusal({ status: 503, code: "not_ready", message: `Not ready: ${problems.join(" ")}`, problems });
  },
};

/** Two reloads at once could end in the order in which they did not begin. */
function reload(): Route {
  const state = { underWay: false };
  return {
    method: "post",
    path: "/-/reload",
    access: "change",
    name: "reload",
    summary: "Reads the configuration file again; a bad one changes nothing.",
    body: "Nothing",
    answers: {
      200: { description: "The file is in use.", schema: "Reloaded" },
      400: { description: "The old configuration stays in use; all problems of the file are listed.", schema: "Error" },
      409: { description: "Another reload is under way.", schema: "Error" },
    },
    handle: async ({ api }) => {
      if (state.underWay) {
        const message = "Another reload is under way: ask again when it has ended.";
        return refusal({ status: 409, code: "reload_under_way", message });
      }
      state.underWay = true;
      try {
        return await reloaded(api);
      } finally {
        state.underWay = false;
      }
    },
  };
}

async function reloaded(api: Api): Promise<Answer> {
  const { problems } = await api.reload();
  if (problems.length === 0) return json(200, { reloaded: true });
  const count = `${problems.length} ${problems.length === 1 ? "problem" : "problems"}`;
  return refusal({
    status: 400,
    code: "configuration_refused",
    message: `The configuration was not taken, the one before stays in use: ${count} in its file.`,
    problems: problems.map(formatDiagnostic),
    details: { diagnostics: problems },
  });
}

const config: Route = {
  method: "get",
  path: "/config",
  access: "read",
  name: "config",
  summary: "The configuration in use, secrets redacted.",
  answers: { 200: { description: "YAML.", contentType: "text/plain" } },
  handle: ({ api }) => text("text/plain; charset=utf-8", api.config()),
};

const probes: Route = {
  method: "get",
  path: "/api/v1/sd/probes",
  access: "read",
  name: "probes",
  summary: "Targets for blackbox_exporter, for Prometheus' http_sd.",
  answers: { 200: { description: "Targets and labels.", schema: "ProbeTargets" } },
  handle: ({ api }) => json(200, api.probes()),
};
