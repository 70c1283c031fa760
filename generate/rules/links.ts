/**
 * Addresses in the generated files: those of a daemon and a Grafana on this machine. Whoever configures others
 * (`links:` in the configuration) has them put in their place.
 */
export const LINKS = {
  chatbench: "http://127.0.0.1:8640",
  grafana: "http://127.0.0.1:3000",
  runbooks: "http://127.0.0.1:8640/runbooks",
} as const;

/** Fixed uids of the dashboards: alerts link to them. */
export const DASHBOARDS = {
  overview: "chatbench-overview",
  trends: "chatbench-trends",
  uptime: "chatbench-uptime",
  itself: "chatbench-itself",
} as const;

/** `ChatbenchRunOverdue` has its runbook in `run-overdue.md`. */
export function runbookFile(alert: string): string {
  const words = alert.replace(/^Chatbench/, "").match(/[A-Z][a-z]*\d*/g) ?? [];
  return `${words.join("-").toLowerCase()}.md`;
}

/** A dashboard, showing what the alert's labels name. */
export function dashboardUrl(uid: string, variables: readonly string[]): string {
  const query = variables.map((name) => `var-${name}={{ $labels.${name} }}`).join("&");
  return `${LINKS.grafana}/d/${uid}${query === "" ? "" : `?${query}`}`;
}

/**
 * The report of the run that a metric names by its label `run_id`, or the daemon's first page where it tells none.
 * @param more further matchers, and what is printed into them.
 */
export function reportUrl(info: string, ...more: readonly [] | readonly [matcher: string, value?: string]): string {
  const [matcher, value] = more;
  const labels = ["scenario", "target", "trigger"];
  const matchers = [...labels.map((label) => `${label}='%s'`), ...(matcher === undefined ? [] : [matcher])];
  const selector = matchers.join(",");
  const values = [...labels.map((label) => `$labels.${label}`), ...(value === undefined ? [] : [value])].join(" ");
  return [
    `${LINKS.chatbench}/{{ with printf "${info}{${selector}}" ${values} | query }}`,
    `api/v1/runs/{{ . | first | label "run_id" }}/report{{ end }}`,
  ].join("");
}
