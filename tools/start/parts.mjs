// The parts of `npm start`: the reference chatbot with its provider, the local Prometheus, the daemon with the nightly
// schedule, and a judged smoke run through it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, relative } from "node:path";
import { parseDocument } from "yaml";
import { ROOT } from "../setup/machine.mjs";
import { startPart } from "./child.mjs";

const MAIN = "dist/src/main.js";
const CONFIG = join(ROOT, "chatbench.yml");
const PORTS = { chatbot: 8000, provider: 8001, daemon: 8640 };
/** Ports that the daemon tries after its usual one. */
const FURTHER = 100;

/** Logs of the parts, and the copy of the configuration, in this results folder. */
const ownFolder = (results) => join(results, ".start");

/** Starts chatbot and provider; `ready` resolves with their URLs, or with why there are none. */
export async function startDemo(results, say) {
  const ports = { chatbot: await freeOrAny(PORTS.chatbot), provider: await freeOrAny(PORTS.provider) };
  for (const [name, port] of Object.entries(ports))
    if (port === 0) say(`port ${PORTS[name]} is in use, so the ${name} takes a free one.`);
  const args = ["dist/demo/main.js", `--chatbot-port=${ports.chatbot}`, `--provider-port=${ports.provider}`];
  let announce;
  const announced = new Promise((resolve) => (announce = resolve));
  const part = startPart("chatbot", args, {
    log: join(ownFolder(results), "chatbot.log"),
    onLine: (line) => {
      const urls = parsed(line);
      if (urls?.ready === true) announce({ urls });
    },
  });
  const ended = part.exited.then(({ text }) => ({ problem: `it ended (${text}); ${lastLines(part.log)}` }));
  return { part, ready: Promise.race([announced, ended]) };
}

/** Starts the local Prometheus; `ready` resolves with its URL, or with why there is none. */
export function startStack(results, config) {
  return startService("Prometheus", [MAIN, "-c", config, "stack", "up"], join(ownFolder(results), "stack.log"));
}

/**
 * The daemon's port, chosen before anything starts: alerts and dashboards lead to it. Not one of those that the system
 * gives to whoever asks for any, so that nobody else has it by the time the daemon listens.
 */
export async function daemonPort(say) {
  for (let port = PORTS.daemon; port <= PORTS.daemon + FURTHER; port += 1) {
    if ((await freeOrAny(port)) !== port) continue;
    if (port !== PORTS.daemon) say(`port ${PORTS.daemon} is in use, so Chatbench takes ${port}.`);
    return port;
  }
  return PORTS.daemon; // the daemon says what is wrong
}

/** Starts the daemon; `ready` resolves with its URL, or with why there is none. */
export function startDaemon(results, { config, port }) {
  const listen = port === PORTS.daemon ? [] : ["--listen", addressOf(port)];
  return startService("daemon", [MAIN, "-c", config, "serve", ...listen], join(ownFolder(results), "daemon.log"));
}

const addressOf = (port) => `127.0.0.1:${port}`;

/** A part that prints a line with its URL when it is ready, and logs to a file. */
function startService(name, args, log) {
  let announce;
  const announced = new Promise((resolve) => (announce = resolve));
  const part = startPart(name, args, {
    log,
    onLine: (line) => {
      const url = /\bhttps?:\/\/\S+/.exec(line)?.[0];
      if (url !== undefined) announce({ url });
    },
  });
  const ended = part.exited.then(({ text }) => ({ problem: `it ended (${text}); ${lastLines(part.log)}` }));
  return { part, ready: Promise.race([announced, ended]) };
}

/** The judged run through the daemon, on our terminal. */
export function startSmoke(config) {
  return startPart("smoke run", [MAIN, "-c", config, "run", "smoke"]);
}

/** Path of chatbench.yml, or of a copy of it where a part listens or the results shall lie elsewhere. */
export function configFor(results, { chatbotUrl, port }) {
  const document = parseDocument(readFileSync(CONFIG, "utf8"));
  const folder = join(ROOT, document.getIn(["results", "folder"]) ?? "results");
  const isChatbot = document.getIn(["targets", "chatbot", "base_url"]) === chatbotUrl;
  if (isChatbot && folder === results && port === PORTS.daemon) return CONFIG;
  const own = ownFolder(results);
  mkdirSync(own, { recursive: true });
  document.setIn(["targets", "chatbot", "base_url"], chatbotUrl);
  // Alerts, reports and dashboards would lead to whoever has the usual port; links of one's own lead where they lead.
  const link = ["links", "chatbench"];
  if (port !== PORTS.daemon && !document.hasIn(link)) document.setIn(link, `http://${addressOf(port)}`);
  placeFolders(document, { own, results });
  const copy = join(own, "chatbench.yml");
  writeFileSync(copy, document.toString());
  return copy;
}

/** Folders are relative to the file, and the copy lies elsewhere. */
function placeFolders(document, { own, results }) {
  document.set("scripts", relative(own, join(ROOT, document.get("scripts") ?? "load_tests")));
  document.setIn(["results", "folder"], relative(own, results));
  // What is no mapping here is for `chatbench run` to complain about, with line and column.
  for (const { key } of document.get("scenarios")?.items ?? []) {
    const path = ["scenarios", key, "script"];
    const script = document.getIn(path);
    if (typeof script === "string") document.setIn(path, relative(own, join(ROOT, script)));
  }
}

/** What a Prometheus whose keeper had to be killed is known by, to end it too. */
export function readStackState(results) {
  const path = join(results, ".stack.json");
  return existsSync(path) ? parsed(readFileSync(path, "utf8")) : undefined;
}

function freeOrAny(port) {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(0));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(port)));
  });
}

function lastLines(path) {
  const text = existsSync(path) ? readFileSync(path, "utf8").trimEnd() : "";
  return text === "" ? `its log ${path} is empty` : text.split("\n").slice(-3).join("\n");
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
