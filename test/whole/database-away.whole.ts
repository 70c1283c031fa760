// `npm run e2e:database`: PostgreSQL is away for ten real minutes while five runs of real k6 finish; all five are stored
// within 60 s of its return (reliability.md, case 31).
import { afterAll, beforeAll, expect, it } from "vitest";
import { spawnDaemon } from "../support/daemon.ts";
import { folders } from "../support/daemon-faults.ts";
import { configureFive, fiveRunsWhileAway } from "../support/five-runs.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { tcpProxyTo } from "../support/tcp-proxy.ts";

const AWAY_MS = 10 * 60_000;
const space = folders();
const live = {} as { postgres: TestPostgres; target: TestServer };

beforeAll(async () => {
  live.postgres = await startPostgres();
  live.target = await startServer();
});
afterAll(async () => {
  await live.target.close();
  await live.postgres.stop();
  await space.remove();
});

it.each(["refuse", "hold"] as const)(
  "31: (%s) five runs that end while PostgreSQL is away for ten minutes are stored within 60 s of its return",
  async (fate) => {
    const { postgres, target } = live;
    await postgres.query("drop schema if exists chatbench cascade");
    const proxy = await tcpProxyTo(postgres.port);
    const folder = await space.make();
    await configureFive(folder, target.url);
    const daemon = await spawnDaemon(folder, {
      DATABASE_URL: `postgres://chatbench:x@127.0.0.1:${String(proxy.port)}/postgres`,
    });
    try {
      const { storedMs } = await fiveRunsWhileAway({ folder, daemon, ...live, proxy }, { fate, awayMs: AWAY_MS });
      process.stdout.write(`${fate}: stored ${(storedMs / 1000).toFixed(1)} s after its return\n`);
      expect(storedMs).toBeLessThan(60_000);
      expect(await daemon.stop()).toBe(0);
    } finally {
      daemon.child.kill("SIGKILL");
      await proxy.close();
    }
  },
  AWAY_MS + 240_000,
);
