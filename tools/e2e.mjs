// What takes minutes and is no part of `npm test`:
//   npm run e2e:alerts        from a knob of the reference chatbot to a message and back (7 minutes)
//   npm run e2e:database      five runs end while PostgreSQL is away for ten minutes, twice (25 minutes)
//   npm run e2e:prometheus3   everything that asks a Prometheus, on Prometheus 3 (15 minutes; the first build 5 more)
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ROOT, SetupError, run, say, tail } from "./setup/machine.mjs";
import { PROMETHEUS3, buildPrometheus3, hasPrometheus3 } from "./setup/prometheus3.mjs";

const VITEST = join(ROOT, "node_modules/.bin/vitest");
const whole = (name) => [VITEST, "run", "--config", "vitest.whole.config.ts", name];
const ALERTS = ["the alerts, end to end", whole("alerts")];
const DATABASE = ["a database that is away for ten minutes", whole("database-away")];

const files = (folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".yml"))
    .map((name) => join(folder, name));

/** Tests that ask a Prometheus or its promtool; they take the first on PATH. */
const ASKING = "alerts,dashboards,metrics,rules,uptime,stack".split(",").map((name) => `test/e2e/${name}`);

const PLAYS = {
  alerts: { path: [], prepare: async () => {}, steps: () => [ALERTS] },
  database: { path: [], prepare: async () => {}, steps: () => [DATABASE] },
  prometheus3: {
    path: [PROMETHEUS3],
    prepare: async () => {
      if (!(await hasPrometheus3())) await buildPrometheus3();
      process.stdout.write(tail((await run(join(PROMETHEUS3, "prometheus"), ["--version"])).output, 9) + "\n");
    },
    steps: () => [
      ["promtool check config", ["promtool", "check", "config", "prometheus/prometheus.yml"]],
      ["promtool check rules", ["promtool", "check", "rules", "--lint=all", ...files("prometheus/rules")]],
      ["promtool test rules", ["promtool", "test", "rules", ...files("prometheus/rules/tests")]],
      ["tests that ask a Prometheus", [VITEST, "run", "--project", "parts", ...ASKING, "test/faults/telemetry"]],
      ALERTS,
    ],
  },
};

/** Its exit code; what it prints is the progress. */
function follow([command, ...args], path) {
  const env = { ...process.env, PATH: [...path, process.env.PATH].join(delimiter) };
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: ROOT, env, stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", (error) => (say(command, error.message), done(-1)));
    child.on("close", (code) => done(code ?? -1));
  });
}

async function main(play) {
  if (play === undefined) throw new SetupError(`Say which: ${Object.keys(PLAYS).join(", ")}.`);
  await play.prepare();
  const rows = [];
  for (const [step, command] of play.steps()) {
    process.stdout.write(`\n== ${step}\n`);
    const from = Date.now();
    const code = await follow(command, play.path);
    rows.push({
      step,
      outcome: code === 0 ? "ok" : `FAILED (exit ${code})`,
      seconds: Math.round((Date.now() - from) / 1000),
    });
    if (code !== 0) process.exitCode = 1;
  }
  console.table(rows);
}

try {
  await main(PLAYS[process.argv[2]]);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say("failed", error.message);
  process.exitCode = 2;
}
