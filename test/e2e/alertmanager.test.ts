import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { allAlerts } from "../../generate/rules/index.ts";
import type { RunningPart } from "../../src/stack/part.ts";
import { ALERTMANAGER_FILE, amtool, messagesAt, startAlertmanager, type Message } from "../support/alertmanager.ts";
import { startServer, type TestServer } from "../support/server.ts";

const PATIENCE = { timeout: 20_000, interval: 50 };
const RUN = { job: "chatbench", scenario: "chat-api", target: "chatbot", trigger: "cron" };

type Labels = Readonly<Record<string, string>>;

describe("the configuration", () => {
  it("is taken by amtool", async () => {
    expect(await amtool(["check-config", ALERTMANAGER_FILE])).toMatchObject({ code: 0 });
  });

  const RECEIVERS = { critical: "webhook", warning: "webhook", info: "nobody", none: "nobody" };
  it.each(allAlerts().map(({ alert, severity }) => [alert, severity] as const))(
    "sends %s of severity %s where it belongs",
    async (alertname, severity) => {
      const labels = Object.entries({ ...RUN, alertname, severity }).map(([name, value]) => `${name}=${value}`);
      const receiver = alertname === "ChatbenchWatchdog" ? "watchdog" : RECEIVERS[severity];
      const wanted = `--verify.receivers=${receiver}`;
      const args = ["config", "routes", "test", `--config.file=${ALERTMANAGER_FILE}`, wanted, ...labels];
      expect(await amtool(args)).toMatchObject({ code: 0 });
    },
  );
});

describe("a running Alertmanager", () => {
  const live = { folder: "" } as { folder: string; receiver: TestServer; alertmanager: RunningPart };
  beforeAll(async () => {
    live.folder = await mkdtemp(join(tmpdir(), "chatbench-alertmanager-"));
    live.receiver = await startServer();
    live.alertmanager = await startAlertmanager(live.folder, live.receiver.url);
  });
  afterAll(async () => {
    await live.alertmanager.stop();
    await live.receiver.close();
    await rm(live.folder, { recursive: true, force: true });
  });

  async function post(alerts: readonly Labels[], ends?: Date): Promise<void> {
    const body = alerts.map((labels) => ({
      labels: { severity: "warning", ...labels },
      annotations: {
        summary: `${labels.alertname ?? ""} fired.`,
        description: "P95 latency was 231ms, the limit is 200ms.",
        report_url: "http://bench/report",
        dashboard_url: "http://grafana/d/chatbench-trends",
        runbook_url: "http://bench/runbooks/x.md",
      },
      startsAt: new Date(Date.now() - 60_000).toISOString(),
      ...(ends === undefined ? {} : { endsAt: ends.toISOString() }),
    }));
    const answer = await fetch(`${live.alertmanager.url}/api/v2/alerts`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`Alertmanager refused it: ${await answer.text()}`);
  }

  const of = (scenario: string): readonly Message[] =>
    messagesAt(live.receiver).filter(({ groupLabels }) => groupLabels.scenario === scenario);
  const names = ({ alerts }: Message): readonly (string | undefined)[] =>
    alerts.map(({ labels }) => labels.alertname).sort();

  async function active(): Promise<
    readonly { readonly labels: Labels; readonly status: { readonly state: string } }[]
  > {
    const answer = await fetch(`${live.alertmanager.url}/api/v2/alerts`);
    return (await answer.json()) as { labels: Labels; status: { state: string } }[];
  }

  afterEach(async () => {
    await post(
      (await active()).map(({ labels }) => labels),
      new Date(),
    );
    await vi.waitUntil(async () => (await active()).length === 0, PATIENCE);
  });

  /** Names of the alerts that are held back now. */
  async function heldBack(): Promise<readonly string[]> {
    return (await active())
      .filter(({ status }) => status.state === "suppressed")
      .map(({ labels }) => labels.alertname ?? "");
  }

  it("tells all that one run missed in one message, another scenario in another, and the end of it", async () => {
    const missed = ["LatencyP95", "LatencyP99", "ErrorRate"].map((kind) => ({
      ...RUN,
      alertname: `Chatbench${kind}ObjectiveMissed`,
    }));
    const other = { ...RUN, scenario: "chat-stream", alertname: "ChatbenchRunInvalid" };
    await post([...missed, other]);
    await expect.poll(() => [of("chat-api").length, of("chat-stream").length], PATIENCE).toEqual([1, 1]);
    expect(of("chat-api").map(names)).toEqual([missed.map(({ alertname }) => alertname).sort()]);
    expect(of("chat-api")[0]?.alerts[0]?.annotations.runbook_url).toBe("http://bench/runbooks/x.md");
    await post(missed, new Date());
    await expect.poll(() => of("chat-api").at(-1)?.status, PATIENCE).toBe("resolved");
    expect(of("chat-api").map(({ status }) => status)).toEqual(["firing", "resolved"]);
  });

  it("sends nobody what was missed by at most 10 %, and the watchdog to a place of its own", async () => {
    await post([
      { ...RUN, scenario: "near", alertname: "ChatbenchLatencyP95ObjectiveMissed", severity: "info" },
      { alertname: "ChatbenchWatchdog", severity: "none" },
    ]);
    await expect.poll(() => messagesAt(live.receiver, "/watchdog").length, PATIENCE).toBeGreaterThan(0);
    await post([{ ...RUN, scenario: "after", alertname: "ChatbenchRunBroken" }]);
    await expect.poll(() => of("after").length, PATIENCE).toBe(1);
    expect(of("near")).toEqual([]);
  });

  it.each<readonly [string, Labels, { readonly held: readonly Labels[]; readonly told: readonly Labels[] }]>([
    [
      "nothing of a daemon that runs beside one that is away",
      { job: "chatbench", instance: "bench:8640", alertname: "ChatbenchExporterDown", severity: "critical" },
      { held: [], told: [{ ...RUN, alertname: "ChatbenchRunOverdue", severity: "critical" }] },
    ],
    [
      "runs where no daemon answers",
      { job: "chatbench", alertname: "ChatbenchAllExportersDown", severity: "none" },
      {
        held: [{ ...RUN, alertname: "ChatbenchRunOverdue", severity: "critical" }],
        told: [
          { ...RUN, alertname: "ChatbenchLatencyP95ObjectiveMissed" },
          { ...RUN, job: "other", alertname: "ChatbenchRunInvalid" },
        ],
      },
    ],
    [
      "objectives of a target that is down",
      { target: "chatbot", alertname: "ChatbenchUptimeBudgetBurn", severity: "critical" },
      {
        held: [
          { ...RUN, alertname: "ChatbenchLatencyP95ObjectiveMissed" },
          { ...RUN, alertname: "ChatbenchObjectiveMissedRepeatedly", severity: "critical" },
          { target: "chatbot", alertname: "ChatbenchUptimeBudgetBurn" },
        ],
        told: [
          { ...RUN, target: "another", alertname: "ChatbenchErrorRateObjectiveMissed" },
          { ...RUN, alertname: "ChatbenchRunInvalid" },
        ],
      },
    ],
    [
      "nothing where all was missed by at most 10 %",
      { ...RUN, alertname: "ChatbenchObjectiveMissedRepeatedly", severity: "warning" },
      { held: [], told: [{ ...RUN, alertname: "ChatbenchLatencyP99ObjectiveMissed" }] },
    ],
    [
      "warnings of a scenario somebody is called for",
      { ...RUN, alertname: "ChatbenchObjectiveMissedRepeatedly", severity: "critical" },
      {
        held: [{ ...RUN, alertname: "ChatbenchLatencyP99ObjectiveMissed" }],
        told: [
          { ...RUN, scenario: "chat-stream", alertname: "ChatbenchLatencyP99ObjectiveMissed" },
          { ...RUN, alertname: "ChatbenchRunBroken" },
          { job: "chatbench", alertname: "ChatbenchConfigReloadFailed" },
        ],
      },
    ],
  ])("holds back %s, and nothing else", async (_, cause, { held, told }) => {
    await post([cause, ...held, ...told]);
    await expect.poll(heldBack, PATIENCE).toHaveLength(held.length);
    expect([...(await heldBack())].sort()).toEqual(held.map(({ alertname = "" }) => alertname).sort());
  });
});

it("a receiver that comes late has what fires, and what fires now is told once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "chatbench-late-"));
  const late = { listens: false };
  const receiver = await startServer((_, response) => response.writeHead(late.listens ? 200 : 503).end());
  const alertmanager = await startAlertmanager(folder, receiver.url);
  try {
    const labels = { ...RUN, alertname: "ChatbenchRunBroken", severity: "warning" };
    const body = JSON.stringify([{ labels, annotations: {} }]);
    const headers = { "content-type": "application/json" };
    await fetch(`${alertmanager.url}/api/v2/alerts`, { method: "POST", headers, body });
    await expect.poll(() => receiver.countOf("/alerts"), PATIENCE).toBeGreaterThan(1);
    late.listens = true;
    const sent = async (): Promise<string | undefined> => {
      const metrics = await (await fetch(`${alertmanager.url}/metrics`)).text();
      return /^alertmanager_nflog_queries_total (\d+)/m.exec(metrics)?.[1];
    };
    const refused = receiver.countOf("/alerts");
    await expect.poll(() => receiver.countOf("/alerts"), PATIENCE).toBeGreaterThan(refused);
    const looked = Number(await sent());
    const told = receiver.countOf("/alerts");
    await expect.poll(async () => Number(await sent()), PATIENCE).toBeGreaterThan(looked + 2);
    expect(receiver.countOf("/alerts")).toBe(told);
  } finally {
    await alertmanager.stop();
    await receiver.close();
    await rm(folder, { recursive: true, force: true });
  }
});

it("Slack and e-mail need their address and secret only: the template says all that a person needs", async () => {
  const folder = await mkdtemp(join(tmpdir(), "chatbench-slack-"));
  const receiver = await startServer();
  const alertmanager = await startAlertmanager(folder, receiver.url, (text) =>
    text
      .replace("receiver: webhook", "receiver: slack")
      .replace("api_url_file: /run/secrets/slack_webhook_url", `api_url: ${receiver.url}/slack`)
      .replace(
        'text: \'{{ template "chatbench.slack" . }}',
        'fallback: \'{{ template "chatbench.html" . }}{{ template "chatbench.text" . }}\'\n        text: \'{{ template "chatbench.slack" . }}',
      ),
  );
  try {
    const annotations = {
      summary: "P95 latency: objective missed.",
      description: "chat-api on chatbot: P95 latency was 231ms, the limit is 200ms.",
      report_url: "http://bench/api/v1/runs/r/report",
      dashboard_url: "http://grafana/d/chatbench-trends",
      runbook_url: "http://bench/runbooks/latency-p95-objective-missed.md",
    };
    const labels = { ...RUN, severity: "warning" };
    const one = { labels: { ...labels, alertname: "ChatbenchLatencyP95ObjectiveMissed" }, annotations };
    const two = {
      labels: { ...labels, alertname: "ChatbenchErrorRateObjectiveMissed" },
      annotations: { ...annotations, summary: "Errors." },
    };
    const headers = { "content-type": "application/json" };
    await fetch(`${alertmanager.url}/api/v2/alerts`, { method: "POST", headers, body: JSON.stringify([one, two]) });
    await expect.poll(() => receiver.countOf("/slack"), PATIENCE).toBe(1);
    await expect.poll(() => receiver.seen[0]?.body, PATIENCE).toMatch(/}\s*$/);
    const sent = JSON.parse(receiver.seen[0]?.body ?? "") as { attachments: Readonly<Record<string, string>>[] };
    const [{ title, title_link: link, text, fallback = "" } = {}] = sent.attachments;
    expect([title, link]).toEqual(["chat-api on chatbot: 2 firing", annotations.report_url]);
    for (const words of Object.values(annotations)) {
      expect(text).toContain(words);
      expect(fallback.split(words).length).toBeGreaterThan(2);
    }
    expect(fallback).toContain(`<a href="${annotations.runbook_url}">Runbook</a>`);
  } finally {
    await alertmanager.stop();
    await receiver.close();
    await rm(folder, { recursive: true, force: true });
  }
});
