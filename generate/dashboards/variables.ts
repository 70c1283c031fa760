/** Variables of dashboards: the data source, what is chosen, and the addresses of links. */
import {
  ConstantVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DAEMON, LAST_RUN, NEWEST_RUN, OBJECTIVE_LIMITS } from "../../src/exporter/catalogue/index.ts";
import { LINKS } from "../rules/links.ts";

/** Fixed uid of the provisioned data source. */
export const DATASOURCE_UID = "prometheus";
/** What every query and every query variable refers to: by uid, never by name. */
export const DATASOURCE = { type: "prometheus", uid: "${datasource}" } as const;

export type Variable = DatasourceVariableBuilder | QueryVariableBuilder | ConstantVariableBuilder;

export interface Choose {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  /** As Grafana reads it: `label_values(selector, label)`. */
  readonly query: string;
  /** Several at once, or all; else exactly one. */
  readonly several: boolean;
  /** The newest first: names that sort by time. */
  readonly newestFirst?: boolean;
}

/** Names from Prometheus; asked again whenever the time range changes, so that what is gone is gone. */
export function choose({ name, label, description, query, several, newestFirst = false }: Choose): Variable {
  const variable = new QueryVariableBuilder(name)
    .label(label)
    .description(description)
    .query({ query, refId: `Variable-${name}`, qryType: 1 })
    .definition(query)
    .datasource(DATASOURCE)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(newestFirst ? VariableSort.AlphabeticalDesc : VariableSort.AlphabeticalAsc)
    .multi(several)
    .includeAll(several);
  return several ? variable.allValue(".*").current({ text: "All", value: "$__all" }) : variable;
}

/** In each dashboard: where the data is, and where links lead. */
export function commonVariables(): readonly Variable[] {
  return [
    new DatasourceVariableBuilder("datasource")
      .label("Data source")
      .description("The Prometheus that scrapes Chatbench and receives what k6 sends.")
      .type("prometheus")
      .current({ text: "Prometheus", value: DATASOURCE_UID }),
    ...(["chatbench", "runbooks"] as const).map((name) =>
      new ConstantVariableBuilder(name)
        .label(`Address: ${name}`)
        .description("Where links of this dashboard lead.")
        .value(LINKS[name]),
    ),
  ];
}

const scenarios = OBJECTIVE_LIMITS.error_rate.name;

/** Which daemon, scenarios, targets and triggers. Every configured scenario has a limit of errors, also before its first run. */
export function runVariables(): readonly Variable[] {
  const chosen = 'job=~"$job", scenario=~"$scenario"';
  return [
    choose({
      ...{ name: "job", label: "Job", several: true },
      description: "The scrape job of the Chatbench daemon.",
      query: `label_values(${DAEMON.build.name}, job)`,
    }),
    choose({
      ...{ name: "scenario", label: "Scenario", several: true },
      description: "Configured scenarios.",
      query: `label_values(${scenarios}{job=~"$job"}, scenario)`,
    }),
    choose({
      ...{ name: "target", label: "Target", several: true },
      description: "Chatbots or gateways that the chosen scenarios test.",
      query: `label_values({__name__=~"${scenarios}|${NEWEST_RUN.ended.name}", ${chosen}}, target)`,
    }),
    choose({
      ...{ name: "trigger", label: "Trigger", several: true },
      description: "Why runs were made: cron is the schedule, and alerts look at it alone.",
      query: `label_values(${LAST_RUN.ended.name}{${chosen}, target=~"$target"}, trigger)`,
    }),
  ];
}
