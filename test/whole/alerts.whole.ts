// `npm run e2e:alerts`: from a knob of the reference chatbot to a message on somebody's phone, and back, on real parts.
// Only time is scaled (nights.ts): the rules come from the same source as the shipped ones.
import { once } from "node:events";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Message } from "../support/alertmanager.ts";
import { HARDLY_ANSWERS, GOOD, PLAYED, SCALE } from "./nights.ts";
import { startStage, type Stage } from "./stage.ts";

const PATIENCE = { timeout: 200_000, interval: 250 };
const AWAY_SECONDS = 30 * 60 * SCALE;
const NAMES = Object.keys(PLAYED);
const ALL = [...NAMES, "uptime"];

interface Line {
  value?: number;
  told?: string;
  links?: string;
  resolved?: string;
}
const live = { began: Date.now(), table: new Map<string, Line>() } as {
  stage: Stage;
  began: number;
  table: Map<string, Line>;
};

/** Progress, for who waits: some minutes pass between two of these lines. */
function say(text: string): void {
  process.stdout.write(`${String(Math.round((Date.now() - live.began) / 1000)).padStart(4)} s  ${text}\n`);
}

function note(name: string, line: Line): void {
  live.table.set(name, { ...live.table.get(name), ...line });
}

beforeAll(async () => {
  say("starting five reference chatbots, Prometheus, Alertmanager, blackbox_exporter and a daemon");
  live.stage = await startStage();
  const { good, bad, invalid, back } = live.stage.minutes;
  say(`nights are at the minutes ${[good, bad, invalid, back].join(", ")} of the hour`);
});

afterAll(async () => {
  await live.stage.close();
  say("what was made worse, and what was told of it:");
  process.stdout.write(`${tableOf([...live.table].map(rowOf))}\n`);
});

function rowOf([name, { value, told, links, resolved }]: readonly [string, Line]): readonly string[] {
  const knob = PLAYED[name]?.knob.slice(GOOD.length).join(" ") ?? (name === "uptime" ? "stopped" : "");
  return [
    ...[PLAYED[name]?.title ?? name, knob, value === undefined ? "" : String(Number(value.toPrecision(3)))],
    ...[told ?? "NOT TOLD", links ?? "NOT FOLLOWED", resolved ?? "NOT RESOLVED"],
  ];
}

function tableOf(rows: readonly (readonly string[])[]): string {
  const all = [["what", "knob", "value", "alerts", "links that answer", "resolved"], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")).join("\n");
}

const alertsOf = ({ alerts }: Message): readonly string[] =>
  alerts.map(({ labels }) => labels.alertname ?? "").sort((a, b) => (a < b ? -1 : 1));

/** Alerts that any message called resolved. */
const resolvedOf = (target: string): readonly string[] =>
  live.stage
    .messages(target)
    .flatMap(({ alerts }) => alerts.filter(({ status }) => status === "resolved"))
    .map(({ labels }) => labels.alertname ?? "");

const verdictOf = (name: string, verdict: string): Promise<number | undefined> =>
  live.stage.value(`max(chatbench_newest_run_verdict{scenario="${name}", trigger="cron", verdict="${verdict}"})`);

async function everyNight(names: readonly string[], verdict: string): Promise<void> {
  await Promise.all(
    names.map((name) =>
      vi.waitFor(async () => expect([name, await verdictOf(name, verdict)]).toEqual([name, 1]), PATIENCE),
    ),
  );
}

async function turn(name: string, flags: readonly string[]): Promise<void> {
  await live.stage.chatbots[name]?.turn(flags);
}

async function turnAll(worse: boolean): Promise<void> {
  await Promise.all(Object.entries(PLAYED).map(([name, { knob }]) => turn(name, worse ? knob : GOOD)));
}

it("a good night is silent", async () => {
  await everyNight(NAMES, "pass");
  expect(ALL.flatMap((name) => live.stage.messages(name))).toEqual([]);
  say("a good night: four runs of the schedule passed, nothing was told");
});

it("made worse, each is told in one message, with its number, whose links answer", async () => {
  await Promise.all([turnAll(true), live.stage.chatbots.uptime?.stop()]);
  say("the knobs are turned: slow, slow tails, errors, one answer at a time, gone");
  await everyNight(NAMES, "fail");
  say("the bad night is over");
  await Promise.all(
    NAMES.map(async (name) => {
      await vi.waitFor(() => expect([name, live.stage.messages(name).length]).toEqual([name, 1]), PATIENCE);
      const [message] = live.stage.messages(name);
      await explainOthers(message, PLAYED[name]?.alerts ?? []);
      expect(message).toMatchObject({ status: "firing", groupLabels: { scenario: name, target: name } });
      expect(message && alertsOf(message)).toEqual(PLAYED[name]?.alerts);
      const value = await live.stage.value(`max(${PLAYED[name]?.gauge ?? ""}{scenario="${name}", trigger="cron"})`);
      note(name, { ...(value === undefined ? {} : { value }), told: PLAYED[name]?.alerts.join(", ") ?? "" });
      note(name, { links: await followed(message, 3) });
    }),
  );
});

/** What a message tells beyond what was played is a finding: its run says why. */
async function explainOthers(message: Message | undefined, played: readonly string[]): Promise<void> {
  for (const { labels, annotations } of message?.alerts ?? []) {
    if (played.includes(labels.alertname ?? "")) continue;
    const run = await fetch(annotations.report_url?.replace(/\/report$/, "") ?? live.stage.daemonUrl);
    const { telemetry, reason } = (await run.json()) as { telemetry: unknown; reason: unknown };
    say(`also told: ${labels.alertname ?? ""}: ${JSON.stringify({ telemetry, reason })}`);
  }
}

it("a chatbot that is gone is told by its uptime, once, and resolved when it is back", async () => {
  const told = (): readonly Message[] => live.stage.messages("uptime");
  await vi.waitFor(() => expect(told().length).toBe(1), PATIENCE);
  const [message] = told();
  expect(message && alertsOf(message)).toEqual(["ChatbenchUptimeBudgetBurn"]);
  expect(message?.alerts[0]?.labels.severity).toBe("critical");
  const value = await live.stage.value('sum(slo:sli_error:ratio_rate5m{target="uptime"})');
  note("uptime", { ...(value === undefined ? {} : { value: 1 - value }), told: "ChatbenchUptimeBudgetBurn" });
  note("uptime", { links: await followed(message, 2) });
  await turn("uptime", GOOD);
  say("the chatbot that was gone was told of, and is back");
});

/** Every link of every alert, as a person would follow it. */
async function followed(message: Message | undefined, perAlert: number): Promise<string> {
  const alerts = message?.alerts ?? [];
  const urls = alerts.flatMap(({ annotations }) =>
    Object.entries(annotations).filter(([name]) => name.endsWith("_url")),
  );
  expect(urls.length).toBe(alerts.length * perAlert);
  for (const [name, url] of urls) expect([name, url, (await fetch(url)).status]).toEqual([name, url, 200]);
  return `${String(urls.length)} of ${String(urls.length)}`;
}

it("an invalid night has its own alert and resolves nothing", async () => {
  await turn("p95", HARDLY_ANSWERS);
  await everyNight(["p95"], "invalid");
  await vi.waitFor(() => expect(live.stage.messages("p95").length).toBe(2), PATIENCE);
  const [, message] = live.stage.messages("p95");
  expect(message && alertsOf(message)).toEqual(["ChatbenchLatencyP95ObjectiveMissed", "ChatbenchRunInvalid"]);
  expect(NAMES.flatMap(resolvedOf)).toEqual([]);
  note("an invalid night", {
    told: "ChatbenchRunInvalid",
    links: await followed(message, 3),
    resolved: "nothing, as it must",
  });
  say("the invalid night was told, and resolved nothing");
});

it("a daemon that is killed for half an hour resolves nothing", async () => {
  const { child } = live.stage.daemon();
  child.kill("SIGKILL");
  await once(child, "exit");
  say(`the daemon is killed; ${String(AWAY_SECONDS)} s stand for half an hour`);
  const upInThatTime = `max(max_over_time(up{job="chatbench"}[${String(AWAY_SECONDS)}s]))`;
  await vi.waitFor(async () => expect(await live.stage.value(upInThatTime)).toBe(0), PATIENCE);
  expect(await live.stage.value('count(ALERTS{alertname="ChatbenchExporterDown", alertstate="firing"})')).toBe(1);
  await live.stage.startDaemon();
  await vi.waitFor(async () => expect(await live.stage.value('max(up{job="chatbench"})')).toBe(1), PATIENCE);
  expect(NAMES.flatMap(resolvedOf)).toEqual([]);
  note("the daemon", { told: "ChatbenchExporterDown", links: "-", resolved: "nothing, as it must" });
  say("the daemon is back, and nothing was called resolved");
});

it("the knobs turned back, everything is resolved", async () => {
  await turnAll(false);
  await everyNight(NAMES, "pass");
  say("the last night was good");
  const expected = (name: string): readonly string[] => PLAYED[name]?.alerts ?? ["ChatbenchUptimeBudgetBurn"];
  await Promise.all(
    ALL.map(async (name) => {
      await vi.waitFor(() => expect(resolvedOf(name)).toEqual(expect.arrayContaining([...expected(name)])), PATIENCE);
      expect(live.stage.messages(name).at(-1)?.status).toBe("resolved");
      note(name, { resolved: `after ${String(live.stage.messages(name).length)} messages` });
    }),
  );
  say("everything is resolved");
});
