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

/** Starts the daemon; `ready` resolves with its URL, or with why there is none. */
export async function startDaemon(results, config) {
  const free = (await freeOrAny(PORTS.daemon)) === PORTS.daemon;
  const listen = free ? [] : ["--listen", "127.0.0.1:0"];
  return startService("daemon", [MAIN, "-c", config, "serve", ...listen], join(ownFolder(results), "daemon.log"));
}

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

/** Path of chatbench.yml, or of a copy of it where the chatbot listens or the results shall lie elsewhere. */
export function configFor(results, chatbotUrl) {
  const document = parseDocument(readFileSync(CONFIG, "utf8"));
  const folder = join(ROOT, document.getIn(["results", "folder"]) ?? "results");
  if (document.getIn(["targets", "chatbot", "base_url"]) === chatbotUrl && folder === results) return CONFIG;
  const own = ownFolder(results);
  mkdirSync(own, { recursive: true });
  document.setIn(["targets", "chatbot", "base_url"], chatbotUrl);
  // Folders are relative to the file, and the copy lies elsewhere.
  document.set("scripts", relative(own, join(ROOT, document.get("scripts") ?? "load_tests")));
  document.setIn(["results", "folder"], relative(own, results));
  // What is no mapping here is for `chatbench run` to complain about, with line and column.
  for (const { key } of document.get("scenarios")?.items ?? []) {
    const path = ["scenarios", key, "script"];
    const script = document.getIn(path);
    if (typeof script === "string") document.setIn(path, relative(own, join(ROOT, script)));
  }
  const copy = join(own, "chatbench.yml");
  writeFileSync(copy, document.toString());
  return copy;
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
