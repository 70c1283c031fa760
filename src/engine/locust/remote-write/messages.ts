import protobuf from "protobufjs/light.js";
import { compress } from "snappyjs";

// Prometheus' remote write 1.0 (prompb/remote.proto and types.proto): the fields that we send. A double is told as
// fixed64, which is the same on the wire, because JavaScript keeps no stale marker: it is a NaN of certain bits.
const field = (type: string, id: number, rule?: "repeated") => ({ type, id, ...(rule && { rule }) });
const ROOT = protobuf.Root.fromJSON({
  nested: {
    WriteRequest: { fields: { timeseries: field("TimeSeries", 1, "repeated") } },
    TimeSeries: {
      fields: {
        labels: field("Label", 1, "repeated"),
        samples: field("Sample", 2, "repeated"),
        histograms: field("Histogram", 4, "repeated"),
      },
    },
    Label: { fields: { name: field("string", 1), value: field("string", 2) } },
    Sample: { fields: { value: field("fixed64", 1), timestamp: field("int64", 2) } },
    Histogram: {
      fields: {
        countInt: field("uint64", 1),
        sum: field("fixed64", 3),
        schema: field("sint32", 4),
        zeroThreshold: field("double", 5),
        zeroCountInt: field("uint64", 6),
        positiveSpans: field("BucketSpan", 11, "repeated"),
        positiveDeltas: field("sint64", 12, "repeated"),
        timestamp: field("int64", 15),
      },
    },
    BucketSpan: { fields: { offset: field("sint32", 1), length: field("uint32", 2) } },
  },
});
const WRITE_REQUEST = ROOT.lookupType("WriteRequest");

/** Below this an observation counts as zero (Prometheus' own default). */
const ZERO_THRESHOLD = 2 ** -128;
/** Bounds 2^(index / 8): buckets 9 % wide, as k6 sends them. */
const SCHEMA = 3;
/** The NaN by which Prometheus ends a series. */
const STALE = { low: 2, high: 0x7ff00000 };

/** A native histogram; buckets by index, not cumulative. */
export interface HistogramValue {
  readonly count: number;
  readonly sum: number;
  readonly zeroes: number;
  readonly buckets: ReadonlyMap<number, number>;
}

export type Value = { readonly number: number } | { readonly histogram: HistogramValue };

/** One series with its values at wall clock milliseconds, rising; undefined ends it. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly kind: "number" | "histogram";
  readonly values: readonly { readonly at: number; readonly value: Value | undefined }[];
}

/** The body of one push. */
export function encodeWrite(series: readonly Series[]): Uint8Array<ArrayBuffer> {
  const message = { timeseries: series.map(timeSeriesOf) };
  return new Uint8Array(compress(WRITE_REQUEST.encode(message).finish()));
}

function timeSeriesOf({ labels, kind, values }: Series): unknown {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  const told = values.map(({ at, value }) => {
    const timestamp = Math.round(at);
    if (kind === "histogram")
      return value !== undefined && "histogram" in value
        ? { ...histogramOf(value.histogram), timestamp }
        : { sum: STALE, timestamp };
    return { value: value !== undefined && "number" in value ? bitsOf(value.number) : STALE, timestamp };
  });
  return {
    labels: sorted.map(([name, value]) => ({ name, value })),
    ...(kind === "histogram" ? { histograms: told } : { samples: told }),
  };
}

function histogramOf({ count, sum, zeroes, buckets }: HistogramValue): object {
  const positiveSpans: { offset: number; length: number }[] = [];
  const positiveDeltas: number[] = [];
  let [next, before] = [0, 0];
  for (const [index, held] of [...buckets].sort(([a], [b]) => a - b)) {
    const open = positiveSpans.at(-1);
    if (open !== undefined && index === next) open.length += 1;
    else positiveSpans.push({ offset: open === undefined ? index : index - next, length: 1 });
    positiveDeltas.push(held - before);
    [next, before] = [index + 1, held];
  }
  return {
    countInt: count,
    sum: bitsOf(sum),
    schema: SCHEMA,
    zeroThreshold: ZERO_THRESHOLD,
    zeroCountInt: zeroes,
    positiveSpans,
    positiveDeltas,
  };
}

function bitsOf(value: number): { low: number; high: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return { low: view.getUint32(4), high: view.getUint32(0) };
}
