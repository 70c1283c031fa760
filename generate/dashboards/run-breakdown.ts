/** What a run was made of: parts of a request, groups, checks, bytes. */
import type { Row } from "./board.ts";
import type { PanelLink } from "./links.ts";
import { K6 } from "./outside.ts";
import { lines, type PanelOf } from "./panel.ts";
import { line, meanNow, ofRun, perSecond } from "./run-query.ts";
import { table } from "./table.ts";

const PARTS = [
  ["Waiting for a connection", K6.blocked],
  ["Connecting", K6.connecting],
  ["TLS", K6.tls],
  ["Sending", K6.sending],
  ["Waiting for the answer", K6.waiting],
  ["Receiving", K6.receiving],
] as const;

export function breakdown(empty: string, report: PanelLink): readonly Row[] {
  const common = { empty, links: [report] };
  return [
    { title: "Where the time goes", panels: [parts(common), groups(common), iterations(common)] },
    { title: "Checks and bytes", panels: [checks(common), bytes(common)] },
  ];
}

interface Common {
  readonly empty: string;
  readonly links: readonly PanelLink[];
}

function parts(common: Common): PanelOf {
  return lines({
    title: "Parts of a request",
    description:
      "Means over the last moments, one on the other: long waiting is the target, long connecting or TLS the network or connections that are not kept.",
    ...{ ...common, unit: "s", width: 8, stacked: true },
    queries: PARTS.map(([name, metric]) => line(meanNow(ofRun(metric)), name)),
  });
}

function groups(common: Common): PanelOf {
  const rates = `sum by (group, method) (${perSecond(ofRun(K6.duration, 'expected_response="true"'))})`;
  return lines({
    title: "P95 latency by group",
    description:
      "Of good answers, for each group() of the script and method. Addresses are no labels: a script that wants more names its groups.",
    ...{ ...common, unit: "s", width: 8 },
    queries: [line(`histogram_quantile(0.95, ${rates})`, "{{method}} {{group}}")],
  });
}

function iterations(common: Common): PanelOf {
  return lines({
    title: "Length of iterations",
    description: "A whole iteration of the script, with its pauses.",
    ...{ ...common, unit: "s", width: 8 },
    queries: ([0.5, 0.95] as const).map((quantile) =>
      line(
        `histogram_quantile(${String(quantile)}, sum(${perSecond(ofRun(K6.iterationDuration))}))`,
        `P${String(quantile * 100)}`,
      ),
    ),
  });
}

function checks(common: Common): PanelOf {
  const passed = `min by (check, chatbench_phase) (last_over_time(${ofRun(K6.checks)}[$__range]))`;
  return table({
    title: "Checks",
    description: "For each check() of the script and phase of the run, the part that passed since the begin.",
    ...{
      ...common,
      empty: "The script has no checks, or nothing of this run lies in the time shown.",
      unit: "percentunit",
      width: 12,
    },
    sortBy: ["Passed"],
    columns: [
      { name: "Check", label: "check" },
      { name: "Phase", label: "chatbench_phase", width: 120 },
      { name: "Passed", query: { expr: passed }, unit: "percentunit", decimals: 2, width: 120 },
    ],
  });
}

function bytes(common: Common): PanelOf {
  return lines({
    title: "Bytes",
    description: "What k6 sent and received a second, with headers.",
    ...{ ...common, unit: "Bps", width: 12 },
    queries: [
      line(`sum(${perSecond(ofRun(K6.sent))})`, "Sent"),
      line(`sum(${perSecond(ofRun(K6.received))})`, "Received"),
    ],
  });
}
