/** Reads a page in Prometheus' text format, strictly: what it does not know throws. */

export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly PageSample[];
}

export interface PageSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SAMPLE = /^([a-z_][a-z0-9_]*)(?:\{((?:[a-z_][a-z0-9_]*="(?:[^"\\\n]|\\.)*",?)*)\})? ([-+.\de]+)$/i;
const LABEL = /([a-z_][a-z0-9_]*)="((?:[^"\\\n]|\\.)*)"/gi;

/** Every family of the page by name, in its order; one that comes twice throws. */
export function familiesOf(page: string): ReadonlyMap<string, Family> {
  const families = new Map<string, Family & { samples: PageSample[] }>();
  let current: (Family & { samples: PageSample[] }) | undefined;
  for (const line of page.split("\n").filter((text) => text !== "")) {
    const [, kind, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === "HELP") {
      if (families.has(name)) throw new Error(`${name} stands twice on the page`);
      current = { name, type: "", help: rest, samples: [] };
      families.set(name, current);
    } else if (kind === "TYPE" && current?.name === name) {
      current = { ...current, type: rest };
      families.set(name, current);
    } else current?.samples.push(sampleOf(line));
  }
  return families;
}

function sampleOf(line: string): PageSample {
  const [, name, labels = "", value] = SAMPLE.exec(line) ?? [];
  if (name === undefined || Number.isNaN(Number(value))) throw new Error(`not a sample: ${line}`);
  const pairs = [...labels.matchAll(LABEL)].map(([, label = "", text = ""]) => [label, text] as const);
  return { name, labels: Object.fromEntries(pairs), value: Number(value) };
}

/** Samples of one metric whose labels contain `labels`. */
export function samplesOf(page: string, name: string, labels: Readonly<Record<string, string>> = {}): PageSample[] {
  const wanted = Object.entries(labels);
  return [...familiesOf(page).values()]
    .flatMap(({ samples }) => samples)
    .filter((sample) => sample.name === name && wanted.every(([label, text]) => sample.labels[label] === text));
}
