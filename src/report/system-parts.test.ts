import { describe, expect, it } from "vitest";
import { passing } from "../../test/fixtures/records/runs.ts";
import type { LadderRecord, Resources, ResourceSeries, RunRecord, Unit } from "../model/index.ts";
import { runReport } from "./index.ts";
import { resourceLine } from "./resource-table.ts";

const { record, timeline } = passing();
const pageOf = (changes: Partial<RunRecord>, series?: ResourceSeries): string =>
  runReport({ ...record, ...changes }, timeline, { series }).markup;
const curve = (panel: string, unit: Unit, points: readonly (readonly [number, number])[]) => ({
  ...{ name: panel, panel, line: "", unit, points },
});
const second = (value: number) => Array.from({ length: 60 }, (_, at) => [at, value] as const);

describe("the target's system on the page", () => {
  const resources: Resources = {
    collectors: [
      { name: "process", reads: 60, failures: 0 },
      { name: "redis", reads: 40, failures: 20, problem: "Redis cannot be read: <refused>." },
    ],
    values: {
      process_cpu: {
        ...{ title: "Process chat: CPU time", unit: "s", samples: 60 },
        ...{ delta: 30, perSecond: 0.5, peakPerSecond: 0.9 },
      },
      process_memory: {
        title: "Process chat: memory",
        unit: "bytes",
        samples: 60,
        mean: 1024 ** 2,
        peak: 2 * 1024 ** 2,
      },
    },
    restarted: ["Redis"],
    restartedOutside: ["PostgreSQL"],
  };

  it("has the pace of counters, the mean of gauges, and a dash for what has none", () => {
    const page = pageOf({ resources }).replaceAll(/\s+/g, " ");
    expect(page).toMatch(
      /Process chat: CPU time<\/td> <td class="number">0[.]50? cores<\/td><td class="number">0[.]90? cores/,
    );
    expect(page).toMatch(
      /Process chat: memory<\/td> <td class="number">1[.0]* MiB<\/td><td class="number">2[.0]* MiB<\/td><td class="number">–/,
    );
  });

  it("says what did not answer and what began anew, and when", () => {
    const page = pageOf({ resources });
    expect(page).toContain("20 of 60 readings of redis failed. Redis cannot be read: &lt;refused&gt;.");
    expect(page).toContain("Restarted during the judged window: Redis.");
    expect(page).toContain("Restarted before or after the judged window: PostgreSQL.");
    expect(resourceLine({ ...record, resources })).toBe(
      "Target's system: not read: redis, restarted: Redis, restarted outside the judged window: PostgreSQL",
    );
  });

  it("is drawn below the load, one picture a panel, and broken where nothing was read", () => {
    const holey = second(3).filter(([at]) => at < 20 || at > 40);
    const series = {
      loadBeganAt: 0,
      series: [
        { ...curve("Redis lookups/s", "1/s", second(90)), line: "found" },
        { ...curve("Redis lookups/s", "1/s", second(10)), line: "not found" },
        curve(
          "Process: memory",
          "bytes",
          holey.map(([at, value]) => [at, value * 1024 ** 2]),
        ),
      ],
    };
    const page = pageOf({}, series);
    expect(page.match(/>Redis lookups\/s</g)).toHaveLength(2); // wide and narrow
    expect(page).toContain("Process: memory, MiB");
    const memory = [...page.matchAll(/<path class="q p95 system" d="([^"]*)"/g)].map(([, path = ""]) => path);
    expect(memory.some((path) => path.split("M").length === 3)).toBe(true);
    expect(pageOf({})).not.toContain('p95 system"');
  });

  it("shows ten panels at most", () => {
    const panels = Array.from({ length: 14 }, (_, at) => curve(`Panel ${String(at)}`, "count", second(at)));
    const page = pageOf({}, { loadBeganAt: 0, series: panels });
    expect(page).toContain("Panel 9");
    expect(page).not.toContain("Panel 10");
  });
});

describe("a ladder on the page", () => {
  const step = (
    level: number,
    result: "passed" | "failed" | "unclear",
    cores?: number,
  ): LadderRecord["steps"][number] => ({
    ...{ level, trials: [level / 10 - 1], result },
    ...(result === "unclear" && { reason: "Its trials disagree." }),
    measurements: {
      latency_p95: { value: level / 100, unit: "s", samples: 500 },
      ...(cores !== undefined && { cpu_cores: { value: cores, unit: "cores", samples: 60 } }),
    },
  });
  const ladder: LadderRecord = {
    ...{ unit: "count", monotone: true, max_passing: 10, max_passing_at_most: 20, first_failing: 30 },
    steps: [step(10, "passed", 0.5), step(20, "unclear", 0.9), step(30, "failed", 1.25)],
  };

  it("has a row and a mark for each step, what was used, and why one is unclear", () => {
    const page = pageOf({ ladder }).replaceAll(/\s+/g, " ");
    expect(page).toContain("Passed up to 10 users; failed first at 30 users.");
    for (const level of [10, 20, 30]) expect(page).toContain(`<td>${String(level)} users</td>`);
    expect(page).toContain("Its trials disagree.");
    expect(page).toContain("30 users: 300 ms, failed");
    expect(page).toMatch(/1[.]25? cores/);
    expect(page).not.toContain("Peak memory</th>");
  });

  it("draws both sides of the knee, each on an axis of its own", () => {
    const steps = [10, 30].map((level) => ({
      ...{ level, trial: level / 10 - 1, loadBeganAt: 0, judged: { from: 5, to: 50 } },
      series: [curve("Process: CPU in cores", "cores", second(level / 30))],
    }));
    const page = pageOf({ ladder }, { loadBeganAt: 0, series: [], steps });
    expect(page).toContain("The target&#39;s system at 10 users: passed.");
    expect(page).toContain("The target&#39;s system at 30 users: failed.");
    expect(page).toContain('id="step-2-880-t"');
  });

  it("is nothing where the load was none", () => {
    expect(pageOf({})).not.toContain("Steps of the ladder");
  });
});

describe("arrivals at a rate on the page", () => {
  const times = (mean: number, count: number) => ({
    ...{ count, min: 0, max: mean * 4, mean },
    quantiles: [[0, 0], [0.5, mean], [0.95, mean * 3], [1, mean * 4]] as const, // prettier-ignore
  });
  it("are all accounted for: never begun, cut off, late", () => {
    const [first] = record.trials;
    const open = {
      ...{ planned: 600, users: 40, rate: 20 },
      ...{ startDelay: times(0.01, 590), busy: times(0.5, 580), service: times(0.2, 1_100) },
    };
    const trials = [{ ...first!, facts: { ...first!.facts!, open } }];
    const page = pageOf({ trials }).replaceAll(/\s+/g, " ");
    const row = (name: string): string => new RegExp(`${name}</dt> ?<dd>([^<]*)</dd>`).exec(page)?.[1]?.trim() ?? "";
    expect(row("Never began")).toBe("10");
    expect(row("Begun and cut off at the end")).toBe("10");
    expect(row("Service time")).toBe("mean 200 ms, P50 200 ms, P95 600 ms, longest 800 ms");
    expect(pageOf({})).not.toContain("Arrivals that were to begin");
  });
});

describe("what was found of the environment on the page", () => {
  it("is told with what is wrong first, as text", () => {
    const page = pageOf({
      findings: [
        { check: "target_cores", result: "ok", text: "Enough cores." },
        { check: "redis_persistence", result: "note", text: "Not known." },
        { check: "isolation", result: "violation", text: "<One machine>." },
      ],
    });
    const at = ["&lt;One machine&gt;.", "Not known.", "Enough cores."].map((text) => page.indexOf(text));
    expect(Math.min(...at)).toBeGreaterThan(0);
    // A sign without a tone of its own is black, also on a dark page.
    for (const tone of ["pass", "none", "warning"]) expect(page).toContain(`<svg class="sign ${tone}"`);
    expect(at).toEqual(at.toSorted((a, b) => a - b));
  });
});
