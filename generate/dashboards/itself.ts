/** Chatbench itself: does it run, does it wait, is what it needs there? */
import type { Board } from "./board.ts";
import { now, versions } from "./itself-now.ts";
import { http, parts } from "./itself-parts.ts";
import { processRow } from "./itself-process.ts";
import { runs, schedule } from "./itself-runs.ts";
import { UIDS } from "./links.ts";
import { runVariables } from "./variables.ts";

export function itself(): Board {
  return {
    uid: UIDS.itself,
    title: "Chatbench itself",
    description:
      "The daemon, its schedule and queue, the parts it needs, and Prometheus: when a benchmark says nothing, the reason is here.",
    variables: runVariables(),
    rows: [now(), versions(), schedule(), runs(), parts(), http(), processRow()],
    from: "now-24h",
    refresh: "30s",
    runs: 'job=~"$job", scenario=~"$scenario", target=~"$target", trigger=~"$trigger"',
  };
}
