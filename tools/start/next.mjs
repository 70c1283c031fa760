// What `npm start` says at the end: what came out, and where to look next.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** The exit codes of `chatbench run`, in words. */
const MEANINGS = new Map([
  [0, "passed"],
  [1, "missed an objective"],
  [2, "could not begin: the command or chatbench.yml is wrong"],
  [3, "could not be judged"],
  [4, "broke"],
  [130, "was stopped"],
]);

/** `smoke run: passed (exit 0)`. */
export function outcomeLine(code) {
  return `The smoke run ${MEANINGS.get(code) ?? "ended in an unknown way"} (exit ${code}).`;
}

/** The lines after the table. */
export function whereToLookNext({ results, report, chatbotUrl, daemonUrl, prometheusUrl, alertsUrl }) {
  return [
    "",
    "Where to look next",
    `  Status page       ${daemonUrl}`,
    ...reportLines(results, report),
    ...(prometheusUrl === undefined ? [] : [`  Live series       ${queryLink(prometheusUrl)}`]),
    ...(alertsUrl === undefined ? [] : [`  Alerts            ${alertsUrl}`]),
    `  The chatbot       curl -s ${chatbotUrl}/api/chat -H 'content-type: application/json' -d '{"conversation_id":"me","message":"hello"}'`,
    "  Another run       npx chatbench run ramp -u 20 -d 1m",
    "",
    "Your own chatbot: put its address into chatbench.yml, then `npx chatbench run smoke`",
    "  targets:",
    "    chatbot:",
    "      base_url: http://127.0.0.1:3000    # answers POST /api/chat { conversation_id, message } with 200",
  ];
}

/** Paths of the pages of a scenario's runs, oldest first. */
export function reportsOf(results, scenario) {
  return readdirSync(results)
    .filter((name) => name.slice("20261123T020000Z-".length).startsWith(`${scenario}-`))
    .map((name) => join(results, name, "report.html"))
    .filter((path) => existsSync(path))
    .sort();
}

function reportLines(results, report) {
  return [
    ["This run's report", report],
    ["All scenarios", join(results, "report.html")],
  ]
    .filter(([, path]) => path !== undefined && existsSync(path))
    .map(([label, path]) => `  ${label.padEnd(18)}${pathToFileURL(path).href}`);
}

function queryLink(url) {
  const query = new URLSearchParams({
    "g0.expr": "sum by (testid) (rate(k6_http_reqs_total[15s]))",
    "g0.tab": "0",
    "g0.range_input": "15m",
  });
  return `${url}/graph?${query}`;
}
