// `npm start`, after the set-up: the reference chatbot, a Prometheus, the daemon with the nightly schedule and one
// judged run through it; then all stays up until Ctrl-C.
//   node tools/start.mjs                     stays up
//   node tools/start.mjs --once              ends after the run, with its exit code
//   node tools/start.mjs --results=FOLDER    keeps the run elsewhere than in results/
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "./setup/machine.mjs";
import { stopPart } from "./start/child.mjs";
import { outcomeLine, reportsOf, whereToLookNext } from "./start/next.mjs";
import {
  configFor,
  daemonPort,
  readStackState,
  startDaemon,
  startDemo,
  startSmoke,
  startStack,
} from "./start/parts.mjs";

/** The daemon ends a run within 25 seconds and Prometheus writes its data down within eight; mostly it is one or two. */
const GRACE_MS = 27_000;
const INTERRUPTED = 130;
const BROKEN = 4;

/** Nothing can be shown; told in one sentence. */
class StartError extends Error {}

/** Stopped by a person while something was awaited: nothing more may be started. */
class Stopped extends Error {}

const { values: asked } = parseArgs({ options: { once: { type: "boolean" }, results: { type: "string" } } });
const results = asked.results === undefined ? join(ROOT, "results") : resolve(asked.results);
const started = [];
// The terminal may be closed: what we say then is for nobody, and the parts are to be stopped in order all the same.
process.stdout.on("error", () => undefined);
const say = (text) => process.stdout.write(`${text}\n`);
let stopping = false;
const stopRequested = new Promise((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => {
      stopping = true;
      resolve();
    });
});

async function unlessStopped(promise) {
  const value = await Promise.race([promise, stopRequested]);
  if (stopping) throw new Stopped();
  return value;
}

/** Prepares, runs and tells, then stays up unless `once`; resolves with the exit code of the run. */
async function story() {
  const demo = await startDemo(results, say);
  started.push(demo.part);
  const chatbot = await unlessStopped(demo.ready);
  if (chatbot.problem !== undefined) throw new StartError(`The reference chatbot did not start: ${chatbot.problem}`);
  say(`chatbot     ${chatbot.urls.chatbot} (it calls a simulated LLM provider at ${chatbot.urls.provider})`);

  const port = await daemonPort(say);
  const config = configFor(results, { chatbotUrl: chatbot.urls.chatbot, port });
  const stack = startStack(results, config);
  started.push(stack.part);
  const prometheus = await unlessStopped(stack.ready);
  say(`Prometheus  ${prometheus.url ?? `not there, so nothing is sent to it: ${prometheus.problem}`}`);
  const daemon = startDaemon(results, { config, port });
  started.push(daemon.part);
  const chatbench = await unlessStopped(daemon.ready);
  if (chatbench.problem !== undefined) throw new StartError(`The daemon did not start: ${chatbench.problem}`);
  say(`Chatbench   ${chatbench.url} (status page; runs what chatbench.yml schedules)`);
  say("smoke run   ten users talk with the chatbot for half a minute\n");

  const before = reportsOf(results, "smoke");
  const smoke = startSmoke(config);
  started.push(smoke);
  const { code } = await unlessStopped(smoke.exited);
  say(`\n${outcomeLine(code)}`);
  if (asked.once) return code;
  const urls = { chatbotUrl: chatbot.urls.chatbot, daemonUrl: chatbench.url, prometheusUrl: prometheus.url };
  const alertsUrl = prometheus.url === undefined ? undefined : readStackState(results)?.parts?.alertmanager?.url;
  const report = reportsOf(results, "smoke").findLast((path) => !before.includes(path));
  whereToLookNext({ results, report, ...urls, alertsUrl }).forEach(say);
  say("\nEverything stays up until Ctrl-C.");
  const parts = [demo.part, daemon.part];
  await untilStopped(prometheus.url === undefined ? parts : [...parts, stack.part]);
  return code;
}

/** A part that ends by itself is told: nobody should look for a chatbot that is gone. */
async function untilStopped(parts) {
  const ends = parts.map(async (part) => ({ part, ...(await part.exited) }));
  const end = await Promise.race([stopRequested, ...ends]);
  if (stopping || end === undefined) return;
  // Exit 0: another command keeps Prometheus up, and this part had nothing to do.
  if (end.code === 0) return untilStopped(parts.filter((part) => part !== end.part));
  throw new StartError(`The part "${end.part.name}" ended by itself (${end.text}); its log is ${end.part.log}.`);
}

/** In reverse, each one by its own pid; a second Ctrl-C kills what is left at once. */
async function stopAll() {
  const timer = setTimeout(killAll, GRACE_MS);
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, killAll);
  for (const part of [...started].reverse()) await stopPart(part, GRACE_MS);
  clearTimeout(timer);
}

function killAll() {
  // The stack's parts have groups of their own; those that another command keeps up are not ours to kill.
  const stack = readStackState(results);
  const isOurs = started.some(({ pid }) => pid === stack?.keeper?.pid);
  const watching = isOurs ? [stack.prometheus, ...Object.values(stack.parts ?? {})] : [];
  for (const part of started) part.send("SIGTERM"); // the second one for a run: it kills its k6
  setTimeout(() => {
    for (const part of started) part.send("SIGKILL");
    for (const { pid } of watching) killOwn(pid);
    process.exit(INTERRUPTED);
  }, 300);
}

/** The state file is written and removed by the part that we started; a pid that is gone is fine. */
function killOwn(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

function codeOf(error) {
  if (error instanceof Stopped) return INTERRUPTED;
  if (!(error instanceof StartError)) throw error;
  say(error.message);
  return BROKEN;
}

const code = await story().catch(codeOf);
say("\nStopping.");
await stopAll();
process.exit(code);
