// Ways in which the engine, the disk or a person leaves no or bad data: never `pass` or `warning`, the reason is named.
import { execFileSync } from "node:child_process";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { inFolder, k6Engine, steady } from "../support/k6.ts";
import { broken, engineWith, expectNoGoodVerdict, type BadData } from "../support/no-data.ts";
import { benchmark } from "../support/run.ts";
import { answer, startServer, type TestServer } from "../support/server.ts";

const SCRIPT = `import http from "k6/http"; import { sleep } from "k6";
export default function () { http.get(__ENV.CHATBENCH_TARGET_URL); sleep(0.01); }
`;
const SLOW_SETUP = `${SCRIPT} export function setup() { sleep(30); }`;
const SLOW_END = `${SCRIPT} export function handleSummary() { for (;;); }`;
/** k6 becomes this shell's process, and something ends it after so long. */
const killedAfter = (seconds: number, signal = "KILL"): string =>
  `( sleep ${seconds}; kill -${signal} $$ ) >/dev/null 2>&1 &\nexec "$k6" "$@"`;
const afterwards = (shell: string): string => `"$k6" "$@"\n${shell}\nexit 0`;
const named =
  (path: string): NonNullable<BadData["engine"]> =>
  () =>
    k6Engine({ search: { searchPath: "", folders: [], named: path } });

interface BadEngine extends Omit<BadData, "script" | "engine"> {
  readonly engine?: NonNullable<BadData["engine"]>;
  readonly script?: string;
  /** Shell text that stands in for `k6 run`. */
  readonly shell?: string;
}
const CASES: readonly BadEngine[] = [
  { name: "is killed at its start", shell: "kill -KILL $$", ends: broken("killed") },
  { name: "is killed in setup", script: SLOW_SETUP, shell: killedAfter(1), ends: broken("killed") },
  { name: "is killed under load", load: steady(2, 30), shell: killedAfter(1.5), ends: broken("killed") },
  { name: "is killed while it writes its summary", script: SLOW_END, shell: killedAfter(4), ends: broken("killed") },
  {
    name: "is ended by a stranger's TERM",
    load: steady(2, 30),
    shell: killedAfter(1.5, "TERM"),
    ends: { state: "aborted", code: "aborted_by_person" },
  },
  { name: "leaves no summary", shell: afterwards(`rm "$dir/summary.json"`), ends: broken("no_summary") },
  {
    name: "leaves a folder in place of the summary",
    shell: afterwards(`rm "$dir/summary.json"; mkdir "$dir/summary.json"`),
    ends: broken("no_summary"),
  },
  { name: "leaves an empty summary", shell: afterwards(`: > "$dir/summary.json"`), ends: broken("bad_summary") },
  {
    name: "leaves half a summary",
    shell: afterwards(`truncate -s 3000 "$dir/summary.json"`),
    ends: broken("bad_summary"),
  },
  {
    name: "leaves a summary of another shape",
    shell: afterwards(`echo '{"metrics":[]}' > "$dir/summary.json"`),
    ends: broken("bad_summary"),
  },
  {
    name: "leaves a summary that is an empty object",
    shell: afterwards(`echo '{}' > "$dir/summary.json"`),
    ends: broken("bad_summary"),
  },
  {
    name: "leaves NaN in the summary",
    shell: afterwards(`sed -i 's/"p(95)":[0-9.e-]*/"p(95)":NaN/g' "$dir/summary.json"`),
    ends: broken("bad_summary"),
  },
  {
    name: "leaves null in the summary",
    shell: afterwards(`sed -i 's/"p(95)":[0-9.e-]*/"p(95)":null/g' "$dir/summary.json"`),
    ends: broken("bad_summary"),
  },
  {
    name: "leaves text for numbers in the summary",
    shell: afterwards(`sed -i 's/"count":\\([0-9]*\\)/"count":"\\1"/g' "$dir/summary.json"`),
    ends: broken("bad_summary"),
  },
  {
    name: "leaves negative counts in the summary",
    shell: afterwards(`sed -i 's/"count":/"count":-/g' "$dir/summary.json"`),
    ends: broken("bad_summary"),
  },
  {
    name: "leaves a summary without any metric",
    shell: afterwards(`echo '{"metrics":{},"root_group":{},"state":{"testRunDurationMs":1}}' > "$dir/summary.json"`),
    ends: broken("bad_summary"),
  },
  { name: "ends at once with exit code 0", shell: "exit 0", ends: broken("no_summary") },
  { name: "ends at once with exit code 99", shell: "exit 99", ends: broken("no_summary") },
  { name: "ends with a code that k6 does not have", shell: `"$k6" "$@"\nexit 42`, ends: broken("engine_exit_unknown") },
  { name: "crashes", shell: `echo 'panic: oh no' >&2\nexit 2`, ends: broken("engine_exit_unknown") },
  { name: "does not exist", engine: named("/nowhere/k6"), ends: broken("engine_missing") },
  { name: "is a folder", engine: named("/tmp"), ends: broken("engine_missing") },
  {
    name: "is nowhere on the PATH",
    engine: () => k6Engine({ search: { searchPath: "/nowhere", folders: [] } }),
    ends: broken("engine_missing"),
  },
  { name: "is another program", engine: named("/bin/true"), ends: broken("engine_version") },
  {
    name: "is too old",
    engine: async (folder) => k6Engine({ search: { searchPath: "", folders: [], named: await oldK6(folder) } }),
    ends: broken("engine_version"),
  },
  {
    name: "does not end when told to at its longest time",
    load: steady(2, 60),
    maxSeconds: 1.5,
    shell: "trap '' TERM\nsleep 300 & wait; wait",
    ends: broken("timeout"),
  },
];

async function oldK6(folder: string): Promise<string> {
  const path = join(folder, "k6");
  await writeFile(path, "#!/bin/sh\necho 'k6 v1.8.0 (commit/0, go1.25)'\n", { mode: 0o755 });
  return path;
}

let server: TestServer;
beforeAll(async () => {
  server = await startServer(answer());
});
afterAll(async () => {
  await server.close();
});

test.concurrent.each(CASES.map((input) => [input.name, input] as const))(
  "never passes an engine that %s",
  { timeout: 120_000 },
  async (_, { shell, ...input }) => {
    const engine = shell === undefined ? {} : { engine: (folder: string) => engineWith(folder, shell) };
    await expectNoGoodVerdict({ script: SCRIPT, baseUrl: server.url, ...engine, ...input });
  },
);

describe.concurrent("a run that somebody stops", () => {
  it.each(["person", "shutdown", "spend_cap"] as const)("by %s is aborted, whatever it has seen", async (by) => {
    let seconds = 0;
    await expectNoGoodVerdict({
      ...{ name: by, script: SCRIPT, baseUrl: server.url, load: steady(2, 60) },
      onProgress: (stop) => {
        seconds += 1;
        if (seconds === 2) stop.abort(by);
      },
      ends: { state: "aborted", code: `aborted_by_${by}` },
    });
  });

  it("is aborted also when all is killed at once", async () => {
    await expectNoGoodVerdict({
      ...{ name: "kill", script: SCRIPT, baseUrl: server.url, load: steady(2, 60) },
      onProgress: (_, kill) => kill.abort("person"),
      ends: { state: "aborted", code: "aborted_by_person" },
    });
  });
});

const asRoot = process.getuid?.() === 0;

describe("results that cannot be kept", () => {
  const input = (results: string): BadData => ({
    ...{ name: "results", script: SCRIPT, baseUrl: server.url, results },
    ends: broken("storage"),
  });

  it("give no verdict where a file has the folder's name", async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, "results"), "");
      await expectNoGoodVerdict(input(join(folder, "results")));
    });
  });

  it.runIf(asRoot)("give no verdict on a read-only file system", async () => {
    await onTmpfs("size=1m,ro", async (results) => expectNoGoodVerdict(input(results)));
  });

  it.runIf(asRoot)("give no verdict on a disk that is full from the beginning", async () => {
    await onTmpfs("size=64k", async (results) => {
      await writeFile(join(results, "filler"), "x".repeat(200_000)).catch(() => undefined);
      await expectNoGoodVerdict(input(results));
    });
  });

  it.runIf(asRoot).each([8, 16, 24, 32, 48, 64, 96])(
    "give no verdict, or are whole, on a disk with %d KiB left",
    async (kib) => {
      await onTmpfs(`size=${kib}k`, async (results) => {
        await benchmark(
          { script: SCRIPT, baseUrl: server.url, load: steady(2, 1, 0.3), results },
          async ({ record, stored, folder }) => {
            expect(record).toStrictEqual(stored ?? { ...record, state: "error", verdict: null });
            expect([undefined, "storage", "no_summary", "bad_summary"]).toContain(record.reason?.code);
            const left = await readdir(folder).catch(() => []);
            expect(left.filter((name) => name.endsWith(".tmp"))).toStrictEqual([]);
          },
        );
      });
    },
  );
});

async function onTmpfs(options: string, work: (path: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const path = join(folder, "results");
    await mkdir(path);
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path]);
    try {
      await work(path);
    } finally {
      execFileSync("umount", ["-l", path]);
      await rm(path, { recursive: true, force: true });
    }
  });
}
