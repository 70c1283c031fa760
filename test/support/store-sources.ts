import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, type ClientConfig } from "pg";
import { Secret } from "../../src/model/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { openEmbeddedStore, openStore, type OpenStore } from "../../src/store/index.ts";
import { startPostgres } from "./postgres.ts";
import type { StoreSource } from "./store-contract.ts";

const EMPTY = ["runs", "slots", "schedules", "instances"].map((name) => `delete from chatbench.${name}`).join("; ");

/** Stores on a PostgreSQL of the test's own. */
export async function postgresSource(): Promise<StoreSource> {
  const postgres = await startPostgres();
  const store = openStore({ url: new Secret(postgres.url), clock: systemClock });
  return {
    fresh: async () => await emptied(store, { connectionString: postgres.url }),
    close: async () => {
      await store.close();
      await postgres.stop();
    },
  };
}

/** Stores on a PGlite in a folder of the test's own. */
export async function embeddedSource(): Promise<StoreSource> {
  const folder = await mkdtemp(join(tmpdir(), "chatbench-store-"));
  const store = await openedEmbedded(folder);
  return {
    fresh: async () =>
      await emptied(store, { host: folder, port: 5432, user: "postgres", database: "postgres", ssl: false }),
    close: async () => {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The embedded store in this folder; throws where a program would be told a sentence. */
export async function openedEmbedded(folder: string): Promise<OpenStore> {
  const opened = await openEmbeddedStore({ folder, clock: systemClock });
  if ("problem" in opened) throw new Error(opened.problem);
  return opened.store;
}

async function emptied(store: OpenStore, config: ClientConfig): Promise<OpenStore> {
  const state = await store.ready();
  if (state.kind !== "ready") throw new Error(state.problem);
  await execute(config, EMPTY);
  return store;
}

/** Runs SQL behind the store's back. */
export async function execute(config: ClientConfig, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client(config);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
