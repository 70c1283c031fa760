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
    "The provider sends its head and an empty role chunk at once, the first of 40 tokens after 300 ms and then one each 50 ms, and writes down when. Users pause half a second between two answers. Server, k6 and probe share this machine; WebSocket goes through the reference chatbot. Errors are differences of the reported quantile and that of what the one that was asked (provider, chatbot) wrote down. `invalid` is what a run says where its own delays are beyond the claim: its figures are shown here although it refuses them.",
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
  const { measured, truth } = row;
  const pair = ({ p50, p99 }: TtftRow["measured"]): string => `${ms(p50)} / ${ms(p99)}`;
  return [
    row.traffic,
    String(row.streams),
    row.open.toFixed(0),
    String(row.answers),
    pair(measured),
    pair(truth),
    `${difference(measured.p50, truth.p50)} / ${difference(measured.p99, truth.p99)}`,
    claimOf(row),
    `${(row.cpuPerStream * 1000).toFixed(2)} ms/s`,
    row.reason === "" ? row.verdict : `${row.verdict} (${row.reason})`,
  ];
}

function claimOf({ streams, measured, truth }: TtftRow): string {
  const claim = CLAIMS.find(({ upTo }) => streams <= upTo) ?? CLAIMS[1];
  const isMet = (is: number | undefined, was: number | undefined, [share, add]: readonly [number, number]): boolean =>
    is !== undefined && was !== undefined && Math.abs(is - was) <= was * share + add;
  const [median, p99] = [isMet(measured.p50, truth.p50, claim.median), isMet(measured.p99, truth.p99, claim.p99)];
  const text = ([share, add]: readonly [number, number]): string => `${share * 100} % + ${add} ms`;
  return `${text(claim.median)} / ${text(claim.p99)}: ${median && p99 ? "met" : "missed"}`;
}

function difference(is: number | undefined, was: number | undefined): string {
  if (is === undefined || was === undefined) return "-";
  return `${is < was ? "" : "+"}${(is - was).toFixed(1)} ms`;
}

function ms(value: number | undefined): string {
  return value === undefined ? "-" : `${value.toFixed(1)} ms`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
