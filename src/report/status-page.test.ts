import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { atWork, busy, crowd, empty, malicious, NOW, scenario, single } from "../../test/fixtures/records/views.ts";
import { passing } from "../../test/fixtures/records/runs.ts";
import { statusPage } from "./status-page.ts";
import { whyWaiting } from "./status-running.ts";
import type { StatusView } from "./status-view.ts";

/** The words of the page, as they are read. */
function textOf(view: StatusView): string {
  const { markup } = statusPage(view);
  const body = markup.slice(markup.indexOf("<main"), markup.indexOf("</main>"));
  return body
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll(/\s+/g, " ");
}

it("holds style and script to the hashes of what is printed", () => {
  const { markup } = statusPage(busy());
  const policy = /content="(default-src[^"]*)"/.exec(markup)?.[1] ?? "";
  for (const tag of ["style", "script"]) {
    const printed = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(markup)?.[1] ?? "";
    const hash = createHash("sha256").update(printed).digest("base64");
    expect(printed.length).toBeGreaterThan(1000);
    expect(policy).toContain(`${tag}-src 'sha256-${hash}'`);
  }
  expect(policy).toMatch(/^default-src 'none'; .*connect-src 'self'; base-uri 'none'; form-action 'none'$/);
  expect(markup).not.toMatch(/ style="| on[a-z]+="/);
});

it("says in words that nothing is there", () => {
  const text = textOf(empty());
  for (const words of [
    "Nothing runs.",
    "Nothing is scheduled. Start a run with chatbench run.",
    "The queue is empty.",
    "No scenario is configured.",
    "No scenario has a schedule.",
    "No run yet.",
    "None: no slot of a schedule was left out.",
  ]) {
    expect(text).toContain(words);
  }
});

it("does not call a scenario without a run one that fails to pass", () => {
  const text = textOf({ ...empty(), scenarios: [scenario(undefined)] });
  expect(text).toContain("No run yet Benchmarks now");
  expect(text).not.toMatch(/0 of 1|Newest run/);
});

it("says what comes next when nothing runs", () => {
  expect(textOf(single())).toContain("Nothing runs. Next: chat-api in 3 h (13:00 UTC).");
  const paused = { cron: "0 2 * * *", timezone: "UTC", paused: true };
  const { record } = passing();
  const view = { ...empty(), scenarios: [scenario(record, { schedule: paused })] };
  expect(textOf(view)).toContain("Nothing is scheduled.");
  expect(textOf(view)).toContain("schedule paused");
});

it("shows a run at work with its phase, time, users, rate, P95 and errors", () => {
  const text = textOf(busy(293));
  expect(text).toContain("4 min 53 s of 11 min, judged window");
  expect(text).toContain("Users 100 Requests 42/s P95 153 ms Errors 0.04 %");
  expect(statusPage(busy(293)).markup).toContain('<progress max="100" value="44"');
});

it("claims no numbers of a run whose numbers it does not have", () => {
  const { id, scenario: name, target, trigger, state } = atWork(10);
  const known = { id, scenario: name, target, trigger, state };
  const text = textOf({ ...empty(), running: [known, { ...known, id: "x", state: "judging" }] });
  expect(text).toContain("Its numbers are not known here");
  expect(text).toContain("The load is over; the numbers are judged.");
  expect(statusPage({ ...empty(), running: [known] }).markup).not.toContain("<progress");
  const endless = {
    ...atWork(10),
    progress: { phase: "starting", elapsedSeconds: 0, users: 0, requestsPerSecond: 0 } as const,
  };
  expect(statusPage({ ...empty(), running: [endless] }).markup).toContain("<progress aria-label");
});

it("says of each queued run what it waits for", () => {
  const view = busy();
  expect(whyWaiting(view, 0)).toBe("chat-api, which runs on the same target");
  expect(whyWaiting(view, 1)).toBe("a free place: as many runs as allowed are at work");
  expect(whyWaiting(view, 2)).toBe("its time: not before 10:01 UTC, in 2 min");
  const idle = { ...view, running: [] };
  expect(whyWaiting(idle, 0)).toBe("nothing: it begins at once");
  const [first] = view.queued;
  const same = { ...idle, queued: first === undefined ? [] : [first, { ...first, id: "b" }] };
  expect(whyWaiting(same, 1)).toBe("chat-spike, which is before it for the same target");
});

it("puts what needs a person first: broken parts in the band, failing scenarios on top", () => {
  const { markup } = statusPage(busy());
  const text = textOf(busy());
  expect(text).toContain("1 of 6 scenarios pass");
  expect(text.indexOf("Prometheus: http://127.0.0.1:9090 does not answer")).toBeLessThan(text.indexOf("Running"));
  const order = ["chat-spike", "chat-ramp", "chat-soak", "chat-api"].map((name) =>
    markup.indexOf(`data-key="scenario-${name}"`),
  );
  expect(order.toSorted((a, b) => a - b)).toEqual(order);
  expect(/<title>(.*)<\/title>/.exec(markup)?.[1]).toBe("1 problem · 2 failing · chat-api runs · Chatbench");
});

it("tells each slot that did not run with its reason", () => {
  const text = textOf(busy());
  expect(text).toContain("A run of this scenario was still queued or at work.");
  expect(text).toContain("36 slots, 21 Nov 2026, 08:00 UTC to 22 Nov 2026, 19:00 UTC");
});

it("leads to reports of runs that are over, and to the API for those that are not", () => {
  const { markup } = statusPage(busy());
  expect(markup).toContain('href="/api/v1/runs/20261123T020000Z-chat-api-4k7q/report"');
  expect(markup).toContain('href="/api/v1/runs/20261123T095512Z-chat-api-w0rk"');
  for (const path of ["/report", "/metrics", "/config", "/api/v1/openapi.json"])
    expect(markup).toContain(`href="${path}"`);
});

it("case 61: stays text whatever the texts are, and links to nothing but pages", () => {
  const { markup } = statusPage(malicious());
  expect(markup.split("<script>")).toHaveLength(2);
  expect(markup).not.toMatch(/<img|href="javascript:|NaN/);
  const tags = (page: string): string =>
    [...page.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replaceAll(/"[^"]*"/g, '""')).join("");
  const calm = tags(statusPage(withText("calm")).markup);
  fc.assert(
    fc.property(fc.stringMatching(/^[<>"'&a-z/=;! -]{1,40}$/), (text) => {
      expect(tags(statusPage(withText(text)).markup)).toBe(calm);
    }),
    { numRuns: 40 },
  );
});

function withText(text: string): StatusView {
  const { record } = passing();
  const last = { ...record, scenario: text, target: text, reason: { code: "target_failed" as const, text } };
  return {
    ...empty(),
    version: text,
    running: [{ ...atWork(10), id: text, scenario: text, target: text }],
    queued: [{ id: text, scenario: text, target: text, trigger: "cron", queuedAt: NOW }],
    scenarios: [
      scenario(last, { name: text, recent: [last, last], schedule: { cron: text, timezone: "UTC", paused: false } }),
    ],
    runs: [last],
    skipped: [{ kind: "skipped", scenario: text, from: NOW, to: NOW, count: 1, reason: "missed" }],
    health: [{ part: text, ok: false, text }],
  };
}

it("is small and quick with 50 scenarios and 500 runs", () => {
  const view = crowd();
  const started = performance.now();
  const { markup } = statusPage(view);
  expect(performance.now() - started).toBeLessThan(500);
  expect(Buffer.byteLength(markup)).toBeLessThan(280 * 1024);
  expect(textOf(view)).not.toMatch(/NaN|undefined|Infinity/);
  expect(markup).toContain("and 480 older");
});
