/** Run detail: streamed answers, as the script tells of its exchanges. */
import type { MeasurementName } from "../../src/model/index.ts";
import type { Row } from "./board.ts";
import type { PanelLink } from "./links.ts";
import { familyOf } from "./measured.ts";
import { K6 } from "./outside.ts";
import { lines, type PanelOf } from "./panel.ts";
import type { Query } from "./query.ts";
import { line, ofRun, perSecond, quantileNow } from "./run-query.ts";

type Limit = (name: MeasurementName, legend: string) => Query;

const EMPTY = "This run streams nothing: `traffic` of its scenario is http.";

export function streaming(limit: Limit, report: PanelLink): Row {
  return { title: "Streamed answers", panels: [firstToken(limit, report), perToken(limit, report), pace(report)] };
}

const QUANTILES = [
  ["P50", 0.5],
  ["P95", 0.95],
  ["P99", 0.99],
] as const;

/** Those of its measurements that the catalogue has. */
function limits(limit: Limit, name: "ttft" | "tpot"): readonly Query[] {
  return familyOf("streaming")
    .filter((one) => one.startsWith(name))
    .map((one) => limit(one, `Limit: ${one.slice(name.length + 1).toUpperCase()}`));
}

function firstToken(limit: Limit, report: PanelLink): PanelOf {
  return lines({
    title: "Time to first token",
    description: "From the message to the first content of its answer, over the last moments; dashed: the limits.",
    ...{ unit: "s", empty: EMPTY, width: 8, links: [report] },
    queries: [...QUANTILES.map(([name, at]) => line(quantileNow(at, ofRun(K6.ttft)), name)), ...limits(limit, "ttft")],
  });
}

function perToken(limit: Limit, report: PanelLink): PanelOf {
  return lines({
    title: "Time per output token",
    description: "After the first token, over the last moments; dashed: the limits.",
    ...{ unit: "s", empty: EMPTY, width: 8, links: [report] },
    queries: [...QUANTILES.map(([name, at]) => line(quantileNow(at, ofRun(K6.tpot)), name)), ...limits(limit, "tpot")],
  });
}

function pace(report: PanelLink): PanelOf {
  return lines({
    title: "Exchanges and tokens",
    description: "Messages whose whole answer was streamed, and tokens of answers, a second.",
    ...{ unit: "cps", empty: EMPTY, width: 8, links: [report] },
    queries: [
      line(`sum(${perSecond(ofRun(K6.exchanges))})`, "Exchanges"),
      line(`sum(${perSecond(ofRun(K6.outputTokens))})`, "Output tokens"),
    ],
  });
}
