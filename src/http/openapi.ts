/** OpenAPI 3.1 from the routes and the shapes that the checks use; zod writes the schemas. */
import { z } from "zod";
import type { AnswerKind, Route } from "./route.ts";
import { SHAPES, type SchemaName } from "./shapes.ts";

type Part = Readonly<Record<string, unknown>>;

const HEADERS = {
  Location: { description: "Path of the run.", schema: { type: "string" } },
  "Retry-After": { description: "Seconds after which to ask again.", schema: { type: "string" } },
} as const;

export function openApiOf(routes: readonly Route[], version: string): Part {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Chatbench",
      version,
      description: "Asks a running daemon for runs and their results. Names in, never addresses.",
    },
    paths,
    components: {
      schemas: schemas(),
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "Wanted by everything that changes something." },
        user: { type: "http", scheme: "basic", description: "Users of the web configuration file: reading only." },
      },
    },
  };
}

function operationOf(route: Route): Part {
  const answers = Object.entries(route.answers).map(([status, kind]) => [status, answerOf(kind)] as const);
  const parameters = [...pathParameters(route), ...queryParameters(route), ...headerParameters(route)];
  return {
    operationId: route.name,
    summary: route.summary,
    // An empty entry: reading is open on loopback, where no users are configured.
    security: route.access === "change" ? [{ token: [] }] : [{}, { token: [] }, { user: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: route.body !== "Nothing",
            content: { "application/json": { schema: reference(route.body) } },
          },
        }),
    responses: {
      ...Object.fromEntries(answers),
      default: answerOf({ description: "Anything else that was refused or failed.", schema: "Error" }),
    },
  };
}

function answerOf({ description, schema, contentType, headers = [] }: AnswerKind): Part {
  const content =
    schema === undefined
      ? { [contentType ?? "text/plain"]: { schema: { type: "string" } } }
      : { "application/json": { schema: reference(schema) } };
  const listed = Object.fromEntries(headers.map((name) => [name, HEADERS[name]]));
  return { description, content, ...(headers.length === 0 ? {} : { headers: listed }) };
}

function pathParameters({ path }: Route): readonly Part[] {
  return [
    ...(path.includes(":id") ? [{ name: "id", in: "path", required: true, schema: reference("RunId") }] : []),
    ...(path.includes(":name") ? [{ name: "name", in: "path", required: true, schema: { type: "string" } }] : []),
  ];
}

function queryParameters({ query }: Route): readonly Part[] {
  if (query === undefined) return [];
  const { properties = {} } = z.toJSONSchema(SHAPES[query], { io: "input" });
  return Object.entries(properties).map(([name, schema]) => ({ name, in: "query", schema }));
}

function headerParameters({ idempotent }: Route): readonly Part[] {
  if (idempotent !== true) return [];
  const description = "Two requests with the same key are one run.";
  return [{ name: "Idempotency-Key", in: "header", description, schema: { type: "string", maxLength: 200 } }];
}

function reference(name: SchemaName): Part {
  return { $ref: `#/components/schemas/${name}` };
}

function schemas(): Part {
  const named = z.registry<{ id: string }>();
  // Copies of the metadata: a shape keeps its own description in zod's global registry.
  for (const [id, shape] of Object.entries(SHAPES)) named.add(shape, { ...shape.meta(), id });
  const { schemas: written } = z.toJSONSchema(named, { uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(
    Object.entries(written)
      .filter(([id]) => id !== "RunsQuery")
      .map(([id, schema]) => [id, without(schema, ["$schema", "$id", "id"])]),
  );
}

function without(schema: object, keys: readonly string[]): Part {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !keys.includes(key)));
}
