import { parseArgs } from "node:util";

export const DAEMON_PARTS = [
  "daemon-cpu",
  "daemon-times",
  "daemon-memory",
  "daemon-metrics",
  "daemon-list",
  "daemon-start",
  "daemon-many",
] as const;
export type DaemonPart = (typeof DAEMON_PARTS)[number];
export const PARTS = [
  "cpu",
  "cpu-least",
  "remote-write",
  "memory",
  "ttft",
  "omission",
  "breakpoint",
  ...DAEMON_PARTS,
] as const;
export type Part = (typeof PARTS)[number];

export interface Options {
  readonly pairs: number;
  /** Requests per second. */
  readonly rate: number;
  readonly longSeconds: number;
  readonly shortSeconds: number;
  /** How long the fixture takes to write its hour. */
  readonly hourInSeconds: number;
  readonly parts: readonly Part[];
  /** Only to see that it works. */
  readonly quick: boolean;
  /** Where the page goes; undefined: only printed. */
  readonly page?: string;
}

export const USAGE = `npm run bench -- [--pairs N] [--rate N] [--quick] [--only ${PARTS.join(",")}] [--page FILE]
  --pairs N    pairs of runs for each ratio (20)
  --rate N     requests per second of the load (500)
  --quick      3 pairs and short runs, to see that it works; stores nothing unless --page is given
  --only PARTS some parts, with commas between them, or daemon: all parts of the daemon; stores nothing unless --page is given
  --page FILE  where the page is stored (docs/benchmarks.md)`;

/** Reads the arguments; a wrong one is an Error with one sentence. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      pairs: { type: "string" },
      rate: { type: "string", default: "500" },
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      page: { type: "string" },
    },
  });
  const parts = partsOf(values.only);
  const page = values.page ?? (values.quick || values.only !== undefined ? undefined : "docs/benchmarks.md");
  return {
    pairs: whole("pairs", values.pairs ?? (values.quick ? "3" : "20")),
    rate: whole("rate", values.rate),
    longSeconds: values.quick ? 3 : 6,
    shortSeconds: 1,
    hourInSeconds: values.quick ? 12 : 45,
    parts,
    quick: values.quick,
    ...(page === undefined ? {} : { page }),
  };
}

/** Parts by name, `daemon` for all of the daemon's, several with commas between them; all where none is named. */
function partsOf(only: string | undefined): readonly Part[] {
  if (only === undefined) return PARTS;
  const names = only.split(",").flatMap((name) => (name === "daemon" ? DAEMON_PARTS : [name]));
  const unknown = names.filter((name) => !PARTS.some((part) => part === name));
  if (unknown.length > 0) throw new Error(`There is no part ${unknown.join(", ")}; there are ${PARTS.join(", ")}.`);
  return PARTS.filter((part) => names.includes(part));
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${name} must be a whole number of at least 1, not ${text}.`);
  return value;
}
