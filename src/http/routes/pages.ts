import { statusPage } from "../../report/index.ts";
import { page, refusal, type Answer } from "../answer.ts";
import type { Api } from "../api.ts";
import type { Asked, Route } from "../route.ts";

const HTML = { description: "A page.", contentType: "text/html" } as const;

/** What people look at. The pages' own links are relative and work on disk too; these paths make them work here. */
export function pageRoutes(): readonly Route[] {
  const ofRun = {
    method: "get",
    access: "read",
    answers: { 200: HTML, 404: { description: "No report of such a run.", schema: "Error" } },
    handle: ({ api, id }: Asked) => report(api, id),
  } as const;
  return [
    {
      method: "get",
      path: "/",
      access: "read",
      name: "status",
      summary: "What runs, waits, comes and was.",
      answers: { 200: HTML },
      handle: async ({ api }) => page(statusPage(await api.status()).markup),
    },
    {
      method: "get",
      path: "/report",
      access: "read",
      name: "overview",
      summary: "The newest run of each scenario, and its trend.",
      answers: { 200: HTML, 404: { description: "There is no report yet.", schema: "Error" } },
      handle: ({ api }) => report(api, undefined),
    },
    { ...ofRun, path: "/api/v1/runs/:id/report", name: "report", summary: "The page of a run." },
    // What the links of /report lead to: on disk, report.html lies in the folder of its run.
    { ...ofRun, path: "/:id/report.html", name: "reportFile", summary: "The page of a run, as the overview links it." },
    {
      method: "get",
      path: "/runbooks/:name",
      access: "read",
      name: "runbook",
      summary: "What an alert means and what to do; README.md lists them all.",
      answers: { 200: HTML, 404: { description: "There is no such runbook.", schema: "Error" } },
      handle: ({ api, name }) => runbook(api, name),
    },
  ];
}

async function runbook(api: Api, name: Asked["name"]): Promise<Answer> {
  const found = name === undefined ? undefined : await api.runbook(name);
  if (found !== undefined) return page(found.html);
  const message = "There is no such runbook: /runbooks/README.md lists them.";
  return refusal({ status: 404, code: "not_found", message });
}

async function report(api: Api, id: Asked["id"]): Promise<Answer> {
  const found = await api.report(id);
  if (found !== undefined) return page(found.html);
  const message = id === undefined ? "There is no report yet: no run has ended." : `There is no report of run ${id}.`;
  return refusal({ status: 404, code: "not_found", message });
}
