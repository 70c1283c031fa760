import { html, type Html, type Part } from "./html.ts";
import { exactText, timeElement } from "./moments.ts";
import { page, section, sign } from "./page.ts";
import { partsPart, runsPart, skippedPart, slotsPart } from "./status-lists.ts";
import { queuePart, runningPart } from "./status-running.ts";
import { outcomeOfScenario, scenariosPart } from "./status-scenarios.ts";
import { statusScript } from "./status-script.ts";
import type { StatusView } from "./status-view.ts";
import type { Tone } from "./words.ts";

const EVERY_SECONDS = 2;
const SCRIPT = statusScript(EVERY_SECONDS);
const WITHOUT_SCRIPT_SECONDS = 5;
const ORDER: readonly Tone[] = ["fail", "warning", "none", "pass"];

/** The page at `/`: what runs, waits, comes and was. Keeps itself up to date, and says so when it cannot. */
export function statusPage(view: StatusView): Html {
  return page({
    title: titleOf(view),
    live: { script: SCRIPT, reloadSeconds: WITHOUT_SCRIPT_SECONDS, before: GONE },
    body: [
      html`<div class="brand">
        <span>Chatbench ${view.version}</span><span>as of ${timeElement(view.now, exactText(view.now))}</span>
      </div>`,
      waysOut(view),
      band(view),
      section("Running", runningPart(view), "running"),
      section("Queue", queuePart(view), "queue"),
      section("Scenarios", scenariosPart(view), "scenarios"),
      section("Next slots", slotsPart(view), "slots"),
      section("Last runs", runsPart(view), "runs"),
      section("Slots that did not run", skippedPart(view), "skipped"),
      section("Parts", partsPart(view), "parts"),
    ],
    footer: [
      `Asked again every ${EVERY_SECONDS} s while this page can be seen.`,
      html`<noscript> Without script: loaded again every ${WITHOUT_SCRIPT_SECONDS} s.</noscript>`,
    ],
  });
}

/** Stays when the daemon does not. */
const GONE = html`<a class="skip" href="#main">Skip to the content</a>
  <div id="gone" class="gone fail" hidden>
    <p class="status">${sign("fail")} <span id="gone-why" role="alert"></span></p>
    <p id="gone-age"></p>
  </div>`;

/** For the tab: what runs, else what needs a look. */
function titleOf({ running, scenarios, health }: StatusView): string {
  const problems = health.filter(({ ok }) => !ok).length;
  const failing = scenarios.filter((scenario) => outcomeOfScenario(scenario).tone === "fail").length;
  const [first] = running;
  const parts = [
    problems > 0 && `${problems} ${problems === 1 ? "problem" : "problems"}`,
    failing > 0 && `${failing} failing`,
    first !== undefined && (running.length === 1 ? `${first.scenario} runs` : `${running.length} run`),
  ].filter((part) => part !== false);
  return [...(parts.length > 0 ? parts : ["All quiet"]), "Chatbench"].join(" · ");
}

function waysOut({ links }: StatusView): Html {
  const all: readonly (readonly [string, string | undefined])[] = [
    ["All scenarios", "/report"],
    ["Grafana", onlyHttp(links.grafana)],
    ["Prometheus", onlyHttp(links.prometheus)],
    ["Metrics", "/metrics"],
    ["Configuration", "/config"],
    ["API", "/api/v1/openapi.json"],
  ];
  const items = all.map(([name, url]) => url !== undefined && html`<li><a href="${url}">${name}</a></li>`);
  return html`<nav aria-label="More">
    <ul class="ways">
      ${items}
    </ul>
  </nav>`;
}

/** A link from the configuration leads to a page, and can run nothing. */
function onlyHttp(url: string | undefined): string | undefined {
  return url !== undefined && /^https?:\/\//i.test(url) ? url : undefined;
}

/** What an answer to "is all well?" fits in: the parts first, because a broken part hides the rest. */
function band(view: StatusView): Html {
  const outcomes = view.scenarios.map(outcomeOfScenario);
  const problems = view.health.filter(({ ok }) => !ok);
  const tones =
    problems.length > 0 ? [...outcomes.map(({ tone }) => tone), "fail" as const] : outcomes.map(({ tone }) => tone);
  const worst = ORDER.find((tone) => tones.includes(tone)) ?? "none";
  const passing = outcomes.filter(({ tone }) => tone === "pass").length;
  const words = outcomes.map(({ word }) => word);
  const counted = [...new Set(words)].map(
    (word) => `${words.filter((other) => other === word).length} ${word.toLowerCase()}`,
  );
  return html`<div class="verdict ${worst}">
    <p class="word">${sign(worst)} ${passingText(view.scenarios, passing)}</p>
    <h1>Benchmarks now</h1>
    ${view.scenarios.some(({ last }) => last !== undefined) && html`<p class="sentence">Newest run of each scenario: ${counted.join(", ")}.</p>`}
    <p class="meaning">${workText(view)}</p>
    ${problems.length > 0 && problemList(problems)}
  </div>`;
}

function workText({ running, queued }: StatusView): string {
  const atWork = running.length === 0 ? "No run" : running.length === 1 ? "1 run" : `${running.length} runs`;
  return `${atWork} at work, ${queued.length === 0 ? "none" : queued.length} in the queue.`;
}

function passingText(scenarios: StatusView["scenarios"], passing: number): string {
  if (scenarios.length === 0) return "No scenario is configured";
  if (scenarios.every(({ last }) => last === undefined)) return "No run yet";
  return `${passing} of ${scenarios.length} ${scenarios.length === 1 ? "scenario passes" : "scenarios pass"}`;
}

function problemList(problems: StatusView["health"]): Part {
  const items = problems.map(
    ({ part, text }) =>
      html`<li data-key="problem-${part}"><strong class="status fail">${sign("fail")} ${part}:</strong> ${text}</li>`,
  );
  return html`<ul class="problems">
    ${items}
  </ul>`;
}
