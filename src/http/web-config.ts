/** Users, TLS and headers in the format that Prometheus and its exporters share (exporter-toolkit). */
import { dirname, resolve } from "node:path";
import { LineCounter, parseDocument, isNode, isMap, isScalar, type Document } from "yaml";
import { z } from "zod";
import type { Diagnostic } from "../model/index.ts";
import { readTextFile } from "../platform/files.ts";
import type { TlsMaterial } from "../platform/http-server.ts";
import { costOf, type Users } from "./passwords.ts";

export interface WebConfig {
  readonly users?: Users;
  readonly tls?: TlsMaterial;
  readonly headers: Readonly<Record<string, string>>;
}

const MAX_BYTES = 64 * 1024;
const MAX_COST = 16;

const bcryptHash = z.string().superRefine((text, context) => {
  const cost = costOf(text);
  // Not quoted: what stands here instead is often the password itself.
  if (cost === undefined) context.addIssue("this is not a bcrypt hash; make one with htpasswd -nBC 10 NAME");
  else if (cost > MAX_COST)
    context.addIssue(`this bcrypt hash has the cost ${cost}: one check would take seconds; use at most ${MAX_COST}`);
});

const HEADERS = [
  "Strict-Transport-Security",
  "Content-Security-Policy",
  "X-Frame-Options",
  "X-Content-Type-Options",
  "X-XSS-Protection",
] as const;

const CLIENT_AUTH = {
  NoClientCert: "none",
  VerifyClientCertIfGiven: "if_given",
  RequireAndVerifyClientCert: "required",
} as const;
const TLS_VERSIONS = { TLS12: "TLSv1.2", TLS13: "TLSv1.3" } as const;

const schema = z.strictObject({
  tls_server_config: z
    .strictObject({
      cert_file: z.string().min(1),
      key_file: z.string().min(1),
      client_auth_type: z.enum(keysOf(CLIENT_AUTH)).default("NoClientCert"),
      client_ca_file: z.string().min(1).optional(),
      min_version: z.enum(keysOf(TLS_VERSIONS)).default("TLS12"),
    })
    .optional(),
  http_server_config: z
    .strictObject({
      // Known so that a file shared with exporters is taken; this server speaks HTTP/1.1.
      http2: z.boolean().optional(),
      headers: z.strictObject(Object.fromEntries(HEADERS.map((name) => [name, headerText().optional()]))).optional(),
    })
    .optional(),
  basic_auth_users: z
    .record(z.string().regex(/^[^:]{1,200}$/, { error: "a user name has no colon" }), bcryptHash)
    .optional(),
});
type Written = z.output<typeof schema>;

function headerText(): z.ZodString {
  return z.string().regex(/^[\x20-\x7e]*$/, { error: "a header is one line of ASCII text" });
}

function keysOf<Key extends string>(map: Readonly<Record<Key, string>>): readonly Key[] {
  return Object.keys(map) as Key[];
}

export type WebConfigResult =
  /** `fingerprint` changes when the file, or one that it names, changes. */
  { readonly config: WebConfig; readonly fingerprint: string } | { readonly problems: readonly Diagnostic[] };

/** Reads and checks the file and those it names; every problem of it, with its place. */
export async function readWebConfig(file: string): Promise<WebConfigResult> {
  const read = await readTextFile(file, { maxBytes: MAX_BYTES });
  const whole = (message: string): Diagnostic => ({ file, line: 1, column: 1, severity: "error", message });
  if ("problem" in read) return { problems: [whole(`the web configuration cannot be read: ${read.problem.text}`)] };
  const lines = new LineCounter();
  const document = parseDocument(read.text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number, message: string): Diagnostic => {
    const { line, col } = lines.linePos(offset);
    return { ...whole(message), line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (document.errors.length > 0) {
    return { problems: document.errors.map((error) => at(error.pos[0], `not valid YAML: ${error.message}`)) };
  }
  const result = schema.safeParse(plainOf(document) ?? {});
  if (!result.success) {
    return {
      problems: result.error.issues.flatMap((issue) =>
        problemsOf(issue).map(({ path, message }) => at(offsetOf(document, path), message)),
      ),
    };
  }
  const named = await readNamed(result.data, file);
  if (named.problems.length > 0) {
    return { problems: named.problems.map(({ path, message }) => at(offsetOf(document, path), message)) };
  }
  return { config: configOf(result.data, named.texts), fingerprint: JSON.stringify([read.text, named.texts]) };
}

interface Placed {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Aliases have no place in so small a file, and a bomb of them none anywhere. */
function plainOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 }) as unknown;
  } catch {
    return "an alias";
  }
}

function problemsOf(issue: z.core.$ZodIssue): readonly Placed[] {
  const where = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: `${where === "" ? "" : `${where}: `}the key ${JSON.stringify(key.slice(0, 80))} is not supported here`,
    }));
  }
  const told = issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  const message = told.replace(/^Invalid (input|option): /, "");
  return [{ path: issue.path, message: where === "" ? `the file: ${message}` : `${where}: ${message}` }];
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  const parent: unknown = path.length < 2 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  const pair = isMap(parent)
    ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last))
    : undefined;
  const node = isNode(pair?.key) ? pair.key : parent;
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

type Texts = Readonly<Record<"cert_file" | "key_file" | "client_ca_file", string | undefined>>;

/** Paths are relative to the file that names them. */
async function readNamed(
  written: Written,
  file: string,
): Promise<{ readonly texts: Texts; readonly problems: readonly Placed[] }> {
  const tls = written.tls_server_config;
  const texts: Record<string, string> = {};
  const problems: Placed[] = [];
  for (const key of ["cert_file", "key_file", "client_ca_file"] as const) {
    const path = tls?.[key];
    if (path === undefined) continue;
    const read = await readTextFile(resolve(dirname(file), path), { maxBytes: 1024 * 1024 });
    if ("text" in read) texts[key] = read.text;
    else problems.push({ path: ["tls_server_config", key], message: read.problem.text });
  }
  if (tls !== undefined && tls.client_auth_type !== "NoClientCert" && tls.client_ca_file === undefined) {
    const message = `client_auth_type ${tls.client_auth_type} needs client_ca_file, the authority that it trusts`;
    problems.push({ path: ["tls_server_config", "client_auth_type"], message });
  }
  const { cert_file, key_file, client_ca_file } = texts;
  return { texts: { cert_file, key_file, client_ca_file }, problems };
}

function configOf(written: Written, texts: Texts): WebConfig {
  const { tls_server_config: tls, basic_auth_users: users = {}, http_server_config: http } = written;
  const headers = Object.entries(http?.headers ?? {}).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    headers: Object.fromEntries(headers),
    ...(Object.keys(users).length === 0 ? {} : { users }),
    ...(tls === undefined ? {} : { tls: materialOf(tls, texts) }),
  };
}

function materialOf(tls: NonNullable<Written["tls_server_config"]>, texts: Texts): TlsMaterial {
  return {
    cert: texts.cert_file ?? "",
    key: texts.key_file ?? "",
    ...(texts.client_ca_file === undefined ? {} : { clientCa: texts.client_ca_file }),
    clientCertificate: CLIENT_AUTH[tls.client_auth_type],
    minVersion: TLS_VERSIONS[tls.min_version],
  };
}
