import type { TtftRow } from "./ttft.ts";

/** Share of the true time and milliseconds that the median and P99 may be off, by number of streams. */
const CLAIMS = [
  { upTo: 500, median: [0.01, 1], p99: [0.02, 3] },
  { upTo: Infinity, median: [0.02, 2], p99: [0.03, 3] },
] as const;

/** The table of the accuracy of times to first token, as Markdown. */
export function ttftSection(rows: readonly TtftRow[]): string[] {
  return [
    "## Time to first token",
    "The provider sends its head and an empty role chunk at once, the first of 40 tokens after 300 ms and then one each 50 ms, and writes down when. Users pause half a second between two answers. Server, k6 and probe share this machine; WebSocket goes through the reference chatbot. What is true is what the one that was asked (provider, chatbot) wrote down: at least from when it looked at the request, at most with how long the request may have lain there unseen because its process was busy or had no processor (it tells both). Errors are the differences of the reported quantile to that range, 0 within it. `invalid` is what a run says where its own delays are beyond the claim: its figures are shown here although it refuses them.",
    table(
      [
        "Traffic",
        "Streams",
        "Open on average",
        "Answers",
        "Median / P99",
        "True median / P99",
        "Error",
        "Claim",
        "CPU per stream",
        "Run",
      ],
      rows.map(cells),
    ),
  ];
}

function cells(row: TtftRow): string[] {
  const { measured, truth, latest } = row;
  const pair = ({ p50, p99 }: TtftRow["measured"]): string => `${ms(p50)} / ${ms(p99)}`;
  return [
    row.traffic,
    String(row.streams),
    row.open.toFixed(0),
    String(row.answers),
    pair(measured),
    `${range(truth.p50, latest.p50)} / ${range(truth.p99, latest.p99)}`,
    `${shown(errorOf(measured.p50, truth.p50, latest.p50))} / ${shown(errorOf(measured.p99, truth.p99, latest.p99))}`,
    claimOf(row),
    `${(row.cpuPerStream * 1000).toFixed(2)} ms/s`,
    row.reason === "" ? row.verdict : `${row.verdict} (${row.reason})`,
  ];
}

function claimOf({ streams, measured, truth, latest }: TtftRow): string {
  const claim = CLAIMS.find(({ upTo }) => streams <= upTo) ?? CLAIMS[1];
  const isMet = (q: "p50" | "p99", [share, add]: readonly [number, number]): boolean => {
    const [error, was] = [errorOf(measured[q], truth[q], latest[q]), truth[q]];
    return error !== undefined && was !== undefined && Math.abs(error) <= was * share + add;
  };
  const [median, p99] = [isMet("p50", claim.median), isMet("p99", claim.p99)];
  const text = ([share, add]: readonly [number, number]): string => `${share * 100} % + ${add} ms`;
  return `${text(claim.median)} / ${text(claim.p99)}: ${median && p99 ? "met" : "missed"}`;
}

type Known = number | undefined;

/** How far it lies outside of the range in which the truth does, in milliseconds. */
export function errorOf(is: Known, least: Known, most: Known): Known {
  if (is === undefined || least === undefined || most === undefined) return undefined;
  return is < least ? is - least : Math.max(0, is - most);
}

function range(least: Known, most: Known): string {
  if (least === undefined || most === undefined) return "-";
  const [from, to] = [least.toFixed(1), most.toFixed(1)];
  return from === to ? `${from} ms` : `${from} to ${to} ms`;
}

function shown(error: Known): string {
  return error === undefined ? "-" : `${error > 0 ? "+" : ""}${error.toFixed(1)} ms`;
}

function ms(value: number | undefined): string {
  return value === undefined ? "-" : `${value.toFixed(1)} ms`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
