import fc from "fast-check";
import { expect, it } from "vitest";
import type { RunRecord, StreamFacts, Timeline } from "../model/index.ts";
import { simulate } from "../../test/fixtures/records/build.ts";
import { aborted, broken, failing, hostile, invalid, passing, warning } from "../../test/fixtures/records/runs.ts";
import { overviewReport } from "./overview-report.ts";
import { runReport } from "./run-report.ts";
import { COLOURS } from "./style.ts";

it("case 61: prints no text of a record unescaped, wherever it stands", () => {
  const { record, timeline } = hostile();
  for (const page of [runReport(record, timeline), overviewReport([record], [record, record])]) {
    expect(page.markup).not.toContain("<script");
    expect(page.markup).not.toContain("<img");
    expect(page.markup.split("</style>")).toHaveLength(2);
    expect(page.markup).toContain("&lt;script&gt;");
  }
});

it("case 61: holds for any text in any text of the record", () => {
  const { record, timeline } = failing();
  const tags = (markup: string): string =>
    [...markup.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replaceAll(/"[^"]*"/g, '""')).join("");
  const calm = tags(runReport(withText(record, "calm"), timeline).markup);
  fc.assert(
    fc.property(fc.stringMatching(/^[<>"'&a-z/=;! -]{1,40}$/), (text) => {
      expect(tags(runReport(withText(record, text), timeline).markup)).toBe(calm);
    }),
    { numRuns: 40 },
  );
});

function withText(record: RunRecord, text: string): RunRecord {
  const objectives = record.objectives.map((o) => ({ ...o, condition: text, reason: text }));
  const environment = { [`${text}-name`]: text };
  return {
    ...record,
    objectives,
    environment,
    scenario: text,
    target: text,
    target_url: text,
    script: text,
    revision: text,
    reason: { code: "target_failed", text: `${text}!` },
  };
}

it("tells in the page of every kind of run what happened and why", () => {
  for (const run of [passing(), warning(), failing(), invalid(), broken(), aborted()]) {
    const { markup } = runReport(run.record, run.timeline);
    expect(markup).toContain(run.record.reason?.text ?? run.record.objectives[0]?.reason);
    expect(markup).toContain(run.record.id);
    expect(markup.includes("Nothing was measured.")).toBe(run.record.state === "error");
    expect(markup).not.toMatch(/NaN|undefined|Infinity|\[object/);
  }
});

it("says why answers failed, as the script said it", () => {
  const { record } = failing();
  const trials = record.trials.map((trial) =>
    trial.facts === undefined
      ? trial
      : { ...trial, facts: { ...trial.facts, complaints: ["status <401>", "no text"] } },
  );
  const { markup } = runReport({ ...record, trials }, undefined);
  expect(markup).toContain("The script said: status &lt;401&gt;.");
  expect(markup).toContain("The script said: no text.");
});

it("shows how streamed answers came and ended, and nothing of what was not measured", () => {
  const { record } = passing();
  const none = { count: 0, min: 0, max: 0, mean: 0, quantiles: [] };
  const times = {
    count: 9,
    min: 0.1,
    max: 0.4,
    mean: 0.2,
    quantiles: [
      [0.5, 0.15],
      [0.95, 0.3],
    ],
  } as const;
  const stream: StreamFacts = {
    ...{ firstByte: times, ttft: times, tpot: none, interChunk: none, streamClose: times, dispatchDelay: none },
    ...{ queueDelay: times, probeDelay: none, probeFailures: 0, outputTokens: 0, answersWithUsage: 0 },
    bursts: { count: 2, of: 9 },
  };
  const counted = (count: number) => ({ type: "counter", count, perSecond: 0 }) as const;
  const custom = {
    ...{
      stream_failed_by_error_event: counted(3),
      stream_failed_by_cut: counted(0),
      stream_finished_by_stop: counted(9),
    },
  };
  const trials = record.trials.map((trial) =>
    trial.facts === undefined ? trial : { ...trial, facts: { ...trial.facts, stream, custom } },
  );
  const { markup } = runReport({ ...record, trials }, undefined);
  for (const text of [
    "Until the stream was closed",
    "Held back by the probe",
    "2 of 9 that can tell",
    "error event 3",
    "stop 9",
  ])
    expect(markup).toContain(text);
  for (const text of ["cut 0", "Time to first reasoning", "Gap between chunks"]) expect(markup).not.toContain(text);
  expect(runReport(record, undefined).markup).not.toContain("<h2>Streams</h2>");
});

it("says so when a measured run left no timeline, and draws one of a single point or of none", () => {
  const { record } = passing();
  expect(runReport(record, undefined).markup).toContain("This run left no timeline.");
  const point = { at: 1, seconds: 1, users: 0, requests: 0, failed: 0 };
  for (const points of [[], [point], [point, { ...point, at: 2 }]]) {
    const timeline: Timeline = { judged: { from: 0, to: 1 }, points };
    expect(runReport(record, timeline).markup).not.toMatch(/NaN|undefined|Infinity/);
  }
});

it("draws a distribution of one value, and none of no answers", () => {
  const { record } = passing();
  const withLatency = (count: number, value: number): RunRecord => {
    const [trial] = record.trials;
    const latency = {
      count,
      min: value,
      max: value,
      mean: value,
      quantiles: [
        [0, value],
        [1, value],
      ] as const,
    };
    return {
      ...record,
      objectives: [],
      measurements: {},
      trials: trial?.facts ? [{ ...trial, facts: { ...trial.facts, latency } }] : [],
    };
  };
  for (const value of [0, 0.1, 3600])
    expect(runReport(withLatency(1, value), undefined).markup).not.toMatch(/NaN|Infinity/);
  expect(runReport(withLatency(0, 0), undefined).markup).not.toContain("Latency distribution");
});

it("is small and quick for a timeline of an hour, and says how it was thinned out", () => {
  const sim = simulate({
    seed: 1,
    medianSeconds: 0.1,
    spread: 0.3,
    cached: 0,
    warmupSeconds: 60,
    seconds: 3600,
    thinkSeconds: 8,
    users: () => 50,
    slow: () => 1,
    errors: () => 0.002,
  });
  const started = performance.now();
  const { markup } = runReport(passing().record, sim.timeline);
  expect(performance.now() - started).toBeLessThan(1000);
  expect(Buffer.byteLength(markup)).toBeLessThan(1024 * 1024);
  expect(markup).toContain("Each point stands for 15 s (34 s on a narrow page)");
});

it("puts what needs a person first in the overview, and links to each run", () => {
  const latest = [passing(), failing(), warning()].map((run) => run.record);
  const { markup } = overviewReport(latest, latest);
  expect(markup).toContain("1 of 3 scenarios pass");
  const order = ["chat-spike", "chat-ramp", "chat-api"].map((name) => markup.indexOf(`>${name}</a>`));
  expect([...order].sort((a, b) => a - b)).toEqual(order);
  for (const record of latest) expect(markup).toContain(`href="${record.id}/report.html"`);
  expect(overviewReport([], []).markup).toContain("No runs yet");
});

it("lists in the overview what lies in the results folder and is no run, and nothing when there is none", () => {
  const { record } = passing();
  const quarantined = [{ name: "notes<b>.txt", problem: "results/notes<b>.txt is not the folder of a run." }];
  const unfinished = Array.from({ length: 23 }, (_, index) => `20261123T0200${10 + index}Z-chat-api-dead`);
  const { markup } = overviewReport([record], [record], { quarantined, unfinished });
  expect(markup).toContain("results/notes&lt;b&gt;.txt is not the folder of a run.");
  expect(markup).toContain(unfinished[0]);
  expect(markup).not.toContain(unfinished[20]);
  expect(markup).toContain("and 3 more.");
  for (const page of [
    overviewReport([record], [record], { quarantined: [], unfinished: [] }),
    overviewReport([], []),
  ]) {
    expect(page.markup).not.toMatch(/Left out|Without a record/);
  }
});

it("says of each end what its times mean: lost is found, skipped was due, aborted was stopped by somebody", () => {
  const { record } = broken();
  const ends = {
    lost: ["Lost", "Found lost", "Started"],
    skipped: ["Skipped", "Was due"],
    aborted: ["Aborted", "Stopped by", "a shutdown of Chatbench"],
  } as const;
  for (const [state, words] of Object.entries(ends)) {
    const ended = { ...record, state: state as keyof typeof ends, aborted_by: "shutdown" as const };
    const { markup } = runReport(ended, undefined);
    for (const word of words) expect(markup).toContain(word);
    expect(markup).not.toContain("<dt>Lasted</dt>");
  }
  expect(runReport(record, undefined).markup).toContain("<dt>Lasted</dt>");
});

function luminance(hex: string): number {
  const channel = (at: number): number => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

it.each(["light", "dark"] as const)("keeps AA contrast (WCAG 2.2, 1.4.3 and 1.4.11) in %s", (scheme) => {
  const c = COLOURS[scheme];
  const text = [c.ink, c.soft, c.link, c.pass, c.warning, c.fail, c.none, c.limit, c.p95, c.p99];
  for (const colour of text) expect.soft(contrast(colour, c.page)).toBeGreaterThanOrEqual(4.5);
  for (const tone of ["pass", "warning", "fail", "none", "live"] as const) {
    for (const colour of [c[tone], c.ink, c.soft])
      expect.soft(contrast(colour, c[`${tone}-tint`])).toBeGreaterThanOrEqual(4.5);
  }
  expect.soft(contrast(c.soft, c.shade)).toBeGreaterThanOrEqual(4.5);
  expect.soft(contrast(c.p50, c.page)).toBeGreaterThanOrEqual(4.5);
});
