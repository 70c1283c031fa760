import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/platform/clock.ts";
import { ownPlace } from "../../src/platform/place.ts";
import { startTimeOf } from "../../src/platform/process-identity.ts";
import { openEmbeddedStore } from "../../src/store/index.ts";
import { stopChild } from "../support/children.ts";
import { execute, openedEmbedded } from "../support/store-sources.ts";
import { NO_LIMIT, orderOf, recordOf, idOf } from "../support/store-samples.ts";

let template: string;
let folder: string;
beforeAll(async () => {
  template = await mkdtemp(join(tmpdir(), "chatbench-embedded-"));
  const store = await openedEmbedded(template); // the first opening takes seconds: the tests have copies
  await store.ready();
  await store.close();
});
afterAll(async () => {
  await rm(template, { recursive: true, force: true });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "chatbench-embedded-"));
  await cp(template, folder, { recursive: true });
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const open = async (): ReturnType<typeof openEmbeddedStore> => await openEmbeddedStore({ folder, clock: systemClock });

/** Puts down the lock that a process with this pid and start time would hold. */
async function lockedBy(pid: number, startTime: string): Promise<void> {
  await writeFile(join(folder, `daemon-${pid}.lock`), startTime);
}

describe("34: one process per folder", () => {
  it("34: refuses a folder that another living process has, by its pid", async () => {
    const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    await once(other, "spawn");
    const pid = other.pid!;
    await lockedBy(pid, (await startTimeOf(pid))!);
    expect(await open()).toEqual({
      problem:
        `The database in ${folder} is in use by process ${pid}: stop that process first, ` +
        "or let both use one PostgreSQL (DATABASE_URL).",
    });
    await stopChild(other);
    const store = await openedEmbedded(folder); // it is gone: its lock is nobody's
    expect(await readdir(folder)).not.toContain(`daemon-${pid}.lock`);
    await store.close();
  });

  it("34: takes over what a process with a pid that is another's by now left behind", async () => {
    await lockedBy(1, "started before this machine");
    const store = await openedEmbedded(folder);
    expect((await readdir(folder)).filter((name) => name.endsWith(".lock"))).toEqual([
      `daemon-${process.pid}-${(await ownPlace())!.namespace}.lock`,
    ]);
    await store.close();
  });

  it("34: refuses a second store of the same process, and lets it in after the first was closed", async () => {
    const first = await openedEmbedded(folder);
    expect(await open()).toHaveProperty("problem", expect.stringContaining(`process ${process.pid}`));
    await first.close();
    expect((await readdir(folder)).sort()).toEqual(["data"]);
    const second = await openedEmbedded(folder);
    await second.close();
  });

  it("34: is readable by its owner only", async () => {
    const inner = join(folder, "inner");
    await cp(template, inner, { recursive: true });
    await chmod(inner, 0o755);
    const store = await openedEmbedded(inner);
    expect((await stat(inner)).mode & 0o777).toBe(0o700);
    await store.close();
  });
});

describe("35: a database that cannot be opened", () => {
  it("35: is set aside, told, and an empty one begun in its place", async () => {
    const before = await openedEmbedded(folder);
    await before.finish(recordOf(orderOf(1)));
    await before.close();
    await writeFile(join(folder, "data/global/pg_control"), "half a block");
    const opened = await open();
    if ("problem" in opened) throw new Error(opened.problem);
    expect(opened.quarantined).toMatch(/\/corrupt-\d{8}T\d{9}Z$/);
    expect(await readdir(opened.quarantined!)).toContain("PG_VERSION");
    expect(await opened.store.missing([idOf(1)])).toEqual([idOf(1)]);
    await opened.store.finish(recordOf(orderOf(1)));
    await opened.store.close();
    const again = await open();
    if ("problem" in again) throw new Error(again.problem);
    expect(again.quarantined).toBeUndefined();
    expect(await again.store.missing([idOf(1)])).toEqual([]);
    await again.store.close();
  });

  it("37: a folder that cannot be used is told with its path, and nothing is set aside", async () => {
    await writeFile(join(folder, "file"), "");
    const opened = await openEmbeddedStore({ folder: join(folder, "file/store"), clock: systemClock });
    expect(opened).toHaveProperty("problem", expect.stringContaining(join(folder, "file/store")));
  });
});

describe("the embedded database at work", () => {
  it("has its socket in a short folder when the path is too long for the system", async () => {
    const long = join(folder, "x".repeat(60), "y".repeat(60));
    await cp(template, long, { recursive: true });
    const store = await openedEmbedded(long);
    expect(await store.now()).toBeGreaterThan(0);
    await store.close();
    expect(await readdir(long)).toEqual(["data"]);
  });

  it("closes within 2 s in the middle of work, keeps what it had confirmed, and then refuses", async () => {
    const store = await openedEmbedded(folder);
    await store.ready();
    const confirmed: string[] = [];
    const work = Array.from({ length: 200 }, async (_, number) => {
      const result = await store.enqueue(orderOf(number), NO_LIMIT);
      confirmed.push(result.kind === "queued" ? result.id : "");
    });
    await Promise.race(work);
    const began = systemClock.now();
    await store.close();
    expect(systemClock.now() - began).toBeLessThan(3_000);
    await Promise.allSettled(work);
    await expect(store.now()).rejects.toThrow("was closed");
    const again = await openedEmbedded(folder);
    const kept = new Set<string>((await again.active()).map(({ id }) => id));
    expect(confirmed.length).toBeGreaterThan(0);
    expect(confirmed.filter((id) => !kept.has(id))).toEqual([]);
    await again.close();
  });

  it("does not hold up this process's event loop with a heavy statement", async () => {
    const store = await openedEmbedded(folder);
    await store.ready();
    const config = { host: folder, port: 5432, user: "postgres", database: "postgres", ssl: false as const };
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const began = systemClock.now();
    await execute(config, "select count(*) from generate_series(1, 3000000) as n where md5(n::text) like 'a%'");
    const tookMs = systemClock.now() - began;
    delay.disable();
    expect(tookMs).toBeGreaterThan(300);
    expect(delay.percentile(99) / 1e6).toBeLessThan(tookMs / 3);
    await store.close();
  });
});
