export type { Api, Away, LiveRun, ProbeTargets, Readiness, RunRequestBody, ScenarioView, StartResult } from "./api.ts";
export type { Answered } from "./measured.ts";
export { DEFAULT_LIMITS, startServer, type HttpServer, type ServerOptions, type ServerStart } from "./server.ts";
