/** Target resources: containers, from cAdvisor; empty where nothing runs in containers. */
import type { Row } from "./board.ts";
import { STATUS_PAGE } from "./links.ts";
import { CADVISOR, SERVICE } from "./outside.ts";
import { lines, type LinesSpec, type PanelOf } from "./panel.ts";
import type { Query } from "./query.ts";

const NAMED = `${SERVICE}!=""`;
const EMPTY = "cAdvisor is not scraped: docker-compose.benchmark.yml has it.";
const NAME = `{{${SERVICE}}}`;

const each = (expr: string): string => `sum by (${SERVICE}) (${expr})`;
const rate = (metric: string): string => each(`rate(${metric}{${NAMED}}[$__rate_interval])`);

export function containers(): Row {
  const cpu = [{ expr: rate(CADVISOR.cpu), legend: NAME }];
  const throttled = `${rate(CADVISOR.throttled)} / (${rate(CADVISOR.periods)} > 0)`;
  const memory = each(`${CADVISOR.memory}{${NAMED}}`);
  const share = `${memory} / (${each(`${CADVISOR.memoryLimit}{${NAMED}}`)} > 0)`;
  return {
    title: "Containers",
    panels: [
      panel("Processor of containers", "Cores that each container uses.", { unit: "suffix: cores", queries: cpu }),
      panel(
        "Held back",
        "Part of the periods in which a container wanted more processor than its limit: its figures are those of the limit.",
        {
          ...{ unit: "percentunit", queries: [{ expr: throttled, legend: NAME }] },
        },
      ),
      panel("Memory of containers", "Memory that cannot be given back.", {
        ...{ unit: "bytes", queries: [{ expr: memory, legend: NAME }] },
      }),
      panel("Memory as part of the limit", "At 100 % the kernel ends the container.", {
        ...{ unit: "percentunit", queries: [{ expr: share, legend: NAME }] },
      }),
      panel("Received by containers", "Bytes that each container received a second.", {
        unit: "Bps",
        queries: [{ expr: rate(CADVISOR.received), legend: NAME }],
      }),
      panel("Sent by containers", "Bytes that each container sent a second.", {
        unit: "Bps",
        queries: [{ expr: rate(CADVISOR.transmitted), legend: NAME }],
      }),
    ],
  };
}

function panel(title: string, description: string, rest: { unit: string; queries: readonly Query[] }): PanelOf {
  const spec: LinesSpec = { title, description, empty: EMPTY, width: 8, many: true, links: [STATUS_PAGE], ...rest };
  return lines(spec);
}
