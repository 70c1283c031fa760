import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { findExecutables } from "../../src/platform/executables.ts";
import { freePort, stopChild } from "./children.ts";
import { readCompose, ROOT, serviceOf, type Service } from "./compose.ts";
import { startPostgres, type TestPostgres } from "./postgres.ts";

const TOOLS = join(ROOT, ".tools/bin");
const HEALTHY = { timeout: 60_000, interval: 200 };
/** Usual ports, by service. */
const PORTS = {
  provider: 8001,
  chatbot: 8000,
  "target-postgres": 5432,
  "store-postgres": 5432,
  redis: 6379,
  chatbench: 8640,
  prometheus: 9090,
  alertmanager: 9093,
  "blackbox-exporter": 9115,
  "node-exporter": 9100,
} as const;
type Name = keyof typeof PORTS;

/**
 * What docker-compose.benchmark.yml says, started from this machine's packages: same commands, environment, files and
 * health checks; only addresses and paths are those of this machine.
 */
export class Topology {
  readonly compose = readCompose();
  readonly ports = new Map<Name, number>();
  readonly #databases: TestPostgres[] = [];
  readonly #children: ChildProcess[] = [];
  readonly folder: string;
  /** What each service wrote. */
  readonly logs = new Map<string, string>();

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<Topology> {
    const topology = new Topology(await mkdtemp(join(tmpdir(), "chatbench-compose-")));
    for (const name of Object.keys(PORTS) as Name[]) topology.ports.set(name, await freePort());
    const { command = [] } = serviceOf(topology.compose, "prepare");
    const local = command.map((word) =>
      word.replace(/=\/chatbench\//, `=${ROOT}/`).replace(/=\/prepared$/, `=${join(topology.folder, "prepared")}`),
    );
    const env = { ...process.env, CHATBENCH_PORT: String(topology.ports.get("chatbench")) };
    const prepared = spawnSync(process.execPath, local.slice(1), { cwd: ROOT, encoding: "utf8", env });
    if (prepared.status !== 0) throw new Error(`prepare failed: ${prepared.stderr}`);
    return topology;
  }

  prepared(path: string): Promise<string> {
    return readFile(join(this.folder, "prepared", path), "utf8");
  }

  urlOf(name: Name): string {
    return `http://127.0.0.1:${String(this.ports.get(name))}`;
  }

  /** A text of a service with this machine's addresses and paths. */
  placed(service: string, text: string): string {
    const volume = (serviceOf(this.compose, service).volumes ?? []).find(
      (each): each is string => typeof each === "string" && each.startsWith("prepared-"),
    );
    const own = volume?.split(":")[0]?.replace("prepared-", "") ?? "none";
    const hosts = Object.entries(PORTS).reduce(
      (placed, [name, port]) => placed.replaceAll(`${name}:${port}`, `127.0.0.1:${this.ports.get(name as Name)}`),
      text
        .replaceAll("/run/prepared", join(this.folder, "prepared", own))
        .replaceAll("/etc/alertmanager", join(ROOT, "prometheus"))
        .replaceAll("/etc/blackbox", join(ROOT, "prometheus"))
        // The machine of the containers, as node_exporter sees it.
        .replaceAll("=/host/", "=/")
        .replaceAll("=/host", "=/"),
    );
    const mine = service in PORTS ? (service as Name) : undefined;
    return mine === undefined
      ? hosts
      : hosts.replaceAll(`127.0.0.1:${PORTS[mine]}`, `127.0.0.1:${this.ports.get(mine)}`);
  }

  async databases(): Promise<Readonly<Record<"target" | "store", TestPostgres>>> {
    const databases = {
      target: await this.#postgres("target-postgres"),
      store: await this.#postgres("store-postgres"),
    };
    await this.#prepareAddresses();
    return databases;
  }

  async #postgres(name: "target-postgres" | "store-postgres"): Promise<TestPostgres> {
    const { environment = {}, command = [] } = serviceOf(this.compose, name);
    const passwordFile = this.placed(name, environment.POSTGRES_PASSWORD_FILE ?? "");
    const superuser = { name: environment.POSTGRES_USER ?? "", password: await readFile(passwordFile, "utf8") };
    const postgres = await startPostgres({ superuser, flags: command.slice(1) });
    this.#databases.push(postgres);
    await postgres.query(`create database ${environment.POSTGRES_DB ?? ""}`);
    this.ports.set(name, postgres.port);
    return postgres;
  }

  /** Prepared files name containers; rewritten in place, as if this machine were the one they were made for. */
  async #prepareAddresses(): Promise<void> {
    for (const path of ["target/database-url", "target/redis-url", "chatbench/target-database-url"])
      await this.#rewrite("chatbot", path);
    for (const path of ["chatbench/target-redis-url", "chatbench/store-url"]) await this.#rewrite("chatbench", path);
  }

  async #rewrite(service: string, path: string): Promise<void> {
    await this.write(join("prepared", path), this.placed(service, await this.prepared(path)));
  }

  async write(path: string, text: string): Promise<string> {
    const file = join(this.folder, path);
    await rm(file, { force: true });
    await writeFile(file, text, { mode: 0o600 });
    return file;
  }

  async redis(): Promise<void> {
    const text = this.placed("redis", await readFile(join(ROOT, "docker/redis.conf"), "utf8"))
      .replace("bind 0.0.0.0", "bind 127.0.0.1")
      .replace("port 6379", `port ${this.ports.get("redis")}`)
      .replace("dir /tmp", `dir ${this.folder}`);
    this.#spawn("redis", ["redis-server", await this.write("redis.conf", text)]);
    await this.healthy("redis");
  }

  async chatbotAndProvider(): Promise<void> {
    for (const name of ["provider", "chatbot"] as const) {
      const { command = [], environment = {} } = serviceOf(this.compose, name);
      const [listens, port] = [{ DEMO_HOST: "127.0.0.1" }, String(this.ports.get(name))];
      const own = name === "provider" ? { PROVIDER_PORT: port } : { CHATBOT_PORT: port };
      this.#spawn(name, command, { ...this.#environment(name, environment), ...listens, ...own });
      await this.healthy(name);
    }
  }

  async prometheus(): Promise<void> {
    for (const name of ["prometheus", "alertmanager"]) await this.#rewrite(name, `${name}/${name}.yml`);
    await this.#binary("alertmanager", "prometheus-alertmanager");
    await this.#binary("prometheus", "prometheus");
    await this.#binary("blackbox-exporter", "prometheus-blackbox-exporter");
    await this.#binary("node-exporter", "prometheus-node-exporter");
  }

  async #binary(name: Name, program: string): Promise<void> {
    const [found] = await findExecutables(program, process.env.PATH ?? "", [TOOLS]);
    if (found === undefined) throw new Error(`no ${program} on PATH or in .tools/bin: npm run setup unpacks it`);
    const flags = (serviceOf(this.compose, name).command ?? []).map((flag) =>
      this.placed(name, flag).replace(/=\/(prometheus|alertmanager)$/, `=${join(this.folder, "data-$1")}`),
    );
    this.#spawn(name, [found, ...flags, `--web.listen-address=127.0.0.1:${this.ports.get(name)}`]);
    await this.healthy(name);
  }

  /** `chatbench serve` with docker/chatbench.yml in a folder like the container's. */
  async chatbench(): Promise<void> {
    const home = join(this.folder, "chatbench");
    await mkdir(join(home, "results"), { recursive: true });
    await cp(join(ROOT, "load_tests"), join(home, "load_tests"), { recursive: true });
    const text = this.placed("chatbench", await readFile(join(ROOT, "docker/chatbench.yml"), "utf8"));
    await this.write("chatbench/chatbench.yml", text.replace('":8640"', `":${this.ports.get("chatbench")}"`));
    this.#spawn("chatbench", serviceOf(this.compose, "chatbench").command ?? [], this.#bench());
    await this.healthy("chatbench");
  }

  #bench(): Record<string, string> {
    return this.#environment("chatbench", serviceOf(this.compose, "chatbench").environment ?? {});
  }

  /** As `docker compose run --rm k6 ARGUMENTS`. */
  async k6(args: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
    const child = this.#spawn("k6", [...(serviceOf(this.compose, "k6").entrypoint ?? []), ...args], this.#bench());
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { code, said: this.logs.get("k6") ?? "" };
  }

  /** The health check of the compose file, until it says yes. */
  async healthy(name: Name): Promise<void> {
    const [kind, ...words] = serviceOf(this.compose, name).healthcheck?.test ?? [];
    const test = words.map((word) => this.placed(name, word));
    const port = String(this.ports.get(name));
    const [command, ...args] =
      kind === "CMD-SHELL" ? ["sh", "-c", test.join(" ").replace("redis-cli", `redis-cli -p ${port}`)] : test;
    await vi.waitFor(() => {
      const { status, stdout, stderr } = spawnSync(command ?? "", args, { cwd: ROOT, encoding: "utf8" });
      if (status !== 0) throw new Error(`${name} is not well: ${stdout}${stderr}\n${this.logs.get(name) ?? ""}`);
    }, HEALTHY);
  }

  #environment(service: string, environment: NonNullable<Service["environment"]>): Record<string, string> {
    return Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, this.placed(service, value)]));
  }

  #spawn(name: string, [command = "", ...args]: readonly string[], env: Record<string, string> = {}): ChildProcess {
    const local = args.map((word) => (/^(?:docker|dist)\//.test(word) ? join(ROOT, word) : word));
    const cwd = name === "chatbench" || name === "k6" ? join(this.folder, "chatbench") : ROOT;
    const child = spawn(command, local, {
      ...{ cwd, env: { PATH: process.env.PATH, ...env } },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => this.logs.set(name, (this.logs.get(name) ?? "") + text));
    this.#children.push(child);
    return child;
  }

  /** In reverse: who uses something ends before it. */
  async stop(): Promise<void> {
    for (const child of this.#children.reverse()) await stopChild(child);
    for (const database of this.#databases) await database.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
