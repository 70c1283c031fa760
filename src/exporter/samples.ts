import type { Metric } from "./catalogue/index.ts";

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** What a page will show, in the order in which it was collected. */
export class Samples {
  readonly #byMetric = new Map<Metric, Sample[]>();

  /**
   * Adds one sample. What is unknown (undefined, or no finite number) is left out: absent means not measured, never 0.
   * A label without a value is left out too, which is the same to Prometheus as an empty one.
   */
  add<Label extends string>(
    metric: Metric<Label>,
    labels: Readonly<Record<NoInfer<Label>, string | undefined>>,
    value: number | undefined,
  ): void {
    if (value === undefined || !Number.isFinite(value)) return;
    const known = Object.entries<string | undefined>(labels).filter(([, text]) => text !== undefined && text !== "");
    const samples = this.#byMetric.get(metric) ?? [];
    this.#byMetric.set(metric, samples);
    samples.push({ labels: Object.fromEntries(known) as Labels, value });
  }

  /** Adds a sample for each of `words`, of which exactly one is 1. Nothing, if `current` is none of them. */
  addSet<Label extends string, Word extends string>(
    metric: Metric<Label>,
    words: readonly Word[],
    { labels, current }: { readonly labels: (word: Word) => Readonly<Record<Label, string>>; readonly current: string },
  ): void {
    if (!words.some((word) => word === current)) return;
    for (const word of words) this.add(metric, labels(word), word === current ? 1 : 0);
  }

  entries(): Iterable<readonly [Metric, readonly Sample[]]> {
    return this.#byMetric.entries();
  }
}
