import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PGlite } from "@electric-sql/pglite";
import { Client } from "pg";
import { startDaemon, type DaemonProcess } from "./daemon-process.ts";
import { startPostgres } from "./daemon-postgres.ts";

export const DATABASES = ["PostgreSQL", "PGlite"] as const;
export type DatabaseName = (typeof DATABASES)[number];

export type Ask = (sql: string, values?: readonly unknown[]) => Promise<unknown>;

/** A folder for a daemon with a database of its own. */
export interface Place {
  readonly folder: string;
  readonly database: DatabaseName;
  readonly daemon: (env?: Record<string, string>) => Promise<DaemonProcess>;
  /** Uses the database while no daemon does; its tables are made first. */
  readonly fill: (work: (ask: Ask) => Promise<void>) => Promise<void>;
}

/** Makes a place, does the work in it, and takes everything away again. */
export async function inPlace<T>(
  database: DatabaseName,
  config: string,
  work: (place: Place) => Promise<T>,
): Promise<T | { readonly problem: string }> {
  const postgres = database === "PostgreSQL" ? await startPostgres() : undefined;
  if (postgres !== undefined && "problem" in postgres) return postgres;
  const folder = mkdtempSync(join(tmpdir(), "chatbench-bench-daemon-"));
  mkdirSync(join(folder, "load_tests"));
  writeFileSync(join(folder, "load_tests/chat.js"), "export default function () {}\n");
  writeFileSync(join(folder, "chatbench.yml"), config);
  const running: DaemonProcess[] = [];
  const daemon: Place["daemon"] = async (env = {}) => {
    const url: Record<string, string> = postgres === undefined ? {} : { DATABASE_URL: postgres.url };
    const started = await startDaemon(folder, { ...url, ...env });
    running.push(started);
    return started;
  };
  try {
    return await work({
      folder,
      database,
      daemon,
      fill: (fillWork) => fill({ folder, url: postgres?.url, daemon }, fillWork),
    });
  } finally {
    for (const one of running) await one.stop();
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Filled extends Pick<Place, "folder" | "daemon"> {
  readonly url: string | undefined;
}

async function fill({ folder, url, daemon }: Filled, work: (ask: Ask) => Promise<void>): Promise<void> {
  const first = await daemon(); // makes the tables
  await sleep(500);
  await first.stop();
  if (url === undefined) {
    const database = await PGlite.create({ dataDir: join(folder, "results/.store/data") });
    await work((sql, values = []) => database.query(sql, [...values]));
    await database.exec("checkpoint");
    await database.close();
    return;
  }
  const client = new Client({ connectionString: url });
  await client.connect();
  await work((sql, values = []) => client.query(sql, [...values]));
  await client.query("checkpoint");
  await client.end();
}
