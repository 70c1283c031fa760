import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { promtool } from "../support/promtool.ts";
import { ROOT } from "../support/compose.ts";

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const instructions = read("Dockerfile")
  .replace(/\\\n\s*/g, "")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));
const ofKind = (kind: string): readonly string[] => instructions.filter((line) => line.startsWith(`${kind} `));

describe("the image", () => {
  it("is made of whole versions: of Node the one that runs this test, of k6 the one that tools/go.mod pins", () => {
    const [, k6] = /go\.k6\.io\/k6\/v2 v(\S+)/.exec(read("tools/go.mod")) ?? [];
    expect(ofKind("ARG")).toEqual([
      expect.stringMatching(/^ARG NODE_IMAGE=node:\d+\.\d+\.\d+-bookworm-slim$/),
      `ARG K6_IMAGE=grafana/k6:${String(k6)}`,
    ]);
    expect(Number(/node:(\d+)/.exec(ofKind("ARG")[0] ?? "")?.[1])).toBeGreaterThanOrEqual(20);
    expect(ofKind("FROM").every((line) => /^FROM \$\{(?:NODE|K6)_IMAGE\} AS \w+$/.test(line))).toBe(true);
  });

  it("runs as nobody special, without development packages, and fetches nothing by hand", () => {
    expect(ofKind("USER")).toEqual(["USER node"]);
    expect(instructions.indexOf("USER node")).toBeGreaterThan(
      instructions.findLastIndex((line) => line.startsWith("RUN ")),
    );
    expect(ofKind("RUN").filter((line) => line.includes("--omit=dev"))).toHaveLength(1);
    expect(ofKind("RUN").join("\n")).not.toMatch(/curl|wget|sudo/);
    // Debian's Python is all that is added: what Locust runs on, whose own packages are held by hashes.
    const added = ofKind("RUN").flatMap(
      (line) => /apt-get install -y --no-install-recommends ([^&]+)/.exec(line)?.[1] ?? [],
    );
    expect(added.map((names) => names.trim())).toEqual(["python3 python3-venv", "python3"]);
    expect(ofKind("RUN").filter((line) => line.includes("pip install") && !line.includes("--require-hashes"))).toEqual(
      [],
    );
    expect([...ofKind("ADD"), ...ofKind("SHELL")]).toEqual([]);
    expect(ofKind("CMD")).toEqual(['CMD ["node", "dist/src/main.js", "serve"]']);
  });

  it("takes only what .dockerignore lets through, and no secret, result or history", () => {
    const allowed = read(".dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"))
      .map((line) => line.slice(1));
    const taken = ofKind("COPY")
      .filter((line) => !line.includes("--from="))
      .flatMap((line) => line.split(" ").slice(1, -1));
    expect([...new Set(taken)].sort()).toEqual([...allowed].sort());
    expect(read(".dockerignore").split("\n")).toContain("*");
    expect(read(".dockerignore").split("\n")).toContain("docker/secrets");
    for (const path of taken) expect(() => statSync(join(ROOT, path))).not.toThrow();
  });
});

describe("the preparation", () => {
  const state = { folder: "" };
  beforeAll(() => {
    state.folder = mkdtempSync(join(tmpdir(), "chatbench-prepare-"));
  });
  afterAll(() => rmSync(state.folder, { recursive: true, force: true }));

  interface Given {
    readonly out?: string;
    readonly prometheus?: string;
    readonly config?: string;
    readonly env?: Readonly<Record<string, string>>;
  }

  function tryPrepare({ out = state.folder, env = {}, ...given }: Given = {}): { status: unknown; said: string } {
    const { prometheus = "prometheus", config = "docker/chatbench.yml" } = given;
    const from = ["--prometheus", prometheus, "--dashboards", "grafana/dashboards", "--config", config];
    const { status, stderr, stdout } = spawnSync(process.execPath, ["docker/prepare.mjs", "--out", out, ...from], {
      ...{ cwd: ROOT, encoding: "utf8", env: { PATH: process.env.PATH, ...env } },
    });
    return { status, said: stdout + stderr };
  }

  function prepare(given: Given = {}): void {
    expect(tryPrepare(given)).toEqual({ status: 0, said: "prepare: secrets and configuration are in place.\n" });
  }

  function files(): Readonly<Record<string, string>> {
    const names = readdirSync(state.folder, { recursive: true, encoding: "utf8" });
    const found = names.filter((name) => statSync(join(state.folder, name)).isFile());
    return Object.fromEntries(found.map((name) => [name, readFileSync(join(state.folder, name), "utf8")]));
  }

  it("draws each secret once and keeps it, readable by owner and group alone", () => {
    prepare();
    const first = files();
    prepare();
    expect(files()).toEqual(first);
    const passwords = Object.entries(first).filter(([name]) => /password$|token$/.test(name));
    expect(new Set(passwords.map(([, value]) => value)).size).toBe(7);
    for (const [, value] of passwords) expect(value).toMatch(/^[\w-]{32}$/);
    for (const name of Object.keys(first)) expect(statSync(join(state.folder, name)).mode & 0o777).toBe(0o440);
  });

  it("gives Prometheus and Alertmanager configurations that their own tools accept, with no address of one machine", async () => {
    const prometheus = files()["prometheus/prometheus.yml"] ?? "";
    const checked = await promtool([
      "check",
      "config",
      "--syntax-only",
      join(state.folder, "prometheus/prometheus.yml"),
    ]);
    expect(checked.code).toBe(0);
    const addresses = prometheus
      .split("\n")
      .filter((line) => !line.trim().startsWith("#") && line.includes("127.0.0.1"));
    expect(addresses.map((line) => line.trim())).toEqual([expect.stringContaining("127.0.0.1:9090")]);
    expect(files()["alertmanager/alertmanager.yml"]).not.toContain("127.0.0.1");
  });

  /** Where alerts and dashboards lead, without paths. */
  function begins(folder: string): readonly string[] {
    const folders = ["prometheus/rules", "dashboards"].map((name) => join(folder, name));
    const texts = folders.flatMap((name) => readdirSync(name).map((file) => readFileSync(join(name, file), "utf8")));
    const urls = texts.flatMap((text) => [...text.matchAll(/(?:_url: |"query": )"?(https?:\/\/[^/"\s]+)/g)]);
    return [...new Set(urls.map(([, begin = ""]) => begin))].sort();
  }

  it("gives rules and dashboards the links of docker/chatbench.yml, and those of this machine the published ports", () => {
    expect(begins(state.folder)).toEqual(["http://127.0.0.1:3000", "http://127.0.0.1:8640"]);
    prepare({ env: { CHATBENCH_PORT: "8700", GRAFANA_PORT: "3300" } });
    expect(begins(state.folder)).toEqual(["http://127.0.0.1:3300", "http://127.0.0.1:8700"]);
    const own = join(mkdtempSync(join(tmpdir(), "chatbench-own-")), "chatbench.yml");
    writeFileSync(own, "links: { chatbench: https://bench.example.org/b, grafana: https://g.example.org }\n");
    writeFileSync(join(state.folder, "prometheus/rules/chatbench-old.yml"), "groups: []\n");
    prepare({ config: own, env: { CHATBENCH_PORT: "8700" } });
    expect(begins(state.folder)).toEqual(["https://bench.example.org", "https://g.example.org"]);
    const shipped = readdirSync(join(ROOT, "prometheus/rules")).filter((name) => name.endsWith(".yml"));
    expect(readdirSync(join(state.folder, "prometheus/rules")).sort()).toEqual(shipped.sort());
    expect(readdirSync(join(state.folder, "dashboards"))).toEqual(readdirSync(join(ROOT, "grafana/dashboards")));
    writeFileSync(own, "links: { grafana: bench }\n");
    expect(tryPrepare({ config: own })).toMatchObject({
      status: 1,
      said: expect.stringContaining("links.grafana of chatbench.yml is no address: bench") as string,
    });
    rmSync(dirname(own), { recursive: true });
  });

  it("refuses an address that no container stands for", () => {
    const folder = join(state.folder, "odd");
    spawnSync("cp", ["-r", join(ROOT, "prometheus"), folder]);
    const text = readFileSync(join(folder, "prometheus.yml"), "utf8").replaceAll("127.0.0.1:9115", "127.0.0.1:9199");
    writeFileSync(join(folder, "prometheus.yml"), text);
    const { status, said } = tryPrepare({ out: join(state.folder, "out"), prometheus: folder });
    expect(status).toBe(1);
    expect(said).toContain("docker/addresses.json does not say which container is 127.0.0.1:9199.");
  });
});
