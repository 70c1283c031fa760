// `npm start`, after the set-up: the reference chatbot, a Prometheus, one judged run, then all stays up until Ctrl-C.
//   node tools/start.mjs           stays up
//   node tools/start.mjs --once    ends after the run, with its exit code
import { stopPart } from "./start/child.mjs";
import { outcomeLine, whereToLookNext } from "./start/next.mjs";
import { readStackState, startDemo, startSmoke, startStack } from "./start/parts.mjs";

/** Prometheus writes its data down within eight seconds; all together end within ten. */
const GRACE_MS = 9_000;
const INTERRUPTED = 130;

const started = [];
const say = (text) => process.stdout.write(`${text}\n`);
const stopRequested = new Promise((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => resolve("stop"));
});

/** Prepares, runs and tells; resolves with the exit code of the run, or undefined when it did not come to one. */
async function story() {
  const demo = await startDemo(say);
  started.push(demo.part);
  const chatbot = await demo.ready;
  if (chatbot.problem !== undefined) return giveUp(`The reference chatbot did not start: ${chatbot.problem}`);
  say(`chatbot     ${chatbot.urls.chatbot} (it calls a simulated LLM provider at ${chatbot.urls.provider})`);

  const stack = startStack();
  started.push(stack.part);
  const prometheus = await stack.ready;
  say(`Prometheus  ${prometheus.url ?? `not there, so nothing is sent to it: ${prometheus.problem}`}`);
  say("smoke run   ten users talk with the chatbot for half a minute\n");

  const smoke = startSmoke(chatbot.urls.chatbot);
  started.push(smoke);
  const { code } = await smoke.exited;
  say(`\n${outcomeLine(code)}`);
  whereToLookNext({ chatbotUrl: chatbot.urls.chatbot, prometheusUrl: prometheus.url }).forEach(say);
  return code;
}

function giveUp(text) {
  say(text);
  return 4;
}

/** In reverse, each one by its own pid; a second Ctrl-C kills what is left at once. */
async function stopAll() {
  const timer = setTimeout(killAll, GRACE_MS);
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, killAll);
  for (const part of [...started].reverse()) await stopPart(part, GRACE_MS);
  clearTimeout(timer);
}

function killAll() {
  // Prometheus has a group of its own; one that another command keeps up is not ours to kill.
  const stack = readStackState();
  const prometheus = started.some(({ pid }) => pid === stack?.keeper?.pid) ? stack.prometheus : undefined;
  for (const part of started) part.send("SIGTERM"); // the second one for a run: it kills its k6
  setTimeout(() => {
    for (const part of started) part.send("SIGKILL");
    if (prometheus !== undefined) killOwn(prometheus.pid);
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

const once = process.argv.includes("--once");
const told = story();
const first = await Promise.race([stopRequested, told]);
const code = first === "stop" ? INTERRUPTED : first;
if (first !== "stop" && !once && code !== 4) await stopRequested;
if (!once) say("\nStopping.");
await stopAll();
process.exit(code);
