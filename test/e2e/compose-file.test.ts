import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { dashboards } from "../support/grafana.ts";
import { bindsOf, readCompose, ROOT, serviceOf } from "../support/compose.ts";

const compose = readCompose();
const all = Object.entries(compose.services);
/** They end by themselves. */
const ONE_SHOT = ["prepare", "k6"];
const longRunning = all.filter(([name]) => !ONE_SHOT.includes(name));
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

describe("docker-compose.benchmark.yml", () => {
  it("is what the Compose Specification's schema allows", () => {
    const schema = JSON.parse(read("test/fixtures/compose/compose-spec.json")) as Record<string, unknown>;
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
    validate(compose);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ services: { x: { imagee: "y" } } })).toBe(false);
  });

  it("holds every part of the methodology", () => {
    expect(Object.keys(compose.services).sort()).toEqual(
      [
        ...["alertmanager", "blackbox-exporter", "cadvisor", "chatbench", "chatbot", "grafana", "k6", "node-exporter"],
        ...["prepare", "prometheus", "provider", "redis", "store-postgres", "target-postgres"],
      ].sort(),
    );
  });

  it.each(all)("%s is pinned to a whole version, or built here", (_, { image, build }) => {
    expect(image).toMatch(/^[\w./-]+:v?\d+\.\d+(?:\.\d+)?(?:-[a-z]+)?$/);
    expect(image.startsWith("localhost/")).toBe(build !== undefined);
  });

  it.each(all)("%s cannot become more than it is", (_, service) => {
    expect(service.security_opt).toContain("no-new-privileges:true");
    expect(service.cap_drop).toEqual(["ALL"]);
    expect(service.read_only).toBe(true);
    expect(service.privileged).toBeUndefined();
  });

  it("runs as root only what reads the control groups of all containers", () => {
    const root = all.filter(([, { user = "0" }]) => !/^[1-9]\d*:\d+$/.test(user)).map(([name]) => name);
    expect(root).toEqual(["cadvisor"]);
  });

  it.each(all)("%s has limits, an init and logs that do not fill the disk", (name, service) => {
    const { cpus, memory } = service.deploy?.resources.limits ?? {};
    expect([Number(cpus) > 0, memory]).toEqual([true, expect.stringMatching(/^\d+[mg]$/)]);
    expect(service.init).toBe(name !== "k6");
    expect(service.logging?.options).toMatchObject({ "max-size": "10m" });
  });

  it.each(longRunning)("%s tells whether it is well, and comes back", (_, service) => {
    expect(service.healthcheck?.test.length).toBeGreaterThan(1);
    expect(service.restart).toBe("unless-stopped");
  });

  it("fits into the 8 GB and 4 processors that the methodology asks for", () => {
    const megabytes = longRunning.map(([, { deploy }]) => {
      const text = deploy?.resources.limits.memory ?? "";
      return Number.parseInt(text, 10) * (text.endsWith("g") ? 1024 : 1);
    });
    expect(megabytes.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(8 * 1024);
    const cpusets = all.flatMap(([, { cpuset }]) => cpuset ?? []);
    expect(cpusets.filter((cpuset) => !/^[0-3](?:,[0-3])*$/.test(cpuset))).toEqual([]);
  });

  it("isolates the load generator: no processor of the target makes load or watches", () => {
    const cpusOf = (name: string): readonly string[] => serviceOf(compose, name).cpuset?.split(",") ?? [];
    const target = ["chatbot", "provider", "target-postgres", "redis"];
    const others = longRunning.map(([name]) => name).filter((name) => !target.includes(name));
    expect([...target, ...others].filter((name) => cpusOf(name).length === 0)).toEqual([]);
    const targetCpus = new Set(target.flatMap(cpusOf));
    expect(others.filter((name) => cpusOf(name).some((cpu) => targetCpus.has(cpu)))).toEqual([]);
    const watchers = others.filter((name) => name !== "chatbench").flatMap(cpusOf);
    expect(cpusOf("chatbench").filter((cpu) => watchers.includes(cpu))).toEqual([]);
  });

  it("publishes on this machine alone, and shows the databases to nobody", () => {
    for (const [, { ports = [] }] of all) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    for (const name of ["target-postgres", "store-postgres", "redis", "provider"]) {
      const { ports, networks = [] } = serviceOf(compose, name);
      expect(ports).toBeUndefined();
      for (const network of networks) expect(compose.networks[network]?.internal, `${name} ${network}`).toBe(true);
    }
  });

  it("keeps the remote-write receiver out of the target's reach", () => {
    const watching = serviceOf(compose, "prometheus").networks ?? [];
    for (const name of ["chatbot", "provider", "target-postgres", "redis"])
      expect(serviceOf(compose, name).networks?.filter((network) => watching.includes(network))).toEqual([]);
  });

  it("holds no secret: what is one comes from a file that prepare drew", () => {
    const secrets = all.flatMap(([, { environment = {} }]) =>
      Object.entries(environment).filter(([key]) => /PASSWORD|TOKEN|SECRET|DATABASE_URL|REDIS_URL/.test(key)),
    );
    expect(secrets.length).toBeGreaterThan(4);
    expect(secrets.filter(([, value]) => !value.startsWith("/run/prepared/"))).toEqual([]);
    const commands = all.map(([, { command = [] }]) => command.join(" ")).join("\n");
    expect(commands).not.toMatch(/requirepass|:\/\/[^/\s]*:[^/\s]*@/);
  });

  it("gives prepared files to each part only from its own volume, and by group", () => {
    const readers = all
      .filter(([name]) => name !== "prepare")
      .map(([name, { volumes = [], group_add: groups }]) => ({
        ...{ name, groups },
        prepared: volumes.filter((volume) => typeof volume === "string" && volume.startsWith("prepared-")),
      }))
      .filter(({ prepared }) => prepared.length > 0);
    expect(readers.length).toBeGreaterThan(5);
    for (const { groups, prepared } of readers) {
      expect(prepared).toEqual([expect.stringMatching(/^prepared-[a-z]+:\/run\/prepared:ro$/)]);
      expect(groups).toEqual(["10001"]);
    }
  });

  it("mounts only files that are there, and never lets an engine make a folder in their place", () => {
    const binds = all.flatMap(([, service]) => bindsOf(service));
    expect(binds.filter(({ source }) => !existsSync(join(ROOT, source)))).toEqual([]);
    expect(binds.filter(({ bind }) => bind?.create_host_path !== false)).toEqual([]);
  });

  it("has 100 database connections for the chatbot, and a Redis without persistence", () => {
    const pool = Number(serviceOf(compose, "chatbot").environment?.DATABASE_POOL);
    const [, most] = /max_connections=(\d+)/.exec(serviceOf(compose, "target-postgres").command?.join(" ") ?? "") ?? [];
    expect(pool).toBe(100);
    expect(Number(most)).toBeGreaterThanOrEqual(pool + 10);
    expect(read("docker/redis.conf")).toMatch(/^save ""$/m);
    expect(read("docker/redis.conf")).toMatch(/^appendonly no$/m);
  });

  it("links of dashboards lead where its own configuration says", () => {
    const { links } = parse(read("docker/chatbench.yml")) as { links: Readonly<Record<string, string>> };
    for (const { templating } of dashboards()) {
      const constants = templating.list.filter(({ type }) => type === "constant");
      expect(constants.map(({ name, query }) => [name, query])).toEqual([
        ["chatbench", links.chatbench],
        ["runbooks", links.runbooks],
      ]);
    }
  });

  it("rules and dashboards are those with its links, which prepare wrote: no part reads the shipped ones", () => {
    const reads = (name: string): readonly string[] =>
      (serviceOf(compose, name).volumes ?? []).map((each) => (typeof each === "string" ? each : each.source));
    expect(reads("prometheus").filter((source) => source.startsWith("./"))).toEqual([]);
    expect(reads("prometheus")).toContain("prepared-prometheus:/run/prepared:ro");
    expect(reads("grafana")).toContain("dashboards:/var/lib/grafana-dashboards:ro");
    expect(reads("grafana")).not.toContain("./grafana/dashboards");
    const provider = parse(read("grafana/provisioning/dashboards/chatbench.yml")) as {
      providers: { options: { path: string } }[];
    };
    expect(provider.providers.map(({ options }) => options.path)).toEqual(["/var/lib/grafana-dashboards"]);
    for (const path of ["./docker/chatbench.yml", "./prometheus", "./grafana/dashboards"])
      expect(reads("prepare")).toContain(path);
    expect(reads("prepare")).toContain("dashboards:/prepared/dashboards");
    const published = ["chatbench", "grafana"].map((name) => serviceOf(compose, name).ports?.[0]?.split(":")[1]);
    const { CHATBENCH_PORT, GRAFANA_PORT } = serviceOf(compose, "prepare").environment ?? {};
    expect([CHATBENCH_PORT, GRAFANA_PORT]).toEqual(published);
  });

  it("keeps what Prometheus holds for as long as uptime may be judged over: 90 days", () => {
    const { command = [] } = serviceOf(compose, "prometheus");
    const [, days] = /--storage\.tsdb\.retention\.time=(\d+)d\b/.exec(command.join(" ")) ?? [];
    expect(Number(days)).toBeGreaterThanOrEqual(90);
  });

  it("measures the scenarios of chatbench.yml", () => {
    const scenariosOf = (path: string): unknown => (parse(read(path)) as { scenarios: unknown }).scenarios;
    expect(scenariosOf("docker/chatbench.yml")).toEqual(scenariosOf("chatbench.yml"));
  });

  it("runs k6 through the daemon: same results, same process numbers, same loopback", () => {
    const [k6, chatbench] = [serviceOf(compose, "k6"), serviceOf(compose, "chatbench")];
    expect([k6.pid, k6.network_mode]).toEqual(["service:chatbench", "service:chatbench"]);
    expect(k6.volumes).toEqual(chatbench.volumes);
    expect([k6.user, k6.environment]).toEqual([chatbench.user, chatbench.environment]);
    expect(k6.entrypoint).toEqual(["node", "dist/src/main.js", "run"]);
  });
});
