// Where alerts and dashboards lead: what docker/chatbench.yml says under `links`, as `chatbench rules` and `chatbench
// dashboards` have it for people with a Prometheus and a Grafana of their own.
import { parseDocument } from "yaml";
import { placeDashboard } from "../dist/src/stack/dashboards.js";
import { placeRules } from "../dist/src/stack/rules.js";

const USUAL = { chatbench: "http://127.0.0.1:8640", grafana: "http://127.0.0.1:3000" };
const PUBLISHED = /^http:\/\/127\.0\.0\.1:(8640|3000)(?=\/|$)/;

/** Links of the text of chatbench.yml; those to this machine follow `ports`, the published port by the usual one. */
export function linksOf(text, ports) {
  const document = parseDocument(text);
  if (document.errors.length > 0) throw new Error(`chatbench.yml is not valid YAML: ${document.errors[0].message}`);
  const links = { ...USUAL, ...document.toJS().links };
  for (const [name, url] of Object.entries(links)) {
    if (!URL.canParse(url)) throw new Error(`links.${name} of chatbench.yml is no address: ${url}`);
    links[name] = url.replace(PUBLISHED, (_, port) => `http://127.0.0.1:${ports[port]}`);
  }
  return links;
}

/** The shipped text of a rule file or of a dashboard, with these links. */
export function placeLinks(name, text, links) {
  return name.endsWith(".json") ? placeDashboard(text, links) : placeRules(text, links);
}
