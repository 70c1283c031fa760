import { z } from "zod";
import { UPTIME_WINDOW_SECONDS, type UptimeObjective } from "../model/index.ts";
import { duration, text } from "./fields.ts";
import { parseCondition } from "./objective.ts";

const LONGEST_SECONDS = 90 * 86_400;
const SHORTEST_SECONDS = 60;

const condition = text(
  { description: "Share of the time in which the target must answer.", examples: [">= 99.9%"] },
  'a condition such as ">= 99.9%"',
);

const window = duration({
  description: "How far back uptime is judged; 90d at most. Left out: 30d.",
  examples: ["30d", "7d"],
});

/** `">= 99.9%"`, or with a window. */
export const uptimeSchema = z
  .union([condition, z.strictObject({ objective: condition, window: window.optional() }).meta({ title: "mapping" })], {
    error: 'must be a condition such as ">= 99.9%", or { objective: ">= 99.9%", window: 30d }',
  })
  .meta({
    title: "condition",
    description:
      "Standing objective of the target, measured by probes each 15 s and read back from Prometheus; it makes no run invalid. It is judged once half of the window is measured, or when it can no longer be met.",
    examples: [">= 99.9%", { objective: ">= 99.5%", window: "7d" }],
  })
  .transform((written, context): UptimeObjective => {
    const { objective: wanted, window: windowSeconds = UPTIME_WINDOW_SECONDS } =
      typeof written === "string" ? { objective: written } : written;
    const problem = (message: string, path: readonly string[]): never => {
      context.issues.push({ code: "custom", message, input: written, path: [...path] });
      return z.NEVER;
    };
    const isText = typeof written === "string";
    if (windowSeconds > LONGEST_SECONDS) return problem("at most 90d: Prometheus keeps no more", ["window"]);
    if (windowSeconds < SHORTEST_SECONDS)
      return problem("at least 1m: a shorter window holds too few probes", ["window"]);
    const parsed = parseCondition("uptime", wanted, { unit: "ratio", better: "higher", example: "99.9%" });
    if ("problem" in parsed) return problem(parsed.problem, isText ? [] : ["objective"]);
    return { objective: parsed.objective, windowSeconds };
  });

export const healthPath = z
  .string({ error: "must be a path such as /healthz" })
  .regex(/^\/[\w\-./~%]{0,200}$/, { error: "must be a path such as /healthz: it begins with / and has no query" })
  .meta({
    title: "text",
    description:
      "Path below base_url that probes ask: 2xx means up. Left out: base_url itself, where every answer below 500 means up.",
    examples: ["/healthz"],
  });
