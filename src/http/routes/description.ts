import { json } from "../answer.ts";
import { openApiOf } from "../openapi.ts";
import type { Route } from "../route.ts";

/** All routes, with the two that describe them. */
export function withDescription(others: readonly Route[], version: string): readonly Route[] {
  const routes: readonly Route[] = [
    ...others,
    {
      method: "get",
      path: "/api/v1/openapi.json",
      access: "read",
      name: "openapi",
      summary: "This description, OpenAPI 3.1.",
      answers: { 200: { description: "The description.", schema: "OpenApi" } },
      handle: () => described,
    },
  ];
  const described = json(200, openApiOf(routes, version));
  return routes;
}
