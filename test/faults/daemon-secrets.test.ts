import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { stopChild } from "../support/children.ts";
import { spawnDaemon, type DaemonProcess } from "../support/daemon.ts";
import { folders, processesOf } from "../support/daemon-faults.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startServer, type TestServer } from "../support/server.ts";

// Every secret that Chatbench is given bears one mark, which is then looked for wherever people or programs can read.

const MARK = `cnry${String(process.pid)}x`;
/** What holds secrets by its nature, and is its owner's alone. */
const KEPT_FILES = [".secrets", ".daemon.json"];

const SCRIPT = `import http from "k6/http"; import secrets from "k6/secrets"; import { sleep } from "k6";
if (__ENV.SLOW_INIT) { const until = Date.now() + 60000; while (Date.now() < until); }
export default async function () {
  const headers = { "x-env": await secrets.get("FROM_ENV"), "x-file": await secrets.get("FROM_FILE") };
  if (__ENV.CARELESS) { console.error("key " + headers["x-env"]); throw new Error("refused " + headers["x-file"]); }
  http.get(__ENV.CHATBENCH_TARGET_URL, { headers });
  sleep(0.02);
}`;

const space = folders();
const daemons: DaemonProcess[] = [];
let postgres: TestPostgres;
let target: TestServer;
let folder = "";

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
});
beforeEach(async () => {
  target = await startServer();
  folder = await space.make();
  await configured();
});
afterEach(async () => {
  for (const { child } of daemons.splice(0)) await stopChild(child, "SIGKILL");
  await target.close();
  await space.remove();
});

async function configured(): Promise<void> {
  await mkdir(join(folder, "load_tests"));
  await writeFile(join(folder, "load_tests/chat.js"), SCRIPT);
  await writeFile(join(folder, "key.secret"), `${MARK}-file\n`, { mode: 0o600 });
  const scenario = (judged: number, more = ""): string =>
    `{ script: load_tests/chat.js, target: bot, pattern: { name: smoke, users: 2, duration: ${String(judged)}s, warmup: 0s },
    secrets: { FROM_ENV: { env: SCRIPT_KEY }, FROM_FILE: { file: key.secret } }${more} }`;
  await writeFile(
    join(folder, "chatbench.yml"),
    `targets:
  bot:
    base_url: "${target.url}"
    postgres: { url: { env: TARGET_POSTGRES } }
    redis: { url: { env: TARGET_REDIS } }
scenarios:
  chat: ${scenario(2)}
  careless: ${scenario(1, ', env: { CARELESS: "1" }')}
  reader: ${scenario(1, ', env: { SLOW_INIT: "1" }')}
server: { token: { env: SERVER_TOKEN } }
database: { url: { env: OWN_DATABASE } }
`,
  );
}

const environment = (): Record<string, string> => ({
  SCRIPT_KEY: `${MARK}-env`,
  SERVER_TOKEN: `${MARK}-server-token-of-some-length`,
  OWN_DATABASE: `postgres://chatbench:${MARK}-database@127.0.0.1:${String(postgres.port)}/postgres`,
  TARGET_POSTGRES: `postgres://reader:${MARK}-target-postgres@127.0.0.1:${String(postgres.port)}/nowhere`,
  TARGET_REDIS: `redis://:${MARK}-target-redis@127.0.0.1:9`,
  AWS_SECRET_ACCESS_KEY: `${MARK}-environment`,
});

async function spawned(): Promise<DaemonProcess> {
  const daemon = await spawnDaemon(folder, environment());
  daemons.push(daemon);
  return daemon;
}

/** Files of the results that hold the mark though they must not, and those that may but can be read by others. */
async function leaksOnDisk(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(folder, "results"), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, "latin1").catch(() => ""); // gone meanwhile
    if (!text.includes(MARK)) continue;
    const kept = KEPT_FILES.includes(basename(path)) || /^\.secrets\.[0-9a-f]+\.tmp$/.test(basename(path));
    const mode = (await stat(path).catch(() => ({ mode: 0o600 }))).mode & 0o777;
    if (!kept || mode !== 0o600) found.push(`${path} (${mode.toString(8)})`);
  }
  return found;
}

/** What any user of the machine sees of every process, and what those of a run inherit. */
async function leaksOfProcesses(id: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)("ps", ["-eo", "args", "-ww"], { maxBuffer: 1e8 });
  const own = await processesOf([id]);
  expect(own).not.toEqual([]);
  const inherited = await Promise.all(
    own.map(async (text) => await readFile(`/proc/${text.split(" ")[0] ?? ""}/environ`, "utf8").catch(() => "")),
  );
  return [stdout, ...inherited].filter((text) => text.includes(MARK));
}

const PATHS = ["/", "/metrics", "/config", "/-/ready", "/-/healthy", "/report", "/api/v1/runs", "/api/v1/scenarios"];

async function leaksOfAnswers({ get, url }: DaemonProcess, ids: readonly string[]): Promise<readonly string[]> {
  const paths = [
    ...PATHS,
    "/api/v1/sd/probes",
    "/api/v1/openapi.json",
    ...ids.flatMap((id) => [`/api/v1/runs/${id}`, `/api/v1/runs/${id}/report`, `/${id}/report.html`]),
  ];
  const texts: [string, string][] = [];
  for (const path of paths) texts.push([path, await (await get(path)).text()]);
  const wrong = await fetch(`${url}/api/v1/runs`, { method: "POST", headers: { authorization: "Bearer wrong" } });
  texts.push(["401", await wrong.text()]);
  expect(wrong.status).toBe(401);
  return texts.filter(([, text]) => text.includes(MARK)).map(([path]) => path);
}

it("65: no secret in files, log, pages, metrics, answers, database, arguments or k6's environment, during a run and after it", async () => {
  const daemon = await spawned();
  const id = await daemon.start("chat");
  await expect.poll(() => target.seen.length, { timeout: 30_000 }).toBeGreaterThan(5);
  expect(target.seen[0]?.headers).toMatchObject({ "x-env": `${MARK}-env`, "x-file": `${MARK}-file` }); // they came through
  const files = async (): Promise<readonly string[]> => await readdir(join(folder, "results", id));
  await expect.poll(files, { timeout: 3_000 }).not.toContain(".secrets"); // k6 has read it
  expect((await stat(join(folder, "results/.daemon.json"))).mode & 0o777).toBe(0o600);
  expect(await leaksOfProcesses(id)).toEqual([]);
  expect(await leaksOnDisk()).toEqual([]);
  expect(await leaksOfAnswers(daemon, [id])).toEqual([]);
  expect(await daemon.ended(id)).toMatchObject({ state: "finished" });
  const careless = await daemon.start("careless");
  await daemon.ended(careless);
  expect(await readdir(join(folder, "results", id))).not.toContain(".secrets");
  expect(await leaksOnDisk()).toEqual([]);
  expect(await leaksOfAnswers(daemon, [id, careless])).toEqual([]);
  expect(await (await daemon.get("/config")).text()).toContain("<redacted>");
  const rows = await postgres.query("select to_jsonb(runs)::text as text from chatbench.runs");
  expect(rows).toHaveLength(2);
  expect(JSON.stringify(rows)).not.toContain(MARK);
  expect(await daemon.stop()).toBe(0);
  expect(await leaksOnDisk()).toEqual([]);
  expect(daemon.log()).not.toContain(MARK);
});

it("65: a killed daemon leaves secrets in a file of its owner's alone, and the next start takes it away", async () => {
  const daemon = await spawned();
  const id = await daemon.start("reader"); // k6 reads the script, and has read the secrets; the load has not begun
  const secrets = join(folder, "results", id, ".secrets");
  const mode = async (): Promise<number> => await stat(secrets).then((it) => it.mode & 0o777);
  await expect.poll(mode, { timeout: 30_000, interval: 20 }).toBe(0o600);
  daemon.child.kill("SIGKILL");
  await once(daemon.child, "exit");
  expect(await leaksOnDisk()).toEqual([]);
  expect(await readdir(join(folder, "results", id))).toContain(".secrets");
  const next = await spawned();
  expect(await readdir(join(folder, "results", id))).not.toContain(".secrets");
  expect(await next.ended(id)).toMatchObject({ state: "lost" });
  expect(await leaksOnDisk()).toEqual([]);
  expect(await leaksOfAnswers(next, [id])).toEqual([]);
  expect(next.log()).not.toContain(MARK);
});

it("65: what goes wrong at the start is told without the secret", async () => {
  const wrong = { OWN_DATABASE: `postgres://nobody:${MARK}-wrong@127.0.0.1:1/postgres` };
  const daemon = await spawnDaemon(folder, { ...environment(), ...wrong });
  daemons.push(daemon);
  await expect.poll(() => daemon.log(), { timeout: 10_000 }).toContain("is away");
  expect(await leaksOfAnswers(daemon, [])).toEqual([]);
  expect(daemon.log()).not.toContain(MARK);
});
