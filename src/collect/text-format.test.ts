import { describe, expect, it } from "vitest";
import { parseTextFormat, sumOf, typeOf } from "./text-format.ts";

const all = (): boolean => true;
const samplesOf = (text: string) => parseTextFormat(text, all)?.samples;

describe("Prometheus' text format", () => {
  it.each([
    ["a 1", { name: "a", labels: {}, value: 1 }],
    ["a{} 1.5e+09", { name: "a", labels: {}, value: 1.5e9 }],
    ['a{x="1",y="2",} 1', { name: "a", labels: { x: "1", y: "2" }, value: 1 }],
    ['a { x = "1" , y = "2" }\t-.5 1700000000000', { name: "a", labels: { x: "1", y: "2" }, value: -0.5, at: 1.7e12 }],
    [String.raw`a{x="q\"b\\n\n}"} 1`, { name: "a", labels: { x: 'q"b\\n\n}' }, value: 1 }],
    ['vllm:wait{model="a b, c}"} +Inf', { name: "vllm:wait", labels: { model: "a b, c}" }, value: Infinity }],
    ["a NaN", { name: "a", labels: {}, value: Number.NaN }],
  ])("%s", (line, sample) => expect(samplesOf(`${line}\n`)).toEqual([sample]));

  it.each(["a", "a{x=1} 1", 'a{x="1} 1', "a one", "a 0x10", "1a 2", "a 1 2 3"])("is not: %s", (line) =>
    expect(samplesOf(`b 1\n${line}\n`)).toEqual([{ name: "b", labels: {}, value: 1 }]),
  );

  it("types are of families, also for the parts of a histogram and for counters of Python", () => {
    const page = parseTextFormat(
      "# HELP t Time.\n# TYPE t histogram\nt_sum 3\nt_count 2\n# TYPE c counter\nc_total 1\n# TYPE x strange\nx 1\n",
      all,
    );
    expect(["t_sum", "c_total", "c", "x", "none"].map((name) => page && typeOf(page, name))).toEqual([
      ...["histogram", "counter", "counter", "untyped", "untyped"],
    ]);
  });

  it("OpenMetrics has its times in seconds, and exemplars behind its buckets", () => {
    const line = 'h_bucket{le="1"} 4 1700000000.5 # {trace_id="x"} 0.5 1700000000.1';
    expect(samplesOf(`# TYPE h histogram\n${line}\n# EOF\n`)?.[0]).toMatchObject({ value: 4, at: 1_700_000_000_500 });
  });

  it("another page is none of it", () => {
    expect(parseTextFormat("<html>\n<p>a 1</p>", all)).toBeUndefined();
    expect(parseTextFormat("", all)).toBeUndefined();
  });

  it("what is not wanted is not looked into", () => {
    expect(parseTextFormat("# TYPE b gauge\na 1\nb 2\n", (name) => name === "b")?.samples).toHaveLength(1);
  });

  it("a sum over labels is absent, not 0, without a sample", () => {
    const samples = samplesOf('a{m="1"} 2\na{m="2"} 3\na{m="3"} NaN\n') ?? [];
    expect(sumOf(samples, "a")).toBe(5);
    expect(sumOf(samples, "a", ({ m }) => m === "2")).toBe(3);
    expect(sumOf(samples, "b")).toBeUndefined();
  });
});
