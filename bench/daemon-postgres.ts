import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";

/** Where Debian puts the PostgreSQL that we support. */
const FOLDERS = [15, 16, 17, 18].map((version) => `/usr/lib/postgresql/${version}/bin`);
const TRIES = 400;
const PAUSE_MS = 50;

export interface BenchPostgres {
  readonly url: string;
  stop(): Promise<void>;
}

/** A real PostgreSQL with its own settings in a new folder, on a free port of 127.0.0.1. `more`: settings, as `fsync=off`. */
export async function startPostgres(
  more: readonly string[] = [],
): Promise<BenchPostgres | { readonly problem: string }> {
  const bin = FOLDERS.find((folder) => existsSync(join(folder, "postgres")));
  if (bin === undefined) return { problem: "no PostgreSQL (apt-get install postgresql)." };
  const folder = mkdtempSync(join(tmpdir(), "chatbench-bench-postgres-"));
  const asOwner = ownerOf(folder);
  const data = join(folder, "data");
  const [initdb, ...initArgs] = asOwner(join(bin, "initdb"), "-D", data, "-U", "chatbench", "-A", "trust", "-N");
  execFileSync(initdb, initArgs, { stdio: "ignore" });
  const port = await freePort();
  const settings = [`port=${port}`, "listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`, ...more];
  const flags = settings.flatMap((setting) => ["-c", setting]);
  const [postgres, ...args] = asOwner(join(bin, "postgres"), "-D", data, ...flags);
  const child = spawn(postgres, args, { stdio: "ignore" });
  const url = `postgres://chatbench@127.0.0.1:${port}/postgres`;
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) {
      child.kill("SIGINT"); // PostgreSQL's fast shutdown
      await once(child, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  };
  if (await answers(url)) return { url, stop };
  await stop();
  return { problem: "PostgreSQL did not answer." };
}

type Prefix = (...command: readonly string[]) => [string, ...string[]];

/** PostgreSQL refuses to run as root: then it runs as the user `postgres`, whom Debian's package makes. */
function ownerOf(folder: string): Prefix {
  if (process.getuid?.() !== 0) return (file = "", ...args) => [file, ...args];
  const [uid = NaN, gid = NaN] = ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, "postgres"])));
  chownSync(folder, uid, gid);
  chmodSync(folder, 0o700);
  // setpriv replaces itself by the program: the pid that we hold is PostgreSQL's own.
  return (...command) => ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "--", ...command];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function answers(url: string): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    const isThere = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => undefined);
    if (isThere) return true;
    await sleep(PAUSE_MS);
  }
  return false;
}
