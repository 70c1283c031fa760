import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, it, onTestFinished } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const test: { results: string; child?: Started } = { results: "" };

interface Started {
  readonly child: ChildProcess;
  /** All it printed so far. */
  text(): string;
  /** Resolves when it has printed this. */
  printed(part: string): Promise<void>;
  readonly closed: Promise<number | null>;
}

beforeEach(async () => {
  test.results = await mkdtemp(join(tmpdir(), "chatbench-start-"));
});

afterEach(async () => {
  test.child?.child.kill("SIGTERM");
  await test.child?.closed;
  await rm(test.results, { recursive: true, force: true });
});

function start(): Started {
  const args = ["tools/start.mjs", `--results=${test.results}`];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  const seen = { text: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (seen.text += chunk));
  const closed = once(child, "close").then(() => child.exitCode);
  const printed = (part: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (seen.text.includes(part)) resolve();
      };
      child.stdout.on("data", look);
      look();
      void closed.then(() => reject(new Error(`It ended without "${part}":\n${seen.text}`)));
    });
  test.child = { child, text: () => seen.text, printed, closed };
  return test.child;
}

const answers = (url: string): Promise<boolean> => fetch(url).then(Boolean, () => false);

/** States of the runs that left a record. */
async function statesIn(results: string): Promise<string[]> {
  const folders = (await readdir(results)).filter((name) => name.includes("-smoke-"));
  const texts = await Promise.all(
    folders.map((name) => readFile(join(results, name, "record.json"), "utf8").catch(() => "{}")),
  );
  return texts.map((text) => (JSON.parse(text) as { state?: string }).state ?? "none");
}

interface Urls {
  readonly chatbot: string;
  readonly provider: string;
  readonly prometheus: string;
  readonly daemon: string;
}

function urlsIn(text: string): Urls {
  const found = text.match(/http:\/\/127\.0\.0\.1:\d+/g) ?? [];
  const [chatbot = "", provider = "", prometheus = "", daemon = ""] = found;
  return { chatbot, provider, prometheus, daemon };
}

/** The number that Prometheus holds for a series, or nothing. */
async function valueIn(prometheus: string, series: string): Promise<string | undefined> {
  const answer = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(series)}`);
  const { data } = (await answer.json()) as { data: { result: readonly { value: readonly [number, string] }[] } };
  return data.result[0]?.value[1];
}

/** Somebody else on the daemon's usual port, if nobody is there already. */
async function takeUsualPort(): Promise<void> {
  const server = createServer().on("error", () => undefined);
  server.listen(8640, "127.0.0.1").unref();
  onTestFinished(() => void server.close());
  await Promise.race([once(server, "listening"), once(server, "error")]);
}

/** Where the alerts of this Prometheus lead, without the names of their runbooks. */
async function runbooksOf(prometheus: string): Promise<readonly string[]> {
  const { data } = (await (await fetch(`${prometheus}/api/v1/rules?type=alert`)).json()) as {
    data: { groups: readonly { rules: readonly { annotations: Readonly<Record<string, string>> }[] }[] };
  };
  const urls = data.groups.flatMap(({ rules }) => rules.map(({ annotations }) => annotations.runbook_url ?? "none"));
  return [...new Set(urls.map((url) => url.replace(/\/[^/]*$/, "")))];
}

it("shows a judged run that passes, its report and series, stays up, and takes everything with it", async () => {
  await takeUsualPort();
  const started = start();
  await started.printed("Everything stays up until Ctrl-C.");
  expect(started.text()).toContain("The smoke run passed (exit 0).");
  const { chatbot, provider, prometheus, daemon } = urlsIn(started.text());
  for (const url of [chatbot, provider, prometheus, daemon]) expect(await answers(url)).toBe(true);

  const runs = (await readdir(test.results)).filter((name) => !name.startsWith(".") && !name.endsWith(".html"));
  expect(runs).toHaveLength(1);
  const record = JSON.parse(await readFile(join(test.results, runs[0]!, "record.json"), "utf8")) as {
    verdict: string;
    telemetry: { prometheus: string };
  };
  expect(record).toMatchObject({ verdict: "pass", telemetry: { prometheus: "complete" } });
  const page = await (await fetch(daemon)).text();
  expect(page).toContain("chat-api"); // the nightly one, with its next slot
  const verdict = 'chatbench_last_run_verdict{scenario="smoke",trigger="manual",verdict="pass"}';
  await expect.poll(() => valueIn(prometheus, verdict), { timeout: 40_000, interval: 500 }).toBe("1");

  // Not to whoever has port 8640.
  expect(await runbooksOf(prometheus)).toEqual([`${daemon}/runbooks`]);
  expect(daemon).not.toMatch(/:8640$/);

  const from = Date.now();
  started.child.kill("SIGINT");
  expect(await started.closed).toBe(0);
  expect(Date.now() - from).toBeLessThan(10_000);
  for (const url of [chatbot, provider, prometheus, daemon]) expect(await answers(url)).toBe(false);
});

it("leaves nothing running when it is killed without a word", async () => {
  const started = start();
  await started.printed("smoke run ");
  const urls = Object.values(urlsIn(started.text()));
  started.child.kill("SIGKILL");
  await started.closed;
  await expect.poll(() => Promise.all(urls.map(answers)), { timeout: 20_000 }).toEqual([false, false, false, false]);
  expect(await statesIn(test.results)).not.toContain("finished"); // the smoke run stopped too, and made no more load
});
