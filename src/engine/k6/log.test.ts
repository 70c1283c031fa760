import { expect, it } from "vitest";
import { createLogReader } from "./log.ts";

function read(lines: readonly (object | string)[]): ReturnType<typeof createLogReader> {
  const log = createLogReader();
  for (const line of lines) log.read(typeof line === "string" ? line : JSON.stringify(line));
  return log;
}

it("case 43: counts each kind of failed push, and does not take it for why k6 ended", () => {
  const log = read([
    { level: "error", msg: "Failed to send the time series data to the endpoint", error: "401" },
    { level: "warning", msg: "Successful flush took 6s while flush period is 5s. Some samples may be dropped." },
    { level: "error", msg: "Stopping output 1 failed", error: "marking time series as stale failed: 401" },
    { level: "info", msg: "something else" },
  ]);
  expect(log.failedPushes()).toBe(3);
  expect(log.lastError()).toBeUndefined();
});

it("keeps the last error of k6 in one line, not what the script printed", () => {
  const log = read([
    { level: "error", msg: "first" },
    { level: "fatal", msg: "GoError: second\n\tat file:///x.js\n" },
    { level: "error", msg: "console.error of the script", source: "console" },
    { level: "warning", msg: "a warning" },
    ...["not json", "null", "[1]", '"text"', '{"level":"error","msg":5}', ""],
  ]);
  expect(log.lastError()).toBe("GoError: second at file:///x.js");
});

it("case 16: knows a panic, which k6 prints as plain text", () => {
  expect(read(["panic: runtime error: index out of range"]).lastError()).toBe(
    "panic: runtime error: index out of range",
  );
});

it("cuts what is very long", () => {
  expect(read([{ level: "error", msg: "x".repeat(10_000) }]).lastError()).toHaveLength(500);
});

it("counts exceptions of iterations only: not those of setup, not printed ones, not other errors", () => {
  const iteration = { level: "error", executor: "constant-vus", scenario: "a" };
  const log = read([
    { ...iteration, hint: "script exception", source: "stacktrace", msg: "Error: thrown" },
    { ...iteration, msg: "Uncaught (in promise) Error: rejected" },
    { ...iteration, source: "console", msg: "Uncaught (in promise) printed" },
    { ...iteration, msg: "something else" },
    { level: "error", hint: "script exception", source: "stacktrace", msg: "Error: in setup" },
  ]);
  expect(log.exceptions()).toBe(2);
});

it("case 48: hears k6 warn of too many time series, once, and takes no script's word for it", () => {
  let heard = 0;
  const log = createLogReader({ manySeries: () => (heard += 1) });
  const warning = (series: number, source?: string): string =>
    JSON.stringify({
      ...{ level: "warning", component: "metrics-engine-ingester", ...(source && { source }) },
      msg: `The test has generated metrics with ${series} unique time series, which is higher than the suggested limit of 100000`,
    });
  log.read(warning(999_999, "console"));
  expect({ heard, series: log.seriesWarned() }).toEqual({ heard: 0, series: 0 });
  log.read(warning(100_337));
  log.read(warning(201_368));
  expect({ heard, series: log.seriesWarned() }).toEqual({ heard: 1, series: 201_368 });
});

it("knows requests that k6 could not make for want of something of its own, by what k6 says alone", () => {
  const dial = "dial tcp 127.0.0.1:80: socket: too many open files";
  const failed = (error: string): object => ({ level: "warning", msg: "Request Failed", error });
  const thrown = { level: "error", executor: "a", hint: "script exception" };
  const theirs = [
    failed('Get "http://127.0.0.1/": dial tcp 127.0.0.1:80: connect: connection refused'),
    failed("it said: too many open files"),
    { ...failed(dial), source: "console" },
    { level: "info", msg: dial },
  ];
  expect(read(theirs).shortage()).toBeUndefined();
  const ours = [
    failed(`Get "http://127.0.0.1/": ${dial}`),
    failed('Post "http://bot/": dial tcp 10.0.0.7:443: connect: cannot assign requested address'),
    { ...thrown, msg: `GoError: Get "http://127.0.0.1/": ${dial}\n\tat file:///x.js:1:1` },
  ];
  expect(read([...theirs, ...ours]).shortage()).toEqual({
    requests: 3,
    why: `${dial} (its process has no file descriptor left: raise the limit on open files (ulimit -n), or use fewer users)`,
  });
});

it("hears our load tests say why answers failed, and takes nobody else's word for it", () => {
  const heard: string[] = [];
  const log = createLogReader({ complained: (why) => heard.push(why) });
  const lines = [
    { level: "warning", source: "console", msg: "An answer failed: status 401 instead of 200." },
    { level: "warning", source: "console", msg: 'An exchange failed: it said: "a\nb".' },
    { level: "warning", source: "console", msg: "An exchange was lost: the stream probe did not answer." },
    { level: "warning", msg: "An answer failed: k6 says it." },
    { level: "info", source: "console", msg: "Perhaps: An answer failed: no." },
    { level: "info", source: "console", msg: 7 },
  ];
  for (const line of lines) log.read(JSON.stringify(line));
  expect(heard).toEqual(["status 401 instead of 200", 'it said: "a\nb"', "the stream probe did not answer"]);
});
