import { readdirSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { judge } from "../../src/judge/index.ts";
import { Secret, type Engine, type Load, type TrialResult } from "../../src/model/index.ts";
import {
  inFolder,
  OWN,
  ROOT,
  runScript,
  steady,
  trialWork,
  watcher,
  type Watched,
  type WorkInput,
} from "../support/k6.ts";
import { locustEngine, locustScript } from "../support/locust.ts";
import { answer, startServer, type TestServer } from "../support/server.ts";

// The real Locust in trouble: what it cannot say is never taken for good news.

type RunInput = WorkInput & { readonly engine: Engine; readonly watch: Watched };

const engine = locustEngine({ graceMs: 10_000 });
const SHORT: Load = steady(2, 1);
let server: TestServer;
beforeAll(async () => {
  server = await startServer(answer({ delayMs: 5 }));
});
afterAll(() => server.close());

async function ran(name: string, input: Partial<RunInput> = {}): Promise<TrialResult> {
  const work = { script: locustScript(name), baseUrl: server.url, load: SHORT, engine, ...input };
  return await runScript(work, (result) => result);
}

describe.concurrent("scripts that are broken", () => {
  it("names the script's exception and its line", async () => {
    const { outcome, facts } = await ran("broken.py");
    expect(outcome).toMatchObject({ kind: "broken", reason: { code: "script_broken" } });
    expect(textOf(outcome)).toContain("No module named 'no_such_module' (line 3)");
    expect(facts).toBeUndefined();
  });

  it("refuses a script without a user", async () => {
    const { outcome } = await ran("no_user.py");
    expect(textOf(outcome)).toContain("it defines no user");
  });

  it("refuses the pattern own without a shape", async () => {
    const { outcome } = await ran("talk.py", { load: OWN });
    expect(textOf(outcome)).toContain("wants exactly one LoadTestShape");
  });

  it("says before any load what is wrong", async () => {
    await inFolder(async (folder) => {
      const work = trialWork({ script: locustScript("broken.py"), folder, load: SHORT });
      const asked = await engine.inspect(work);
      expect(asked).toMatchObject({ problem: { code: "script_broken" } });
      expect(await engine.inspect(trialWork({ script: locustScript("talk.py"), folder, load: SHORT }))).toEqual({
        inspection: { maxUsers: 2, thresholds: [], maxSeconds: 76 },
      });
    });
  });

  it("takes no load for judged whose preparations threw", async () => {
    const { outcome } = await ran("bad_listener.py");
    expect(outcome).toMatchObject({ kind: "broken", reason: { code: "script_broken" } });
    expect(textOf(outcome)).toContain("preparations failed");
  });

  it("48: a test that the script ended early is aborted by the script", async () => {
    expect((await ran("quits.py", { load: steady(2, 20) })).outcome).toMatchObject({ kind: "aborted", by: "script" });
  });

  it("a test that the script marked as failed is no completed one", async () => {
    const { outcome } = await ran("marks.py");
    expect(outcome).toMatchObject({ kind: "broken", reason: { code: "marked_failed" } });
  });
});

it("is not judged by its latencies where its one thread was held up: they are its own", async () => {
  const load = steady(4, 12);
  const { facts, observed } = await ran("busy.py", { load });
  expect(observed?.loop?.delayP99Seconds).toBeGreaterThan(0.025);
  const { verdict, invalid } = judge({ facts: facts!, observed, objectives: [], exitCode: 0 });
  expect({ verdict, codes: invalid.map(({ code }) => code) }).toEqual({
    verdict: "invalid",
    codes: ["generator_saturated"],
  });
}, 60_000);

it.each(["talk.py", "plain_http.py"])(
  "is invalid, and the target has no part in it, where %s had no file descriptor left for its users",
  async (name) => {
    const slow = await startServer(answer({ delayMs: 300 }));
    onTestFinished(() => slow.close());
    await inFolder(async (folder) => {
      const few = join(folder, "python.sh");
      const python = join(ROOT, ".tools/locust/bin/python");
      await writeFile(few, `#!/bin/sh\nulimit -Sn 60; ulimit -Hn 60\nexec ${python} "$@"\n`, { mode: 0o755 });
      const own = locustEngine({ search: { own: few } });
      const { facts, observed } = await ran(name, { baseUrl: slow.url, load: steady(80, 3), engine: own });
      expect(facts?.shortage?.why).toMatch(/^Too many open files \(its process .*raise the limit.*ulimit -n/);
      expect(facts?.shortage?.requests).toBeGreaterThan(0);
      expect(facts?.shortage?.requests).toBeLessThanOrEqual(facts?.requests.failed ?? 0);
      const { verdict, invalid } = judge({ facts: facts!, observed, objectives: [], exitCode: 0 });
      expect({ verdict, code: invalid[0]?.code }).toEqual({ verdict: "invalid", code: "generator_saturated" });
    });
  },
);

describe.concurrent("what goes wrong in the load is counted", () => {
  it("counts an exception after a good answer as one of it", async () => {
    const { facts, outcome } = await ran("throws.py");
    expect(outcome.kind).toBe("completed");
    expect(facts?.exceptions.afterGood).toBeGreaterThan(0);
    expect(Math.abs((facts?.exceptions.afterGood ?? 0) - (facts?.requests.count ?? 0))).toBeLessThanOrEqual(2);
    expect(facts?.iterations).toEqual({ completed: 0 });
  });

  it("counts exceptions of a script that asks nothing, and no request", async () => {
    const { facts } = await ran("throws_alone.py");
    expect(facts?.requests).toEqual({ count: 0, failed: 0 });
    expect(facts?.exceptions.withoutRequest).toBeGreaterThan(0);
    expect(facts?.latency.count).toBe(0);
  });

  it("counts answers that the script calls failures, and leaves their time out", async () => {
    const { facts } = await ran("caught.py");
    const { count = 0, failed = 0 } = facts?.requests ?? {};
    expect(Math.abs(count - 2 * failed)).toBeLessThanOrEqual(2);
    expect(facts?.latency.count).toBe(count - failed);
  });

  it("counts a refused connection as a failed request", async () => {
    const { facts, outcome } = await ran("talk.py", { baseUrl: "http://127.0.0.1:9" });
    expect(outcome.kind).toBe("completed");
    expect(facts?.requests.count).toBeGreaterThan(0);
    expect(facts?.requests.failed).toBe(facts?.requests.count);
    expect(facts?.latency.count).toBe(0);
    expect(facts?.complaints?.[0]).toMatch(/Connection ?refused/i);
  });
});

describe.concurrent("a Locust that ends otherwise", () => {
  it("59: is led to no address where clouds hand out credentials, whatever name leads there", async () => {
    // The resolver reads this name as an address, which nobody sees before it is asked.
    for (const name of ["talk.py", "plain_http.py"]) {
      const { outcome, facts } = await ran(name, { baseUrl: "http://0xa9fea9fe:9" });
      expect(outcome).toMatchObject({ kind: "completed" });
      expect(facts?.requests.failed).toBeGreaterThan(0);
      expect(facts?.complaints?.join()).toContain("169.254.169.254 is an address at which clouds hand out credentials");
    }
  });

  it("ends at a word from outside, keeps its facts and judges nothing", async () => {
    const watch = watcher((progress) => {
      if (progress.requestsPerSecond > 0) watch.stopNow();
    });
    const result = await ran("talk.py", { load: steady(2, 60), watch });
    expect(result.outcome).toMatchObject({ kind: "aborted", by: "person" });
    expect(result.facts?.requests.count).toBeGreaterThan(0);
    expect(result.facts?.window.seconds).toBeLessThan(59);
  });

  it("is killed at once with all it started, and leaves no facts", async () => {
    await inFolder(async (folder) => {
      const watch = watcher((progress) => {
        if (progress.requestsPerSecond > 0) watch.killNow();
      });
      const work = trialWork({ script: locustScript("talk.py"), folder, baseUrl: server.url, load: steady(2, 60) });
      const { outcome, facts } = await engine.run(work, watch);
      expect(outcome.kind).toBe("aborted");
      expect(facts).toBeUndefined();
    });
  });

  it("17: a SIGKILL from elsewhere is told as such, for lack of memory where the system says so", async () => {
    for (const [kills, code] of [
      [[0, 0], "killed"],
      [[0, 1], "out_of_memory"],
    ] as const) {
      const left = [...kills];
      await inFolder(async (folder) => {
        const work = trialWork({ script: locustScript("talk.py"), folder, baseUrl: server.url, load: steady(1, 60) });
        const watch = watcher(() => void killNoted(folder));
        const own = locustEngine({ outOfMemoryKills: async () => Promise.resolve(left.shift()) });
        expect((await own.run(work, watch)).outcome).toMatchObject({ kind: "broken", reason: { code } });
      });
    }
  });

  it("is found and ended by who comes after a dead daemon", async () => {
    await inFolder(async (folder) => {
      const work = trialWork({ script: locustScript("talk.py"), folder, baseUrl: server.url, load: steady(1, 60) });
      const id = "20261123T020000Z-left-over-4k7q" as typeof work.runId;
      const watch = watcher();
      const running = engine.run({ ...work, runId: id }, watch);
      await vi.waitFor(() => expect(watch.progress.length).toBeGreaterThan(0), { timeout: 30_000, interval: 50 });
      expect(await locustEngine().endLeftOver(id, folder)).toEqual({ ended: 1 });
      expect((await running).outcome).toMatchObject({ kind: "aborted", by: "person" });
    });
  });
});

async function killNoted(folder: string): Promise<void> {
  const note = await readFile(join(folder, "engine.json"), "utf8").catch(() => undefined);
  if (note !== undefined) process.kill((JSON.parse(note) as { pid: number }).pid, "SIGKILL");
}

describe.concurrent("what Locust is given", () => {
  it("secrets reach the script by a file that is gone afterwards, and stand nowhere else", async () => {
    const input = { script: locustScript("secret.py"), baseUrl: server.url, load: SHORT };
    const secrets = { API_KEY: new Secret("s3cr3t-of-locust") };
    await runScript({ ...input, engine, secrets }, async ({ outcome }, folder) => {
      expect(outcome.kind).toBe("completed");
      expect(server.seen.some(({ headers }) => headers["x-key"] === "s3cr3t-of-locust")).toBe(true);
      for (const name of await readdir(folder))
        expect(await readFile(join(folder, name), "utf8")).not.toContain("s3cr3t-of-locust");
    });
  });

  it("65: while the load goes on they are no longer on disk, and a script that asks again still gets them", async () => {
    await inFolder(async (folder) => {
      const secrets = { API_KEY: new Secret("s3cr3t-of-a-load") };
      const during: string[] = [];
      const watch = watcher(() => during.push(...readdirSync(folder)));
      const work = trialWork({ script: locustScript("secret.py"), folder, baseUrl: server.url, load: SHORT, secrets });
      expect((await engine.run(work, watch)).outcome.kind).toBe("completed");
      expect(during).toContain("locust.log");
      expect(during).not.toContain(".secrets");
      const again = server.seen.filter(({ headers }) => headers["x-key-again"] === "s3cr3t-of-a-load");
      expect(again.length).toBeGreaterThan(2);
    });
  });

  it("no configuration of the home folder changes a load", async () => {
    const home = await mkdtemp(join(tmpdir(), "chatbench-home-"));
    try {
      await writeFile(join(home, ".locust.conf"), "users = 50\nhost = http://127.0.0.1:9\nrun-time = 1s\n");
      const own = locustEngine({ inherited: { ...process.env, HOME: home, LOCUST_HOST: "http://127.0.0.1:9" } });
      const { facts } = await ran("talk.py", { engine: own });
      expect(facts?.requests).toMatchObject({ failed: 0 });
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });

  it("a Python without Locust is a sentence that says what to do", async () => {
    const missing = locustEngine({ search: { own: "/nowhere/bin/python" } });
    expect(await missing.version()).toMatchObject({ problem: { code: "engine_missing" } });
    const wrong = locustEngine({ search: { own: "/nowhere", named: "/bin/true" } });
    const { outcome } = await ran("talk.py", { engine: wrong });
    expect(textOf(outcome)).toContain("is no Python with Locust. Run `node tools/setup.mjs --locust`");
  });

  it("what Locust cannot do is refused", async () => {
    const { outcome } = await ran("talk.py", { traffic: "stream" });
    expect(textOf(outcome)).toContain("Locust measures whole HTTP answers, not the traffic stream");
  });
});

function textOf(outcome: TrialResult["outcome"]): string {
  return outcome.kind === "completed" ? "" : outcome.reason.text;
}
