/** Live run and run detail: what k6 sends while a run is at work, and what is left of it afterwards. */
import { OBJECTIVE_LIMITS } from "../../src/exporter/catalogue/index.ts";
import type { MeasurementName } from "../../src/model/index.ts";
import type { Board, Row } from "./board.ts";
import { reportOf, runbook, UIDS, type PanelLink } from "./links.ts";
import { K6 } from "./outside.ts";
import { heatmap, lines, stat, type PanelOf } from "./panel.ts";
import type { Query } from "./query.ts";
import { cameTo, failedShare, line, ofRun, perSecond, quantileNow } from "./run-query.ts";
import { breakdown } from "./run-breakdown.ts";
import { streaming } from "./run-streaming.ts";
import { choose, type Variable } from "./variables.ts";

const EMPTY =
  "Nothing of this run in the time shown: choose its time, or see whether telemetry of the run is complete.";
const REPORT: PanelLink = { ...reportOf("${run}"), title: "Report of the run" };
const JUDGED = 'chatbench_phase="judged"';

export function runDetail(): Board {
  return {
    uid: UIDS.run,
    title: "Live run and run detail",
    description:
      "What k6 sends of one run while it makes load, and afterwards. Estimates for looking closer: buckets are 9 % wide and the first seconds are missing in rates. The exact figures and the verdict are in the report. Of scenarios that stream, requests are those to the probe beside k6; latencies are of whole exchanges.",
    variables: variables(),
    rows: [summary(), load(), latency(), errors(), streaming(limit, REPORT), ...breakdown(EMPTY, REPORT)],
    from: "now-15m",
    refresh: "5s",
    runs: 'scenario=~"$scenario"',
  };
}

function variables(): readonly Variable[] {
  return [
    choose({
      ...{ name: "scenario", label: "Scenario", several: false },
      description: "Scenarios of which k6 has sent something in the time shown.",
      query: `label_values(${K6.users}, chatbench_scenario)`,
    }),
    choose({
      ...{ name: "run", label: "Run", several: false, newestFirst: true },
      description: "Its runs in the time shown, the newest first; ids begin with the time.",
      query: `label_values(${K6.users}{chatbench_scenario="$scenario"}, testid)`,
    }),
  ];
}

/** The scenario's limit of a measurement, as it stands now. */
function limit(measurement: MeasurementName, legend: string): Query {
  return line(`max(${OBJECTIVE_LIMITS[measurement].name}{scenario="$scenario"})`, legend);
}

interface Total {
  readonly title: string;
  readonly description: string;
  readonly expr: string;
  readonly unit?: string;
}

function total({ title, description, expr, unit = "short" }: Total): PanelOf {
  const shown = { unit, empty: "–", width: 4, links: [REPORT] };
  return stat({ title, description, ...shown, queries: [{ expr, as: "instant" }] });
}

function summary(): Row {
  const { requests, iterations } = K6;
  const mostUsers = `max(max_over_time(${ofRun(K6.users)}[$__range]))`;
  const failed = `(${cameTo(ofRun(requests, 'expected_response="false"'))} or 0 * ${cameTo(ofRun(requests))}) / ${cameTo(ofRun(requests))}`;
  const p95 = (series: string): string => `histogram_quantile(0.95, sum(increase(${series}[$__range])))`;
  const judged = `${p95(ofRun(K6.exchangeDuration, JUDGED))} or ${p95(ofRun(K6.duration, `${JUDGED}, expected_response="true"`))}`;
  const totals: readonly Total[] = [
    {
      title: "Requests",
      description: "Requests that k6 made in the whole run, with the warm-up.",
      expr: cameTo(ofRun(requests)),
    },
    {
      title: "Failed requests",
      description: "The part of them without the expected answer; failed checks are not among them.",
      ...{ expr: failed, unit: "percentunit" },
    },
    {
      title: "P95 latency (estimate)",
      description: "Of good answers in the judged window. The report has the exact figure.",
      ...{ expr: judged, unit: "s" },
    },
    { title: "Most users", description: "The most virtual users at a time.", expr: mostUsers },
    {
      title: "Iterations",
      description: "Conversations, in the shipped load tests.",
      expr: cameTo(ofRun(iterations)),
    },
    {
      title: "Dropped iterations",
      description: "Iterations that k6 could not begin in time: the generator or its pattern is the limit.",
      expr: `${cameTo(ofRun(K6.dropped))} or 0 * ${mostUsers}`,
    },
  ];
  return { title: "The run so far", panels: totals.map(total) };
}

function load(): Row {
  return {
    title: "Load",
    panels: [
      lines({
        title: "Users",
        description: "Virtual users at work, and how many k6 holds ready.",
        ...{ unit: "short", empty: EMPTY, width: 8, links: [REPORT] },
        queries: [
          line(`sum(${ofRun(K6.users)})`, "Users"),
          line(`sum(${ofRun(K6.usersMax)})`, "Held ready"),
          limit("concurrent_users", "Limit: concurrent users"),
        ],
      }),
      lines({
        title: "Requests by phase",
        description: "Requests a second. Only those of the phase judged count for the verdict.",
        ...{ unit: "reqps", empty: EMPTY, width: 8, links: [REPORT], stacked: true },
        queries: [line(`sum by (chatbench_phase) (${perSecond(ofRun(K6.requests))})`, "{{chatbench_phase}}")],
      }),
      lines({
        title: "Iterations a second",
        description: "Iterations that ended, and iterations that k6 could not begin, a second.",
        ...{ unit: "cps", empty: EMPTY, width: 8, links: [REPORT] },
        queries: [
          line(`sum(${perSecond(ofRun(K6.iterations))})`, "Ended"),
          line(`sum(${perSecond(ofRun(K6.dropped))})`, "Dropped"),
        ],
      }),
    ],
  };
}

function latency(): Row {
  // Where messages are exchanged, the exchange is what is judged, not the request to the probe beside k6.
  const good = ofRun(K6.duration, 'expected_response="true"');
  const exchanged = ofRun(K6.exchangeDuration);
  const quantiles = (
    [
      ["P50", 0.5],
      ["P95", 0.95],
      ["P99", 0.99],
    ] as const
  ).map(([name, quantile]) => line(`${quantileNow(quantile, exchanged)} or ${quantileNow(quantile, good)}`, name));
  return {
    title: "Latency",
    panels: [
      lines({
        title: "Latency of good answers",
        description: "Over the last moments, not since the begin; dashed: the limits of the scenario.",
        ...{ unit: "s", empty: EMPTY, width: 12, links: [REPORT, runbook("ChatbenchLatencyP95ObjectiveMissed")] },
        queries: [...quantiles, limit("latency_p95", "Limit: P95"), limit("latency_p99", "Limit: P99")],
      }),
      heatmap({
        title: "Distribution of latency",
        description:
          "How many good answers took how long: two groups of answers are seen here, where a percentile hides them.",
        ...{ unit: "s", empty: EMPTY, width: 12, links: [REPORT] },
        queries: [{ expr: `sum(${perSecond(exchanged)}) or sum(${perSecond(good)})`, as: "heatmap", step: "5s" }],
      }),
    ],
  };
}

function errors(): Row {
  return { title: "Errors", panels: [failedRequests(), failuresByError(), exceptions()] };
}

function failedRequests(): PanelOf {
  return lines({
    title: "Failed requests over time",
    description:
      "The part of the requests without the expected answer, exact to the request. The judged error rate counts failed checks and exceptions too.",
    ...{ unit: "percentunit", empty: EMPTY, width: 8, min: 0 },
    links: [REPORT, runbook("ChatbenchErrorRateObjectiveMissed")],
    queries: [line(failedShare(), "Failed"), limit("error_rate", "Limit: error rate")],
  });
}

function failuresByError(): PanelOf {
  const failed = perSecond(ofRun(K6.requests, 'expected_response="false"'));
  return lines({
    title: "Failed requests by error",
    description:
      "Failures a second by status and by k6's code of the error: 10xx to 13xx are the network, 14xx and 15xx the status of an answer.",
    ...{ unit: "reqps", empty: "No request has failed in the time shown.", width: 8, stacked: true, links: [REPORT] },
    queries: [line(`sum by (status, error_code) (${failed})`, "status {{status}}, code {{error_code}}")],
  });
}

function exceptions(): PanelOf {
  const threw = perSecond(ofRun(K6.exceptions));
  return lines({
    title: "Exceptions of the script",
    description:
      "Iterations that the script left by an exception, a second: a k6 that exits well may have thrown at each.",
    ...{ unit: "cps", empty: "No exception in the time shown.", width: 8, links: [REPORT] },
    queries: [line(`sum by (after) (${threw})`, "after a request that was {{after}}")],
  });
}
