// The first container of docker-compose.benchmark.yml: draws every secret into volumes, once, and puts the addresses of
// the other containers and the configured links into the shipped files. No password stands in the repository or in an
// image.
//   node docker/prepare.mjs --out /prepared --prometheus prometheus --dashboards grafana/dashboards --config docker/chatbench.yml
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { hashSync } from "bcrypt";
import { linksOf, placeLinks } from "./links.mjs";
import { placeAlertmanager, placePrometheus } from "./place.mjs";

/** Not left to the folder: engines may drop its set-group-ID bit when they make a volume of it. */
const READERS = 10001;
/** Readable by the group that all who may read it belong to (group_add in the compose file), by nobody else. */
const MODE = 0o440;
const SECRET_BYTES = 24;
const BCRYPT_COST = 10;
const addresses = JSON.parse(readFileSync(new URL("addresses.json", import.meta.url), "utf8"));

const NEEDED = ["out", "prometheus", "dashboards", "config"];

const { values } = parseArgs({ options: Object.fromEntries(NEEDED.map((name) => [name, { type: "string" }])) });
const missing = NEEDED.filter((name) => values[name] === undefined);
if (missing.length > 0) {
  process.stderr.write(`prepare: needed too: ${missing.map((name) => `--${name}`).join(", ")}.\n`);
  process.exit(2);
}

/** Atomic: a container that starts meanwhile reads the old file or the new one. */
function write(name, text) {
  const path = join(values.out, name);
  writeFileSync(`${path}.new`, text, { mode: MODE });
  if (process.getgroups().includes(READERS)) chownSync(`${path}.new`, process.getuid(), READERS);
  renameSync(`${path}.new`, path);
}

/** The one line of a secret: drawn the first time, kept ever after, because databases were set up with it. */
function secret(name) {
  const path = join(values.out, name);
  if (!existsSync(path)) write(name, randomBytes(SECRET_BYTES).toString("base64url"));
  return readFileSync(path, "utf8");
}

function prepareDatabases() {
  const target = secret("target/postgres-password");
  const redis = secret("target/redis-password");
  const store = secret("store/postgres-password");
  const urls = {
    "database-url": `postgres://chatbot:${target}@target-postgres:5432/chatbot`,
    "redis-url": `redis://:${redis}@redis:6379`,
  };
  write("target/redis-auth.conf", `requirepass ${redis}\n`);
  for (const [name, url] of Object.entries(urls)) {
    write(`target/${name}`, url);
    write(`chatbench/target-${name}`, url);
  }
  write("chatbench/store-url", `postgres://chatbench:${store}@store-postgres:5432/chatbench`);
}

/** Users of the status page and of the scrape; a hash is made once, so that nobody is logged out by a restart. */
function prepareUsers() {
  secret("chatbench/token");
  const passwords = {
    prometheus: secret("prometheus/scrape-password"),
    operator: secret("chatbench/operator-password"),
  };
  if (existsSync(join(values.out, "chatbench/web.yml"))) return;
  const lines = Object.entries(passwords).map(
    ([name, password]) => `  ${name}: "${hashSync(password, BCRYPT_COST)}"\n`,
  );
  write("chatbench/web.yml", `basic_auth_users:\n${lines.join("")}`);
}

/** A copy of each shipped rule file and dashboard, with the links of this installation; one no longer shipped goes. */
function prepareLinks() {
  const { CHATBENCH_PORT = "8640", GRAFANA_PORT = "3000" } = process.env;
  const links = linksOf(readFileSync(values.config, "utf8"), { 8640: CHATBENCH_PORT, 3000: GRAFANA_PORT });
  const folders = { "prometheus/rules": join(values.prometheus, "rules"), dashboards: values.dashboards };
  for (const [to, from] of Object.entries(folders)) {
    const names = readdirSync(from).filter((name) => /\.(?:yml|json)$/.test(name));
    for (const name of names) write(join(to, name), placeLinks(name, readFileSync(join(from, name), "utf8"), links));
    const old = readdirSync(join(values.out, to)).filter((name) => !names.includes(name));
    for (const name of old) rmSync(join(values.out, to, name));
  }
}

for (const name of ["target", "store", "chatbench", "prometheus/rules", "alertmanager", "grafana", "dashboards"])
  mkdirSync(join(values.out, name), { recursive: true });
prepareDatabases();
prepareUsers();
secret("grafana/admin-password");
const read = (name) => readFileSync(join(values.prometheus, name), "utf8");
write("prometheus/prometheus.yml", placePrometheus(read("prometheus.yml"), addresses));
if (existsSync(join(values.prometheus, "alertmanager.yml")))
  write("alertmanager/alertmanager.yml", placeAlertmanager(read("alertmanager.yml"), addresses));
prepareLinks();
process.stderr.write("prepare: secrets and configuration are in place.\n");
