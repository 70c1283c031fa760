import { spawn, execFile } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { freePort, stopChild } from "./children.ts";

/** Where Debian puts the newest and oldest PostgreSQL that we support. */
const FOLDERS = ["/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/17/bin"];
const TRIES = 200;
const PAUSE_MS = 50;

export interface TestPostgres {
  /** `postgres://chatbench:secret-of-test@127.0.0.1:<port>/postgres`, unless it has another superuser. */
  readonly url: string;
  readonly port: number;
  /** Runs SQL as the owner of the database. */
  query<Row extends Record<string, unknown>>(sql: string): Promise<readonly Row[]>;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** Left out: anybody of this machine is let in as `chatbench`. */
  readonly superuser?: { readonly name: string; readonly password: string };
  /** Left out: a free one. */
  readonly port?: number;
  /** Words of the command line, such as `-c`, `max_connections=120`. */
  readonly flags?: readonly string[];
}

/**
 * A real PostgreSQL of our own in a new folder, on a free port of 127.0.0.1. PostgreSQL refuses to run as root: then
 * it runs as the user `postgres`, whom Debian's package makes.
 */
export async function startPostgres({
  superuser,
  flags: more = [],
  ...at
}: PostgresOptions = {}): Promise<TestPostgres> {
  const bin = FOLDERS.find((folder) => existsSync(join(folder, "postgres")));
  if (bin === undefined) throw new Error("no PostgreSQL: run `npm run setup -- --test` (apt-get install postgresql)");
  const folder = await mkdtemp(join(tmpdir(), "chatbench-postgres-"));
  const owner = await ownerOf(folder);
  const data = join(folder, "data");
  const { name, password } = superuser ?? { name: "chatbench", password: "secret-of-test" };
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, password);
  const access = superuser === undefined ? ["-A", "trust"] : ["-A", "scram-sha-256", `--pwfile=${passwordFile}`];
  await promisify(execFile)(...owner.command(join(bin, "initdb"), ["-D", data, "-U", name, ...access, "-N"]));
  const port = at.port ?? (await freePort());
  const settings = [`port=${port}`, "listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`, "fsync=off"];
  const flags = [...more, ...settings.flatMap((setting) => ["-c", setting])];
  const child = spawn(...owner.command(join(bin, "postgres"), ["-D", data, ...flags]), { stdio: "ignore" });
  const url = `postgres://${name}:${password}@127.0.0.1:${port}/postgres`;
  const stop = async (): Promise<void> => {
    await stopChild(child, "SIGINT"); // PostgreSQL's fast shutdown: ends sessions instead of waiting for them
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await answering(url, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, port, query: (sql) => queryOnce(url, sql), stop };
}

interface Owner {
  command(file: string, args: readonly string[]): [string, string[]];
}

async function ownerOf(folder: string): Promise<Owner> {
  if (process.getuid?.() !== 0) return { command: (file, args) => [file, [...args]] };
  const run = promisify(execFile);
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map(async (flag) => Number((await run("id", [flag, "postgres"])).stdout)),
  );
  if (uid === undefined || gid === undefined) throw new Error("no user `postgres`");
  await chown(folder, uid, gid);
  await chmod(folder, 0o700);
  // setpriv replaces itself by the program: the pid that we hold is PostgreSQL's own.
  const prefix = [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "--"];
  return { command: (file, args) => ["setpriv", [...prefix, file, ...args]] };
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (child.exitCode !== null) throw new Error(`PostgreSQL ended with code ${child.exitCode}`);
    try {
      await queryOnce(url, "select 1");
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  throw new Error("PostgreSQL did not answer within 10 s");
}

async function queryOnce<Row extends Record<string, unknown>>(url: string, sql: string): Promise<readonly Row[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}
