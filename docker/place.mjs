// The shipped files of prometheus/ name everything by 127.0.0.1 and its usual port, as the local stack has it; containers
// have names instead. Only addresses, credentials and paths change: what is tested there is what runs here.
import { isMap, isScalar, isSeq, parseDocument, visit } from "yaml";

const RULES = "/run/prepared/rules/*.yml";
const TEMPLATES = "/etc/alertmanager/templates/";
const LOOPBACK = /^(https?:\/\/)?127\.0\.0\.1:(\d+)(?=\/|$)/;
const BASIC_AUTH = { username: "prometheus", password_file: "scrape-password" };
const PROBES = "http://127.0.0.1:8640/api/v1/sd/probes";
/** What only containers have. */
const CADVISOR = { job_name: "cadvisor", static_configs: [{ targets: ["cadvisor:8080"] }] };

/** prometheus.yml for the compose file; `addresses` gives host:port by usual port. */
export function placePrometheus(text, addresses) {
  const document = read(text, "prometheus.yml");
  const jobs = document.get("scrape_configs");
  if (!isSeq(jobs)) throw new Error("prometheus.yml has no list scrape_configs.");
  for (const job of jobs.items) if (isMap(job)) placeJob(document, job);
  jobs.add(document.createNode(CADVISOR));
  replaceLoopback(document, addresses);
  if (document.has("rule_files")) document.set("rule_files", [RULES]);
  return String(document);
}

/** alertmanager.yml for the compose file. */
export function placeAlertmanager(text, addresses) {
  const document = read(text, "alertmanager.yml");
  replaceLoopback(document, addresses);
  const templates = document.get("templates");
  if (isSeq(templates))
    document.set(
      "templates",
      templates.items.map((item) => TEMPLATES + String(item.value).split("/").at(-1)),
    );
  return String(document);
}

/**
 * Beside a daemon of the same machine stand files that name it and its targets; here it is one container, asked by HTTP
 * with a password.
 */
function placeJob(document, job) {
  const files = job.get("file_sd_configs");
  if (!isSeq(files)) return;
  const named = JSON.stringify(files);
  job.delete("file_sd_configs");
  if (named.includes("targets/probes.json")) {
    job.set("http_sd_configs", document.createNode([{ url: PROBES, refresh_interval: "15s", basic_auth: BASIC_AUTH }]));
  } else if (named.includes("targets/chatbench.json")) {
    job.set("static_configs", document.createNode([{ targets: ["127.0.0.1:8640"] }]));
    job.set("basic_auth", document.createNode(BASIC_AUTH));
  } else throw new Error(`docker/place.mjs does not know what takes the place of the files ${named}.`);
}

function replaceLoopback(document, addresses) {
  visit(document, {
    Scalar(_, node) {
      if (!isScalar(node) || typeof node.value !== "string") return;
      const [found, scheme = "", port] = LOOPBACK.exec(node.value) ?? [];
      if (found === undefined) return;
      const address = addresses[port];
      if (address === undefined)
        throw new Error(`docker/addresses.json does not say which container is 127.0.0.1:${port}.`);
      node.value = scheme + address + node.value.slice(found.length);
    },
  });
}

function read(text, name) {
  const document = parseDocument(text);
  if (document.errors.length > 0) throw new Error(`${name} is not valid YAML: ${document.errors[0].message}`);
  return document;
}
