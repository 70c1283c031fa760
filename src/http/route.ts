import type { RunId } from "../model/index.ts";
import type { Answer } from "./answer.ts";
import type { Api } from "./api.ts";
import type { SchemaName } from "./shapes.ts";

/** A request that has passed host check, authentication and limits. */
export interface Asked {
  readonly api: Api;
  readonly query: unknown;
  /** Parsed JSON; undefined when there was none. */
  readonly body: unknown;
  readonly idempotencyKey: string | undefined;
  /** The header of that name. */
  readonly accept: string | undefined;
  /** The `:id` of the path, only where the path has one. */
  readonly id: RunId | undefined;
  /** The `:name` of the path, only where the path has one and it is a name of a page: `word-word.md`. */
  readonly name: string | undefined;
}

export interface AnswerKind {
  readonly description: string;
  /** Of a JSON answer. */
  readonly schema?: SchemaName;
  /** Of any other. */
  readonly contentType?: string;
  readonly headers?: readonly ("Location" | "Retry-After")[];
}

/** One route: what it does and how it is described stand together, so that neither can be forgotten. */
export interface Route {
  readonly method: "get" | "post";
  /** Express' form, `:id` being a run id; also its name in metrics. */
  readonly path: string;
  /** `change` always wants the token. */
  readonly access: "read" | "change";
  readonly name: string;
  readonly summary: string;
  readonly query?: SchemaName;
  readonly body?: SchemaName;
  readonly idempotent?: true;
  readonly answers: Readonly<Record<number, AnswerKind>>;
  handle(asked: Asked): Answer | Promise<Answer>;
}
