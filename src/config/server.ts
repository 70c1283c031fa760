import { resolve } from "node:path";
import type { Config, Secret } from "../model/index.ts";
import type { Context } from "./context.ts";
import { isLoopback } from "./listen.ts";
import { quote } from "./quantity.ts";
import type { DatabaseInput, ServerInput } from "./server-schema.ts";
import { fetchSecret } from "./secrets.ts";
import { databaseUrl } from "./targets.ts";

/** Builds `server` from those of its keys that are sound; what is wrong with them is reported. */
export async function buildServer(input: Partial<ServerInput>, context: Context): Promise<Config["server"]> {
  const listen = input.listen ?? { host: "127.0.0.1", port: 8640 };
  if (input.listen !== undefined && input.web_config_file === undefined && !isLoopback(listen.host)) {
    context.report(["server", "listen"], OPEN_TO_ALL);
  }
  const webConfigFile = await webConfig(input.web_config_file, context);
  const token = input.token === undefined ? undefined : await fetchToken(input.token, context);
  return {
    listen,
    ...(webConfigFile === undefined ? {} : { webConfigFile }),
    ...(token === undefined ? {} : { token }),
    allowedHosts: input.allowed_hosts ?? [],
  };
}

const OPEN_TO_ALL =
  "whoever reaches this address could read everything: name a web_config_file with users, or listen on 127.0.0.1";

async function webConfig(written: string | undefined, context: Context): Promise<string | undefined> {
  if (written === undefined) return undefined;
  const file = resolve(context.folder, written);
  const path = ["server", "web_config_file"];
  const real = written.includes("\0") ? undefined : await context.files.realPath(file);
  const found = real !== undefined && "path" in real ? await context.files.statOf(real.path) : undefined;
  if (found === undefined || "problem" in found) {
    context.report(path, `the file ${quote(written)} does not exist: write the users into it, or correct the path`);
  } else if (found.stat.kind !== "file") context.report(path, `${quote(written)} is not a file`);
  return file;
}

/** What a Bearer header can carry (RFC 6750). */
const BEARER = /^[A-Za-z0-9\-._~+/]+=*$/;
const SAFE_LENGTH = 16;

async function fetchToken(source: NonNullable<ServerInput["token"]>, context: Context): Promise<Secret | undefined> {
  const path = ["server", "token"];
  const token = await fetchSecret(source, path, context);
  if (token === undefined) return undefined;
  if (!BEARER.test(token.reveal())) {
    context.report(path, "the value of this secret cannot be sent in a header: use letters, digits and -._~+/ alone");
  } else if (token.reveal().length < SAFE_LENGTH) {
    const message = `the value of this secret is shorter than ${SAFE_LENGTH} characters: it could be guessed`;
    context.report(path, message, { severity: "warning" });
  }
  return token;
}

/** Chatbench's own database, if the file names one. */
export async function buildDatabase(
  input: Partial<DatabaseInput> | undefined,
  context: Context,
): Promise<Config["database"]> {
  return databaseUrl(input?.url, "postgres", { path: ["database", "url"], context });
}
