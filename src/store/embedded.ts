import { join } from "node:path";
import { StoreUnavailable } from "../model/index.ts";
import { exists, makeTemporaryFolder, probeWritable, removeFolder, renamePath } from "../platform/files.ts";
import { ensurePrivateFolder } from "../platform/private-folder.ts";
import { lockFolder } from "../platform/lock-file.ts";
import { EmbeddedServer } from "./embedded-server.ts";
import { connectionOf, storeOn, type OpenStore, type StoreOptions } from "./open.ts";

export interface EmbeddedStore {
  readonly store: OpenStore;
  /** The database of before could not be opened: it lies here now, and an empty one was begun. */
  readonly quarantined?: string;
}

/** What PostgreSQL's driver makes of a folder and a port; the port is part of a file name, nothing listens on it. */
const PORT = 5432;
/** The system takes paths of sockets up to 107 bytes (103 on macOS). */
const LONGEST_SOCKET_PATH = 100;
/** PGlite has one session: a second connection would stand in the middle of the first one's transaction. */
const CONNECTIONS = 1;
/** With one connection callers queue for it, and that wait counts as connecting. */
const WAIT_MS = 30_000;

/**
 * A store on PGlite in `folder` (made if missing; 0700), which this process then has alone. Problems are sentences:
 * another living process has it, or the folder cannot be used.
 */
export async function openEmbeddedStore(
  options: StoreOptions & { readonly folder: string },
): Promise<EmbeddedStore | { readonly problem: string }> {
  const { folder } = options;
  const made = await ensurePrivateFolder(folder);
  const problem = made.problem ?? (await probeWritable(folder)).problem;
  if (problem !== undefined) return { problem: problem.text };
  const lock = await lockFolder(folder);
  if ("holder" in lock) return { problem: heldSentence(folder, lock) };
  const place = await placeIn(folder);
  const server = new EmbeddedServer({ dataFolder: join(folder, "data"), socket: place.socket });
  const end = async (): Promise<void> => {
    await server.stop();
    if (place.temporary) await removeFolder(place.folder);
    await lock.release();
  };
  const started = await startOrQuarantine(server, folder, options);
  if ("problem" in started) {
    await end();
    return started;
  }
  return { store: storeOf({ server, socketFolder: place.folder, end }, options), ...started };
}

function heldSentence(folder: string, { holder, elsewhere }: { holder: number; elsewhere: boolean }): string {
  const where = elsewhere ? " in another container" : "";
  return (
    `The database in ${folder} is in use by process ${holder}${where}: stop that process first, ` +
    "or let both use one PostgreSQL (DATABASE_URL)."
  );
}

interface Place {
  readonly folder: string;
  readonly socket: string;
  readonly temporary: boolean;
}

async function placeIn(folder: string): Promise<Place> {
  const file = `.s.PGSQL.${PORT}`;
  const socket = join(folder, file);
  if (Buffer.byteLength(socket) <= LONGEST_SOCKET_PATH) return { folder, socket, temporary: false };
  const short = await makeTemporaryFolder("chatbench-");
  return { folder: short, socket: join(short, file), temporary: true };
}

function storeOf(
  parts: { readonly server: EmbeddedServer; readonly socketFolder: string; readonly end: () => Promise<void> },
  options: StoreOptions & { readonly folder: string },
): OpenStore {
  const { server, socketFolder, end } = parts;
  const pool = {
    ...connectionOf(options),
    host: socketFolder,
    port: PORT,
    user: "postgres",
    database: "postgres",
    ssl: false,
  };
  const store = storeOn(
    {
      name: { label: `in ${options.folder}`, secrets: [] },
      pool: { ...pool, max: CONNECTIONS, connectionTimeoutMillis: WAIT_MS },
      beforeConnect: async () => {
        await server.ensure().catch((error: unknown) => {
          throw new StoreUnavailable(`The database in ${options.folder} is away: ${String(error)}.`);
        });
      },
      onLost: () => void server.drop(),
    },
    options,
  );
  const close = async (): Promise<void> => {
    await store.close();
    await end();
  };
  return { ...store, close };
}

/**
 * A database that cannot be opened twice in a row is set aside, not deleted, and an empty one is begun: the record
 * files refill it. If an empty one cannot be begun either, the old one was not the reason, and is put back.
 */
async function startOrQuarantine(
  server: EmbeddedServer,
  folder: string,
  { clock }: StoreOptions,
): Promise<{ readonly quarantined?: string } | { readonly problem: string }> {
  const data = join(folder, "data");
  const fresh = !(await exists(data));
  const first = await problemOf(server, fresh ? "new" : "old");
  if (first === undefined) return {};
  if (!fresh && (await problemOf(server, "old")) === undefined) return {};
  const problem = `The database in ${folder} cannot be opened: ${first}.`;
  if (fresh) return { problem };
  const aside = join(folder, `corrupt-${new Date(clock.now()).toISOString().replaceAll(/[-:.]/g, "")}`);
  const moved = await renamePath(data, aside);
  if (moved.problem !== undefined) return { problem: `${problem} ${moved.problem.text}` };
  if ((await problemOf(server, "new")) === undefined) return { quarantined: aside };
  await removeFolder(data);
  await renamePath(aside, data);
  return { problem };
}

async function problemOf(server: EmbeddedServer, kind: "old" | "new"): Promise<string | undefined> {
  try {
    await server.ensure();
    if (kind === "new") await server.restart(); // just made it holds 800 MiB, opened again 400
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
  }
}
