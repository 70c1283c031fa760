/**
 * The one description of the configuration file: the checks, the types, the JSON Schema for editors and
 * docs/configuration.md all come from it.
 */
import { z } from "zod";
import { ENGINE_NAMES, isCatalogued, MEASUREMENTS, NAME_PATTERN, TRAFFICS, type Objective } from "../model/index.ts";
import { databaseAddress, duration, httpAddress, link, secret, text, whole } from "./fields.ts";
import { environmentSchema } from "./environment-schema.ts";
import { parseObjective } from "./objective.ts";
import { cacheSchema, promptsSchema } from "./prompts-schema.ts";
import { patternSchema } from "./pattern-schema.ts";
import { scheduleSchema } from "./schedule-schema.ts";
import { metricsSchema, resourcesSchema } from "./sources-schema.ts";
import { databaseSchema, queueSchema, serverSchema } from "./server-schema.ts";
import { healthPath, uptimeSchema } from "./uptime-schema.ts";

const name = z.string().regex(NAME_PATTERN, {
  error: "names are lower-case letters, digits and -, begin with a letter or digit, and have at most 63 of them",
});

const KEY = /^[A-Za-z_][A-Za-z0-9_]*$/;
const RESERVED = /^(?:(?:CHATBENCH|K6|LOCUST)_|PYTHON)/;

const environmentKey = z
  .string()
  .regex(KEY, { error: "names of variables are letters, digits and _, and do not begin with a digit" })
  .refine((key) => !RESERVED.test(key), {
    error: "names that begin with CHATBENCH_, K6_, LOCUST_ or PYTHON steer the engine and cannot be set here",
  });

export const targetSchema = z
  .strictObject({
    base_url: httpAddress({
      description: "Where the chatbot listens: host and perhaps a path, no password, no query.",
      examples: ["http://127.0.0.1:8000"],
    }),
    postgres: z
      .strictObject({
        url: databaseAddress("postgres", {
          description: "The chatbot's PostgreSQL, whose pool and activity are watched during a run.",
          examples: ["postgres://127.0.0.1:5432/chatbot", { env: "TARGET_DATABASE_URL" }],
        }),
      })
      .meta({ title: "mapping", description: "The chatbot's PostgreSQL." })
      .optional(),
    redis: z
      .strictObject({
        url: databaseAddress("redis", {
          description: "The chatbot's Redis, whose hits, misses and persistence are watched during a run.",
          examples: ["redis://127.0.0.1:6379", { file: "redis-url.secret" }],
        }),
      })
      .meta({ title: "mapping", description: "The chatbot's Redis." })
      .optional(),
    resources: resourcesSchema.optional(),
    metrics: metricsSchema.optional(),
    uptime: uptimeSchema.optional(),
    health_path: healthPath.optional(),
  })
  .meta({ title: "target", description: "A chatbot or gateway under test." });

const CONDITION_FORM = String.raw`^\s*(<=|>=|<|>)\s*[^<>=!\s]`;

/** Editors offer the catalogue's names and definitions. */
const objectiveProperties = Object.fromEntries(
  Object.entries(MEASUREMENTS).map(([key, kind]) => [
    key,
    { type: "string", pattern: CONDITION_FORM, title: kind.title, description: kind.definition },
  ]),
);

const objectivesSchema = z
  .record(z.string(), text({ description: "" }, 'a condition such as "< 200ms" or ">= 100"'))
  .meta({
    title: "mapping",
    description:
      'What the run is judged by: `measurement: "condition"`, with the unit of the measurement (`< 200ms`, `< 1%`, `>= 100`, `>= 50/s`). A metric of the script is `k6.<metric>.<statistic>`, its limit a plain number (seconds for times). Without an `error_rate`, `< 1%` is added.',
    examples: [{ latency_p95: "< 200ms", error_rate: "< 1%", "k6.my_timer.p95": "< 0.5" }],
    properties: objectiveProperties,
    patternProperties: { "^k6\\.": { type: "string", pattern: CONDITION_FORM } },
    additionalProperties: false,
  })
  .transform((conditions, context): readonly Objective[] => {
    const objectives: Objective[] = [];
    for (const [measurement, condition] of Object.entries(conditions)) {
      const parsed = parseObjective(measurement, condition);
      if ("objective" in parsed) objectives.push(parsed.objective);
      // An unknown name is a fault of the key; anything else of the value.
      else
        context.issues.push({
          code: "custom",
          message: parsed.problem,
          input: condition,
          path: [measurement],
          params: { atKey: !isCatalogued(measurement) },
        });
    }
    return objectives;
  });

export const scenarioSchema = z
  .strictObject({
    script: text({
      description:
        "The k6 or (`.py`) Locust script, relative to this file's folder; it must lie in the `scripts` folder.",
      examples: ["load_tests/k6_api_test.ts"],
    }),
    engine: z
      .enum(ENGINE_NAMES, { error: `must be one of ${ENGINE_NAMES.join(", ")}` })
      .meta({
        title: "engine",
        description: "What makes the load: k6 or locust. Left out: locust for a script in Python (`.py`), else k6.",
      })
      .optional(),
    target: text({ description: "Name of one of the `targets`.", examples: ["chatbot"] }),
    traffic: z
      .enum(TRAFFICS)
      .meta({
        title: "traffic",
        description:
          "What one request of the script is. `http` (the default): an answer of k6/http. `stream`: a streamed answer, timed token by token by the stream probe that is started beside k6. `websocket`: a message and its streamed answer over a WebSocket, timed by the script.",
        examples: ["stream"],
      })
      .optional(),
    pattern: patternSchema,
    objectives: objectivesSchema.optional(),
    params: z
      .record(z.string(), z.json({ error: "must be plain data: text, numbers, true, false, null, lists, mappings" }))
      .meta({
        title: "mapping",
        description:
          "Options of the script, any JSON (paths, bodies, turns, think time); it reads them from CHATBENCH_PARAMS.",
        examples: [{ path: "/api/chat", turns: 3 }],
      })
      .optional(),
    prompts: promptsSchema.optional(),
    cache: cacheSchema.optional(),
    env: z
      .record(environmentKey, text({ description: "" }))
      .meta({
        title: "mapping",
        description: "Further environment of the script (`__ENV`); nothing secret.",
        examples: [{ LANGUAGE: "de" }],
      })
      .optional(),
    secrets: z
      .record(environmentKey, secret({ description: "" }))
      .meta({
        title: "mapping of secrets",
        description: "Secrets of the script, by k6/secrets; each `{ env: NAME }` or `{ file: PATH }`.",
        examples: [{ API_KEY: { env: "CHATBOT_API_KEY" } }],
      })
      .optional(),
    max_duration: duration({
      description: "A trial that lasts longer is ended as a timeout. Left out: what k6 says it can last, and a minute.",
      examples: ["20m"],
    }).optional(),
    environment: environmentSchema.optional(),
    schedule: scheduleSchema.optional(),
  })
  .meta({ title: "scenario", description: "A script, a load pattern, a target and objectives." });

export const configSchema = z
  .strictObject({
    targets: z
      .record(name, targetSchema)
      .meta({ title: "mapping by name", description: "The chatbots under test, by name." }),
    scenarios: z.record(name, scenarioSchema).meta({ title: "mapping by name", description: "What to run, by name." }),
    scripts: text({
      description: "The folder that every script must lie in, relative to this file's folder.",
    }).default("load_tests"),
    results: z
      .strictObject({
        folder: text({ description: "Where runs are kept, relative to this file's folder." }).default("results"),
        keep_runs: whole(1, { description: "Newest runs that are kept." }).default(200),
        keep_days: whole(1, { description: "Days for which a run is kept." }).default(90),
      })
      .prefault({})
      .meta({ title: "mapping", description: "Where the runs are kept, and for how long." }),
    prometheus: z
      .strictObject({
        url: httpAddress({
          description: "Base address of a Prometheus with its remote-write receiver on.",
          examples: ["http://127.0.0.1:9090"],
        }),
      })
      .meta({
        title: "mapping",
        description: "Where series are sent. Left out: the local stack's Prometheus, if one runs.",
      })
      .optional(),
    server: serverSchema.prefault({}),
    database: databaseSchema.optional(),
    queue: queueSchema.prefault({}),
    links: z
      .strictObject({
        chatbench: link({ description: "Chatbench's own pages.", examples: ["http://127.0.0.1:8640"] }).optional(),
        grafana: link({ description: "Grafana.", examples: ["http://127.0.0.1:3000"] }).optional(),
        runbooks: link({
          description: "Folder of the runbooks.",
          examples: ["http://127.0.0.1:8640/runbooks"],
        }).optional(),
      })
      .prefault({})
      .meta({ title: "mapping", description: "Addresses that reports and alerts link to." }),
  })
  .meta({ title: "Chatbench configuration", description: "chatbench.yml" });

export type TargetInput = z.output<typeof targetSchema>;
export type ScenarioInput = z.output<typeof scenarioSchema>;
export type ConfigInput = z.output<typeof configSchema>;

/** The JSON Schema that editors read. */
export function editorSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(configSchema, {
    io: "input",
    target: "draft-7",
    override: ({ zodSchema, jsonSchema }) => {
      if (jsonSchema.description === "") delete jsonSchema.description;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      // Zod leaves examples out where a value is transformed; ours are all of the written form.
      const examples = z.globalRegistry.get(zodSchema)?.examples;
      if (Array.isArray(examples)) jsonSchema.examples = examples;
    },
  });
}
