/** Target resources: what the collectors of the runs saw of the target's system. */
import { DAEMON, LAST_RUN_MEASUREMENTS } from "../../src/exporter/catalogue/index.ts";
import { MEASUREMENTS, type MeasurementName } from "../../src/model/index.ts";
import type { Row } from "./board.ts";
import { runbook, STATUS_PAGE } from "./links.ts";
import { familyOf, grafanaUnit, SERIES } from "./measured.ts";
import { lines, timeline, type PanelOf } from "./panel.ts";
import { YES_NO } from "./words.ts";

const CHOSEN = 'target=~"$target"';

export function ofTheRuns(): Row {
  return { title: "What runs saw of the target", panels: [...familyOf("resources").map(resource), watched()] };
}

function resource(name: MeasurementName): PanelOf {
  const { title, definition } = MEASUREMENTS[name];
  return lines({
    title,
    description: `${definition} From the last judged run, until the next.`,
    ...{ unit: grafanaUnit(name), width: 8, steps: true, many: true, links: [STATUS_PAGE] },
    empty: "No run has measured it: `resources` of a target says where to look.",
    queries: [
      { expr: `max by (scenario, target, trigger) (${LAST_RUN_MEASUREMENTS[name].name}{${CHOSEN}})`, legend: SERIES },
    ],
  });
}

function watched(): PanelOf {
  return timeline({
    title: "Sources of the target",
    description:
      "Whether what is watched of a target during its runs (PostgreSQL, Redis, machine, containers) answered to the end of its newest run of each trigger.",
    ...{ unit: "none", width: 24, height: 6, words: YES_NO, links: [runbook("ChatbenchCollectorFailing")] },
    empty: "Nothing of a target is watched: `postgres`, `redis` and `resources` of a target name what.",
    queries: [
      {
        expr: `min by (target, collector, trigger) (${DAEMON.collectorSuccess.name}{target!="", ${CHOSEN}})`,
        legend: "{{target}} · {{collector}} · {{trigger}}",
      },
    ],
  });
}
