/** What request.json must look like: a folder may be anybody's, and a record is made from it when its run died. */
import { z } from "zod";
import { load } from "./load-shape.ts";
import { ENGINE_NAMES, isRunId, TRAFFICS, type Json, type OpenedRun, type RunId } from "../model/index.ts";

const count = z.number().int().nonnegative();

const objective = z.object({
  measurement: z.string(),
  comparator: z.enum(["<", "<=", ">", ">="]),
  limit: z.number(),
  condition: z.string(),
});

const resources = z.object({
  nodeExporter: z.string().exactOptional(),
  cadvisor: z.object({ url: z.string(), container: z.string() }).exactOptional(),
  process: z.union([z.object({ port: count }), z.object({ pidFile: z.string() })]).exactOptional(),
});

const scenario = z.object({
  name: z.string(),
  script: z.string(),
  target: z.object({
    name: z.string(),
    baseUrl: z.string(),
    resources: resources.exactOptional(),
    metrics: z.object({ url: z.string(), names: z.array(z.string()) }).exactOptional(),
  }),
  engine: z.enum(ENGINE_NAMES).exactOptional(),
  traffic: z.enum(TRAFFICS).exactOptional(),
  load,
  objectives: z.array(objective),
  params: z.record(z.string(), z.json() as z.ZodType<Json>),
  env: z.record(z.string(), z.string()),
  secretNames: z.array(z.string()),
  maxSeconds: z.number().exactOptional(),
});

const opened: z.ZodType<OpenedRun> = z.object({
  schema: z.literal(1),
  id: z.custom<RunId>((id) => typeof id === "string" && isRunId(id), "is not a run id"),
  scenario,
  trigger: z.enum(["cron", "manual", "pull_request", "pre_deploy"]),
  revision: z.string().exactOptional(),
  slot: z.number().exactOptional(),
  owner: z.object({ host: z.string(), pid: count, startTime: z.string(), place: z.string().exactOptional() }),
  opened_at: z.iso.datetime(),
});

/** The request from the text of a request.json; undefined where it is none. */
export function parseRequest(json: string): OpenedRun | undefined {
  try {
    return opened.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
