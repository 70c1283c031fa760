import { describe, expect, it } from "vitest";
import type { Resources, Sampled, SampledReading } from "../model/index.ts";
import { resourceAbsence, resourceMeasurements } from "./resource-measurements.ts";
import { resourceSeries } from "./resource-series.ts";
import { resourcesOf } from "./resource-values.ts";

/** Instants in seconds, for easy reading. */
const at = (points: readonly (readonly [number, number])[]): SampledReading["points"] =>
  points.map(([seconds, value]) => [seconds * 1_000, value]);

function reading(name: string, points: readonly (readonly [number, number])[], over: Partial<SampledReading> = {}) {
  return {
    name,
    title: name,
    kind: "gauge",
    unit: "count",
    points: at(points),
    resets: [],
    ...over,
  } satisfies SampledReading;
}

const counter = { kind: "counter" } as const;
const WINDOW = { from: 10_000, to: 20_000 };

function sampled(readings: readonly SampledReading[], over: Partial<Sampled> = {}): Sampled {
  return { collectors: [], restarts: [], readings, ...over };
}

const valuesOf = (...readings: SampledReading[]): Resources["values"] => resourcesOf(sampled(readings), WINDOW).values;
/** One reading each second from 5 to 25. */
const each = (value: (second: number) => number): [number, number][] =>
  Array.from({ length: 21 }, (_, index) => [index + 5, value(index + 5)]);

describe("a gauge over the judged window", () => {
  it("has the mean, the peak and the last of what was read in it, and of nothing outside", () => {
    const points: [number, number][] = [
      [9, 900],
      [10, 1],
      [15, 6],
      [20, 2],
      [21, 800],
    ];
    expect(valuesOf(reading("a", points)).a).toMatchObject({ mean: 3, peak: 6, last: 2, samples: 3 });
  });

  it("is absent, not 0, when it was not read in the window", () => {
    expect(
      valuesOf(
        reading("a", [
          [9, 5],
          [21, 5],
        ]),
      ),
    ).toEqual({});
  });
});

describe("a counter over the judged window", () => {
  it("grows evenly between the readings around the window's ends", () => {
    // 10 a second, read half a second beside the window's ends.
    const points = [9.5, 11.5, 14.5, 19.5, 20.5].map((second) => [second, second * 10] as const);
    const value = valuesOf(reading("a", points, counter)).a;
    expect(value?.delta).toBeCloseTo(100, 9);
    expect(value?.perSecond).toBeCloseTo(10, 9);
    expect(value?.samples).toBe(3);
  });

  it("counts nothing of the warm-up and of the end", () => {
    const burst = (second: number): number => (second <= 8 ? second * 1_000 : second >= 22 ? 9_000 : 8_000);
    expect(valuesOf(reading("a", each(burst), counter)).a).toMatchObject({ delta: 0, perSecond: 0 });
  });

  it("tells its pace but no sum when a part of the window was not seen", () => {
    const value = valuesOf(
      reading(
        "a",
        [
          [12, 20],
          [14, 24],
          [20.5, 37],
        ],
        counter,
      ),
    ).a;
    expect(value?.delta).toBeUndefined();
    expect(value?.perSecond).toBeCloseTo(2, 9);
  });

  it("is absent when it began anew in the window: nobody knows what it counted", () => {
    expect(
      valuesOf(
        reading(
          "a",
          each((second) => (second < 15 ? second * 10 : second)),
          counter,
        ),
      ),
    ).toEqual({});
  });

  it("is absent when its source was restarted in the window, also where it stands no lower than before", () => {
    const quick = each((second) => (second < 15 ? 7 : second * 10));
    expect(valuesOf(reading("a", quick, { ...counter, resets: [15_000] }))).toEqual({});
    expect(valuesOf(reading("a", quick, { ...counter, resets: [7_000] })).a).toBeDefined();
    const still = reading(
      "a",
      each(() => 0),
      { ...counter, resets: [15_000] },
    );
    expect(valuesOf(still)).toEqual({});
  });

  it("is whole when it began anew before the window", () => {
    expect(
      valuesOf(
        reading(
          "a",
          each((second) => (second < 7 ? 500 : second)),
          counter,
        ),
      ).a?.delta,
    ).toBeCloseTo(10, 9);
  });

  it("has the steepest step between two readings as its peak", () => {
    const value = valuesOf(
      reading(
        "a",
        each((second) => (second <= 15 ? 0 : 3)),
        counter,
      ),
    ).a;
    expect(value).toMatchObject({ peakPerSecond: 3, delta: 3 });
  });
});

it("shares of two counters are of the window, and absent without a lookup", () => {
  const hits = reading(
    "redis_hits",
    each((second) => second * 9),
    counter,
  );
  const misses = reading(
    "redis_misses",
    each((second) => second),
    counter,
  );
  expect(valuesOf(hits, misses).redis_hit_ratio).toMatchObject({ mean: 0.9, samples: 100 });
  const still = reading(
    "redis_hits",
    each(() => 7),
    counter,
  );
  expect(
    valuesOf(
      still,
      reading(
        "redis_misses",
        each(() => 7),
        counter,
      ),
    ).redis_hit_ratio,
  ).toBeUndefined();
});

it("a histogram's sum and count give the mean of what it counted in the window", () => {
  const sum = reading(
    "ttft_seconds_sum",
    each((second) => second * 0.5),
    { ...counter, unit: "s" },
  );
  const count = reading(
    "ttft_seconds_count",
    each((second) => second * 2),
    counter,
  );
  expect(valuesOf(sum, count).ttft_seconds).toMatchObject({ mean: 0.25, unit: "s", samples: 20 });
});

describe("measurements", () => {
  const process = [
    reading(
      "process_cpu",
      each((second) => second * 0.5),
      { ...counter, unit: "s" },
    ),
    reading(
      "process_memory",
      each(() => 1_000),
      { unit: "bytes" },
    ),
  ];
  const machine = [
    reading(
      "machine_cpu",
      each((second) => second * 3),
      { ...counter, unit: "s" },
    ),
    reading(
      "machine_network_receive",
      each((second) => second * 100),
      { ...counter, unit: "bytes" },
    ),
  ];
  const well = (...names: string[]): Sampled["collectors"] => names.map((name) => ({ name, reads: 20, failures: 0 }));
  const measured = (all: Sampled) => resourceMeasurements(all, resourcesOf(all, WINDOW), WINDOW);

  it("come from the closest source, the network from the closest that tells it", () => {
    const all = sampled([...machine, ...process], { collectors: well("process", "node_exporter") });
    const found = measured(all);
    expect(found.cpu_cores?.value).toBeCloseTo(0.5, 9);
    expect(found.memory_bytes_peak).toEqual({ value: 1_000, unit: "bytes", samples: 11 });
    expect(found.network_receive_bytes?.value).toBeCloseTo(100, 9);
  });

  it("are absent when the closest source fails, whatever a wider one says", () => {
    const failed = { name: "cadvisor", reads: 0, failures: 9, problem: "cAdvisor cannot be read: ECONNREFUSED." };
    const all = sampled(process, { collectors: [failed, ...well("process")] });
    expect(measured(all).cpu_cores).toBeUndefined();
    const absence = resourceAbsence("cpu_cores", resourcesOf(all, WINDOW));
    expect(absence).toEqual({ code: "not_measured", text: "cAdvisor cannot be read: ECONNREFUSED" });
  });

  it("are absent when the source was silent for a part of the window in which a peak may have been", () => {
    const holey = each(() => 1_000).filter(([second]) => second < 12 || second > 16);
    const all = sampled([reading("process_memory", holey, { unit: "bytes" })], { collectors: well("process") });
    expect(measured(all)).toEqual({});
    expect(resourceAbsence("memory_bytes", resourcesOf(all, WINDOW))?.text).toContain(
      "through the whole judged window",
    );
  });

  it("say nothing of other measurements", () => {
    expect(resourceAbsence("latency_p95", undefined)).toBeUndefined();
    expect(resourceAbsence("cache_hit_ratio", undefined)?.code).toBe("not_measured");
  });
});

it("curves count from the beginning of the load; those of counters are their pace", () => {
  const curve = { panel: "CPU in cores", line: "process" };
  const cpu = reading(
    "process_cpu",
    [
      [4, 0],
      [6, 1],
      [8, 4],
    ],
    { ...counter, unit: "s", curve },
  );
  const memory = reading(
    "process_memory",
    [
      [4, 9],
      [6, 8],
    ],
    { unit: "bytes", curve: { ...curve, panel: "Memory" } },
  );
  const { series } = resourceSeries(sampled([cpu, memory, reading("no_curve", [[6, 1]])]), 5_000);
  expect(series).toEqual([
    {
      name: "process_cpu",
      panel: "CPU in cores",
      line: "process",
      unit: "cores",
      points: [
        [0, 0.5],
        [2, 1.5],
      ],
    },
    { name: "process_memory", panel: "Memory", line: "process", unit: "bytes", points: [[1, 8]] },
  ]);
});
