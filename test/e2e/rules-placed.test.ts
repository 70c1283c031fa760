import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parse } from "yaml";
import { main } from "../../src/main.ts";
import { configure, FAKE_K6, startDaemon } from "../support/daemon.ts";
import { ROOT } from "../support/k6.ts";
import { testMachine } from "../support/machine.ts";
import { promtool } from "../support/promtool.ts";

const state = { folder: "" };
beforeEach(async () => {
  state.folder = await mkdtemp(join(tmpdir(), "chatbench-placed-"));
});
afterEach(() => rm(state.folder, { recursive: true, force: true }));

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly { readonly annotations?: Readonly<Record<string, string>> }[];
  }[];
}

async function annotationsIn(paths: readonly string[]): Promise<readonly Readonly<Record<string, string>>[]> {
  const texts = await Promise.all(paths.map((path) => readFile(path, "utf8")));
  const rules = texts.flatMap((text) => (parse(text) as RuleFile).groups.flatMap((group) => group.rules));
  return rules.flatMap(({ annotations }) => (annotations === undefined ? [] : [annotations]));
}

it("promtool takes the shipped prometheus.yml with its rules; only what a daemon writes beside it is not there", async () => {
  const { code, said } = await promtool(["check", "config", join(ROOT, "prometheus/prometheus.yml")]);
  expect(code).toBe(0);
  const rules = (await readdir(join(ROOT, "prometheus/rules"))).filter((name) => name.endsWith(".yml"));
  expect(said).toContain(`SUCCESS: ${String(rules.length)} rule files found`);
  const warnings = said.split("\n").filter((line) => /WARNING|FAILED/.test(line));
  expect(warnings.map((line) => /targets\/\w+\.json/.exec(line)?.[0])).toEqual([
    "targets/chatbench.json",
    "targets/probes.json",
  ]);
});

it("a daemon answers to every runbook that the rules link to, and `rules` writes them with its address", async () => {
  await configure(state.folder, { scenarios: { chat: "pattern: smoke" } });
  const daemon = await startDaemon(state.folder, FAKE_K6);
  try {
    const links = `links: { chatbench: "${daemon.url}", grafana: "https://grafana.example/?orgId=2" }\n`;
    await configure(state.folder, { scenarios: { chat: "pattern: smoke" }, more: links });
    const machine = testMachine(state.folder);
    expect(await main(["rules", "--out", "my-rules"], machine)).toBe(0);
    const paths = machine.printed.out().trim().split("\n");
    expect(paths.map((path) => path.startsWith(join(state.folder, "my-rules/chatbench-")))).toEqual(
      paths.map(() => true),
    );
    expect(await promtool(["check", "rules", ...paths])).toMatchObject({ code: 0 });
    const annotations = await annotationsIn(paths);
    const runbooks = [...new Set(annotations.map(({ runbook_url: url = "" }) => url))];
    expect(runbooks.length).toBeGreaterThan(10);
    for (const url of [...runbooks, `${daemon.url}/runbooks/README.md`]) {
      const answer = await fetch(url);
      expect([url, answer.status, answer.headers.get("content-type")]).toEqual([url, 200, "text/html; charset=utf-8"]);
      expect(await answer.text()).toContain("<h1>");
    }
    expect(
      annotations.filter(({ dashboard_url: url = "" }) => !/^https:\/\/grafana\.example\/d\/.*orgId=2$/.test(url)),
    ).toEqual([]);
  } finally {
    await daemon.stop();
  }
});

it("`dashboards` writes every dashboard with the addresses of the configuration", async () => {
  const links = 'links: { chatbench: "https://bench.example/chat/" }\n';
  await configure(state.folder, { scenarios: { chat: "pattern: smoke" }, more: links });
  const machine = testMachine(state.folder);
  expect(await main(["dashboards", "--out", "boards"], machine)).toBe(0);
  const paths = machine.printed.out().trim().split("\n");
  expect(paths).toContain(join(state.folder, "boards/chatbench-overview.json"));
  for (const path of paths) {
    const text = await readFile(path, "utf8");
    expect(text).toContain('"query": "https://bench.example/chat/runbooks"');
    expect(text).not.toContain("127.0.0.1");
  }
});

it("`rules` says which folder it cannot write", async () => {
  await configure(state.folder, { scenarios: { chat: "pattern: smoke" } });
  const machine = testMachine(state.folder);
  expect(await main(["rules", "--out", "chatbench.yml"], machine)).toBe(4);
  expect(machine.printed.err()).toContain(join(state.folder, "chatbench.yml"));
});
