/** Everything real that `npm run e2e:alerts` needs: chatbots, the stack, a daemon of its own process, a receiver. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ruleFiles } from "../../generate/rules/index.ts";
import { scaledYaml } from "../../generate/rules/scale.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { stackUp, type RuleLinks, type Stack } from "../../src/stack/index.ts";
import { messagesAt, type Message } from "../support/alertmanager.ts";
import { freePort } from "../support/children.ts";
import { spawnDaemon, type DaemonProcess } from "../support/daemon.ts";
import { dashboards } from "../support/grafana.ts";
import { ROOT } from "../support/k6.ts";
import { knobChatbots, type KnobChatbot } from "../support/knob.ts";
import { query } from "../support/prometheus-api.ts";
import { startServer, type Handler, type TestServer } from "../support/server.ts";
import { configurationOf, GOOD, minutesFrom, PLAYED, SCALE, type Minutes } from "./nights.ts";

const LEAD_MS = 25_000;

export interface Stage {
  readonly chatbots: Readonly<Record<string, KnobChatbot>>;
  readonly minutes: Minutes;
  readonly daemonUrl: string;
  daemon(): DaemonProcess;
  startDaemon(): Promise<void>;
  /** The first value of an instant query. */
  value(expr: string): Promise<number | undefined>;
  /** What the webhook received for a target, in its order. */
  messages(target: string): readonly Message[];
  close(): Promise<void>;
}

export async function startStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "chatbench-whole-"));
  const fleet = await knobChatbots();
  const names = [...Object.keys(PLAYED), "uptime"];
  const chatbots = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await fleet.start(GOOD)] as const)),
  );
  const [receiver, grafana] = await Promise.all([startServer(), startServer(dashboardPages)]);
  const listen = `127.0.0.1:${String(await freePort())}`;
  const links = { chatbench: `http://${listen}`, grafana: grafana.url };
  const stack = await upStack(folder, links, receiver);
  const minutes = minutesFrom(Date.now(), LEAD_MS);
  await cp(join(ROOT, "load_tests"), join(folder, "load_tests"), { recursive: true });
  await writeFile(join(folder, "chatbench.yml"), configurationOf(chatbots, { minutes, links }));
  const state = { daemon: await spawnDaemon(folder, {}, listen) };
  return {
    ...{ chatbots, minutes, daemonUrl: links.chatbench },
    daemon: () => state.daemon,
    async startDaemon() {
      state.daemon = await spawnDaemon(folder, {}, listen);
    },
    async value(expr) {
      const answer = await query(stack.url, expr);
      if ("error" in answer) throw new Error(`${expr}: ${answer.error}`);
      return answer.series[0]?.values[0];
    },
    messages: (target) => messagesAt(receiver).filter(({ groupLabels }) => groupLabels.target === target),
    async close() {
      await state.daemon.stop();
      await stack.stop();
      await Promise.all([receiver.close(), grafana.close(), fleet.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The shipped files, each length of time scaled; messages go to the receiver. */
async function upStack(folder: string, links: RuleLinks, receiver: TestServer) {
  const own = join(folder, "prometheus");
  await cp(join(ROOT, "prometheus"), own, { recursive: true });
  for (const { path, text } of ruleFiles(SCALE)) await writeFile(join(folder, path), text);
  for (const name of ["prometheus.yml", "alertmanager.yml", "blackbox.yml"]) {
    const text = scaledYaml(await readFile(join(own, name), "utf8"), SCALE);
    // What a message waits for others of its group stays long enough for what is told at once to be one message.
    const placed = text
      .replaceAll("http://127.0.0.1:9095", receiver.url)
      .replaceAll(/group_wait: [1-9]\d*ms/g, "group_wait: 2s");
    await writeFile(join(own, name), placed);
  }
  const resultsFolder = join(folder, "results");
  await mkdir(resultsFolder);
  const life = new AbortController();
  const deps = {
    ...{ resultsFolder, toolsFolder: join(ROOT, ".tools"), configFile: join(own, "prometheus.yml") },
    ...{ links, searchPath: process.env.PATH ?? "", clock: systemClock },
  };
  const up: { end?: ReturnType<typeof stackUp> } = {};
  const stack = await new Promise<Stack>((onReady, reject) => {
    up.end = stackUp(deps, { stop: life.signal, onReady, onNotice: (text) => reject(new Error(text)) });
    void up.end.then((how) => reject(new Error(JSON.stringify(how))), reject);
  });
  return {
    url: stack.prometheus.url,
    async stop() {
      life.abort();
      await up.end;
    },
  };
}

/** Stands where Grafana would: 200 for a dashboard that is shipped, asked with variables that it has; else 404. */
const dashboardPages: Handler = ({ path }, response) => {
  const { pathname, searchParams } = new URL(path, "http://grafana");
  const found = dashboards().find(({ uid }) => pathname === `/d/${uid}`);
  const known = new Set(found?.templating.list.map(({ name }) => `var-${name}`));
  const good = found !== undefined && [...searchParams].every(([name, value]) => known.has(name) && value !== "");
  response.writeHead(good ? 200 : 404).end();
};
