import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stopChild } from "../support/children.ts";
import { configure, spawnDaemon, type DaemonProcess } from "../support/daemon.ts";
import { folders, listed, recordsIn, seconds, TELLING } from "../support/daemon-faults.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startServer, type TestServer } from "../support/server.ts";

// Two daemons as processes, with results of their own, on one PostgreSQL; real k6.

const space = folders();
const daemons: DaemonProcess[] = [];
let postgres: TestPostgres;
let target: TestServer;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
});
beforeEach(async () => {
  await postgres.query("drop schema if exists chatbench cascade");
  target = await startServer();
});
afterEach(async () => {
  for (const { child } of daemons.splice(0)) {
    child.kill("SIGCONT");
    await stopChild(child, "SIGKILL");
  }
  await target.close();
  await space.remove();
});

interface Placed extends DaemonProcess {
  readonly folder: string;
}

/** Daemons of one configuration, each with a results folder of its own. */
async function spawned(scenarios: Record<string, string>, env: Record<string, string> = {}): Promise<Placed> {
  const folder = await space.make();
  await configure(folder, { baseUrl: target.url, scenarios, script: TELLING });
  const daemon = await spawnDaemon(folder, { DATABASE_URL: postgres.url, ...env });
  daemons.push(daemon);
  return { ...daemon, folder };
}

/** Run ids in the order in which the target saw them, each stretch of one id once. */
const stretches = (): readonly string[] =>
  target.seen.map(({ path }) => path.slice(1)).filter((id, at, all) => id !== all[at - 1]);

describe("3: two daemons on one database", () => {
  it("3, 12: one run for each key, whichever is asked, and never two at once on the target", async () => {
    const pair = [await spawned({ chat: seconds(4) }), await spawned({ chat: seconds(4) })] as const;
    const keys = ["night-1", "night-2", "night-3", "night-4", "night-5"];
    const answers = await Promise.all(
      keys.flatMap((key) =>
        [...pair, ...pair].map(
          async ({ post }) => await post("/api/v1/runs", { scenario: "chat" }, { "idempotency-key": key }),
        ),
      ),
    );
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(keys.length);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3 * keys.length);
    const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as { id: string }[];
    const ids = [...new Set(bodies.map(({ id }) => id))].sort();
    expect(ids).toHaveLength(keys.length);
    const ended = async (): Promise<unknown> =>
      (await listed(pair[0])).map(({ id, state, reason }) => ({ id, state, reason }));
    await expect
      .poll(ended, { timeout: 60_000, interval: 100 })
      .toEqual(ids.map((id) => ({ id, state: "finished", reason: null })));
    expect(await listed(pair[1])).toEqual(await listed(pair[0]));
    expect(stretches().toSorted()).toEqual(ids); // one after the other, each once
    const [here, there] = await Promise.all(pair.map(async ({ folder }) => [...(await recordsIn(folder)).keys()]));
    expect([...(here ?? []), ...(there ?? [])].sort()).toEqual(ids); // each on one disk alone
  });
});
