import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createShim, emptyFolder, type K6Call, type K6Shim } from "./k6-shim.ts";
import type { Options } from "./options.ts";
import { watchRecord } from "./record-watch.ts";
import { startTarget, type Target } from "./target-client.ts";
import { timed, type Command, type Timed } from "./timed.ts";

export type Length = "long" | "short";
/** Who makes the load, and what it writes beside it. */
export type Arm = "bare" | "bare-without-timeline" | "chatbench" | "bare-remote-write" | "chatbench-remote-write";

export interface Run {
  readonly requests: number;
  /** Of the whole tree of processes. */
  readonly cpuSeconds: number;
  /** Of the k6 that made the load alone. */
  readonly k6CpuSeconds: number;
  readonly timed: Timed;
  readonly calls: readonly K6Call[];
  /** Wall time in milliseconds at which record.json first had its name; undefined of bare k6. */
  readonly recordedAt?: number;
}

export interface Yard {
  readonly folder: string;
  readonly target: Target;
  run(arm: Arm, length: Length): Promise<Run>;
  /** From now on the remote-write arms send to this Prometheus. */
  sendTo(prometheusUrl: string): void;
  close(): void;
}

const MAIN = fileURLToPath(new URL("../src/main.js", import.meta.url));
const SHIPPED = fileURLToPath(new URL("../../load_tests", import.meta.url));
export const CHATBENCH: readonly string[] = [process.execPath, MAIN];

/** Kept of the environment: where programs are. Everything else is said below, alike for both sides. */
export function plainEnvironment(): Record<string, string> {
  return Object.fromEntries(["PATH", "HOME"].map((name) => [name, process.env[name] ?? ""]));
}

/** What the load is: the load test that is shipped, or one that does as little as a test can. */
export type Kind = "conversation" | "least";

const TURNS = 3;

/** As many requests a second either way: a conversation has three. */
const optionsOf = (rate: number, seconds: number): string => `export const options = {
  scenarios: {
    load: {
      executor: "constant-arrival-rate",
      rate: ${rate}, timeUnit: "1s", duration: "${seconds}s",
      preAllocatedVUs: 50, maxVUs: 200,
    },
  },
};
`;

const conversationScript = (options: Options, seconds: number): string =>
  `export { default } from "./k6_api_test.ts";\n${optionsOf(Math.round(options.rate / TURNS), seconds)}`;

const leastScript = (options: Options, seconds: number): string => `import http from "k6/http";
import { check } from "k6";
${optionsOf(options.rate, seconds)}export default function () {
  const answer = http.get(__ENV.CHATBENCH_TARGET_URL + "/chat");
  check(answer, { "status is 200": (a) => a.status === 200 });
}
`;

/** No pauses: what a request costs is the question. */
const PARAMS = { turns: TURNS, think_time_seconds: 0 };

const configOf = (url: string, prometheus?: string): string => `targets: { bot: { base_url: "${url}" } }
scenarios:
  long: { script: load_tests/long.ts, target: bot, pattern: own, params: ${JSON.stringify(PARAMS)} }
  short: { script: load_tests/short.ts, target: bot, pattern: own, params: ${JSON.stringify(PARAMS)} }
${prometheus === undefined ? "" : `prometheus: { url: "${prometheus}" }\n`}`;

/** A folder with two scripts, two configurations, a target and k6: everything that a comparison needs. */
export async function openYard(options: Options, k6: string, kind: Kind): Promise<Yard> {
  const folder = mkdtempSync(join(tmpdir(), "chatbench-bench-"));
  const target = await startTarget();
  cpSync(SHIPPED, join(folder, "load_tests"), { recursive: true, dereference: true }); // never a link into the clone
  const script = kind === "least" ? leastScript : conversationScript;
  writeFileSync(join(folder, "load_tests/long.ts"), script(options, options.longSeconds));
  writeFileSync(join(folder, "load_tests/short.ts"), script(options, options.shortSeconds));
  writeFileSync(join(folder, "chatbench.yml"), configOf(target.url));
  const shim = createShim(folder, k6);
  const place: Place = { folder, shim, target };
  return {
    folder,
    target,
    run: (arm, length) => runArm(arm, length, place),
    sendTo(prometheusUrl) {
      writeFileSync(join(folder, "remote-write.yml"), configOf(target.url, prometheusUrl));
      place.prometheusUrl = prometheusUrl;
    },
    close() {
      target.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Takes away the runs before, so that every run finds the same. */
export function emptyResults(yard: Pick<Yard, "folder">): void {
  emptyFolder(join(yard.folder, "results"));
}

interface Place {
  readonly folder: string;
  readonly shim: K6Shim;
  readonly target: Target;
  prometheusUrl?: string;
}

async function runArm(arm: Arm, length: Length, place: Place): Promise<Run> {
  emptyResults(place);
  const recorded = watchRecord(join(place.folder, "results"));
  await place.target.take();
  const done = await timed({ ...commandOf(arm, length, place), cwd: place.folder });
  const recordedAt = recorded();
  const calls = place.shim.take();
  const load = calls.find((call) => call.what === "run");
  // 3: judged invalid, for a generator that could not keep up on a busy machine; what a request cost is true all the same.
  if ((done.code !== 0 && done.code !== 3) || load === undefined)
    throw new Error(`The run of ${arm} ended with exit code ${done.code}:\n${done.output}`);
  const measured = {
    requests: await place.target.take(),
    cpuSeconds: done.cpuSeconds,
    k6CpuSeconds: load.cpuSeconds,
  };
  return { ...measured, timed: done, calls, ...(recordedAt === undefined ? {} : { recordedAt }) };
}

/** Bare k6 gets the outputs that Chatbench gives it, and nothing else of ours. */
function commandOf(arm: Arm, length: Length, place: Place): Pick<Command, "command" | "env"> {
  const plain = plainEnvironment();
  if (arm === "chatbench" || arm === "chatbench-remote-write") {
    const config = arm === "chatbench" ? "chatbench.yml" : "remote-write.yml";
    return {
      command: [...CHATBENCH, "-c", config, "run", length],
      env: { ...plain, CHATBENCH_K6: place.shim.path },
    };
  }
  const record = join(place.folder, "dashboard.ndjson");
  const outputs = [
    ...(arm === "bare-without-timeline"
      ? []
      : [`--out=web-dashboard=host=127.0.0.1&port=0&period=1s&record=${record}`]),
    ...(arm === "bare-remote-write" ? ["--out=experimental-prometheus-rw"] : []),
  ];
  const quiet = { K6_NO_USAGE_REPORT: "true", K6_AUTO_EXTENSION_RESOLUTION: "false" };
  return {
    command: [place.shim.path, "run", "--quiet", ...outputs, `load_tests/${length}.ts`],
    env: {
      ...plain,
      ...quiet,
      CHATBENCH_TARGET_URL: place.target.url,
      CHATBENCH_PARAMS: JSON.stringify(PARAMS),
      ...remoteWrite(arm, place),
    },
  };
}

function remoteWrite(arm: Arm, { prometheusUrl = "" }: Place): Record<string, string> {
  if (arm !== "bare-remote-write") return {};
  return {
    K6_FEATURES: "native-histograms,merge-run-tags",
    K6_PROMETHEUS_RW_SERVER_URL: `${prometheusUrl}/api/v1/write`,
    K6_PROMETHEUS_RW_STALE_MARKERS: "true",
  };
}
