import type { Cost } from "./cost.ts";
import type { Pair } from "./cpu.ts";
import type { DaemonSection } from "./daemon.ts";
import { FIGURE_HEAD, figureRow } from "./daemon-figure.ts";
import type { Facts } from "./facts.ts";
import type { LongRun } from "./memory.ts";
import type { Options } from "./options.ts";
import type { Interval } from "./statistics.ts";
import type { Times } from "./times.ts";
import { breakpointSection, omissionSection } from "./omission-page.ts";
import type { BreakpointRow, OmissionRow } from "./omission.ts";
import type { Section, SectionName } from "./sections.ts";
import { ttftSection } from "./ttft-page.ts";
import type { TtftRow } from "./ttft.ts";

/** Everything that was measured; a part that was not asked for or not possible is absent. */
export interface Findings {
  readonly options: Options;
  readonly cost?: Cost;
  readonly times?: Times;
  /** Of the script that does next to nothing. */
  readonly least?: Cost;
  readonly remoteWrite?: Cost | { readonly problem: string };
  readonly longRun?: LongRun;
  /** How true times to first token are. */
  readonly ttft?: readonly TtftRow[];
  readonly omission?: readonly OmissionRow[];
  readonly breakpoint?: readonly BreakpointRow[];
  readonly daemon: readonly DaemonSection[];
  readonly pairs: readonly Pair[];
}

const RATIO_LIMIT = 1.02;
const MS = 1000;

/** What stands above the sections of the page. */
export function headOf(facts: Facts): readonly string[] {
  return [
    "# Benchmarks of Chatbench itself",
    "Written by `npm run bench` and `npm run bench:streams`; not to be edited. What Chatbench costs beside the k6 that it drives, how long it makes one wait, and how true its figures are. Each section says when it was measured; absolute times are those of this machine, ratios were taken within one run.",
    table(["", ""], facts),
  ];
}

/** What was measured, as sections of the page. */
export function sectionsOf(findings: Findings): readonly Section[] {
  const { cost, least, times, remoteWrite, longRun, ttft, omission, breakpoint, daemon, pairs, options } = findings;
  const all: readonly (readonly [SectionName, readonly string[]])[] = [
    ["cpu", cost === undefined ? [] : costSection(cost, options)],
    ["cpu-least", least === undefined ? [] : leastSection(least, options)],
    ["remote-write", remoteWrite === undefined ? [] : remoteWriteSection(remoteWrite)],
    ["times", times === undefined ? [] : timesSection(times)],
    ["memory", longRun === undefined ? [] : longRunSection(longRun)],
    ...daemon.map((one) => [one.part, daemonSection(one)] as const),
    ["ttft", ttft === undefined ? [] : ttftSection(ttft)],
    ["omission", omissionSection(omission)],
    ["breakpoint", breakpointSection(breakpoint)],
    ["pairs", pairs.length === 0 ? [] : pairsSection(pairs)],
  ];
  return all.flatMap(([name, parts]) => (parts.length === 0 ? [] : [{ name, parts }]));
}

function costSection(cost: Cost, options: Options): string[] {
  const { rate, longSeconds, shortSeconds } = options;
  const tenMinutes = wholeRatio(cost, rate * 600);
  return [
    "## CPU beside bare k6",
    `The shipped load test (conversations of three turns without pauses, ${rate} requests a second by a constant arrival rate, ${longSeconds} s) is run by bare \`k6 run\` and by \`chatbench run\` with its pattern \`own\`, in ABBA order, against a cheap server in a process of its own. Bare k6 writes the same outputs and is left as people run it; Chatbench has its k6 collect garbage half as often (docs/decisions/0085). CPU is user and system time of the whole tree of processes. Each pair gives one ratio; the table has their median and the sign test's interval of it. "Per request" is the difference of a ${longSeconds} s and a ${shortSeconds} s run, so that starts and ends fall out.`,
    table(
      ["Chatbench and its k6 against bare k6", "Median", "Interval", "Wanted", ""],
      [
        perRequestRow(cost),
        ["of which k6 (wrapper, sub-metrics)", ratio(cost.k6PerRequest), span(cost.k6PerRequest, ratio), "", ""],
        ["of which Chatbench's own process adds", share(cost.ownPerRequest), span(cost.ownPerRequest, share), "", ""],
        [`CPU of a whole run of ${longSeconds} s`, ratio(cost.whole), span(cost.whole, ratio), "", ""],
        ["fixed cost of a run, CPU", ms(cost.fixedSeconds), span(cost.fixedSeconds, ms), "", ""],
        ...(cost.timeline === undefined
          ? []
          : [
              [
                "price of the timeline output (bare k6 with it against without)",
                ratio(cost.timeline),
                span(cost.timeline, ratio),
                "",
                "",
              ],
            ]),
      ],
    ),
    `A request costs bare k6 ${micro(cost.baseRequestSeconds)} and Chatbench's run ${micro(cost.chatbenchRequestSeconds)} of CPU (medians). With the fixed cost, a run of ten minutes at this rate comes to ${tenMinutes.toFixed(3)} times bare k6. Requests of the long runs: ${cost.requests.least} to ${cost.requests.most} of ${rate * longSeconds}.`,
  ];
}

const perRequestRow = ({ perRequest }: Cost): string[] => [
  "**CPU per request**",
  ratio(perRequest),
  span(perRequest, ratio),
  `<= ${RATIO_LIMIT}`,
  met(perRequest, RATIO_LIMIT),
];

function wholeRatio(cost: Cost, requests: number): number {
  const base = cost.baseRequestSeconds * requests;
  return cost.perRequest.median + cost.fixedSeconds.median / base;
}

function leastSection(cost: Cost, { rate }: Options): string[] {
  return [
    "## CPU with a script that does next to nothing",
    `One GET and one check an iteration, ${rate} a second: the least that a k6 script can do, so that what the wrapper adds weighs most.`,
    table(
      ["", "Median", "Interval", "Wanted", ""],
      [
        perRequestRow(cost),
        ["of which k6 (wrapper, sub-metrics)", ratio(cost.k6PerRequest), span(cost.k6PerRequest, ratio), "", ""],
      ],
    ),
    `A request costs bare k6 ${micro(cost.baseRequestSeconds)} and Chatbench's run ${micro(cost.chatbenchRequestSeconds)} of CPU (medians).`,
  ];
}

function remoteWriteSection(cost: Cost | { readonly problem: string }): string[] {
  const title = "## CPU with remote write to a Prometheus on both sides";
  if ("problem" in cost) return [title, `Not measured: ${cost.problem}`];
  return [
    title,
    table(
      ["", "Median", "Interval", "Wanted", ""],
      [
        perRequestRow(cost),
        ["fixed cost of a run, CPU (series are read back)", ms(cost.fixedSeconds), span(cost.fixedSeconds, ms), "", ""],
      ],
    ),
  ];
}

function timesSection(times: Times): string[] {
  const row = (name: string, value: Interval, limitSeconds?: number): string[] => [
    name,
    ms(value),
    span(value, ms),
    limitSeconds === undefined ? "" : `< ${limitSeconds} s`,
    limitSeconds === undefined ? "" : met(value, limitSeconds),
  ];
  return [
    "## How long one waits",
    `Wall time of ${times.commandToLoad.n} runs of Chatbench.`,
    table(
      ["", "Median", "Interval", "Wanted", ""],
      [
        row("**From the command to k6's start**", times.commandToLoad, 1),
        ...times.parts.map(([name, value]) => row(name, value)),
        row("**From k6's exit to record.json on disk**", times.exitToRecord, 0.5),
        row("from k6's exit to the end of the command (pages, table)", times.exitToEnd),
      ],
    ),
  ];
}

function longRunSection(run: LongRun): string[] {
  const mib = (value: number): string => `${value.toFixed(1)} MiB`;
  const slope = run.slopeMib;
  return [
    "## A run of an hour",
    `A fixture writes k6's record of an hour (${run.points} seconds) at an even pace in less than a minute; Chatbench's resident memory is sampled. The slope is that of Theil and Sen through medians of a dozen blocks after the first third.`,
    table(
      ["", "Value", "Interval", "Wanted", ""],
      [
        [
          "memory that an hour adds",
          mib(slope.median),
          `${mib(slope.low)} to ${mib(slope.high)}`,
          "flat: < 10 MiB",
          met(slope, 10),
        ],
        ["memory, median", mib(run.medianMib), "", "", ""],
        ["memory, peak (record and pages at the end)", mib(run.peakMib), "", "", ""],
        [
          "`chatbench report` of that run",
          ms(run.reportSeconds),
          span(run.reportSeconds, ms),
          "< 1 s",
          met(run.reportSeconds, 1),
        ],
        ["of which Chatbench's start", ms(run.startSeconds), span(run.startSeconds, ms), "", ""],
        [
          "size of report.html",
          `${(run.reportBytes / 1024).toFixed(0)} KiB`,
          "",
          "< 1 MiB",
          run.reportBytes < 1024 ** 2 ? "met" : "missed",
        ],
      ],
    ),
  ];
}

function daemonSection({ title, text, figures }: DaemonSection): string[] {
  return [`## ${title}`, text, ...(figures.length === 0 ? [] : [table(FIGURE_HEAD, figures.map(figureRow))])];
}

function pairsSection(pairs: readonly Pair[]): string[] {
  const cpu = (run: { cpuSeconds: number; requests: number }): string =>
    `${run.cpuSeconds.toFixed(3)} / ${run.requests}`;
  return [
    "## Every pair",
    "CPU seconds / requests of each run; odd pairs in this order, even ones backwards.",
    table(
      ["Pair", "k6, no timeline", "bare k6", "Chatbench", "Chatbench, short", "bare k6, short"],
      pairs.map(({ base, chatbench, bare }, index) => [
        String(index + 1),
        bare === undefined ? "" : cpu(bare),
        ...[base.long, chatbench.long, chatbench.short, base.short].map(cpu),
      ]),
    ),
  ];
}

/** Only an interval that lies wholly on one side of a limit says anything certain. */
export function met(value: Interval, limit: number): string {
  if (value.high <= limit) return "met";
  return value.low > limit ? "missed" : value.median <= limit ? "met by the median" : "missed by the median";
}

function ratio(value: Interval | number): string {
  return (typeof value === "number" ? value : value.median).toFixed(3);
}

function share(value: Interval | number): string {
  return `${((typeof value === "number" ? value : value.median) * 100).toFixed(1)} %`;
}

function ms(value: Interval | number): string {
  return `${((typeof value === "number" ? value : value.median) * MS).toFixed(0)} ms`;
}

function micro(seconds: number): string {
  return `${(seconds * 1e6).toFixed(0)} µs`;
}

function span(value: Interval, text: (bound: number) => string): string {
  return `${text(value.low)} to ${text(value.high)} (${(value.confidence * 100).toFixed(0)} %)`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
