import { execFile, spawn } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const test = { folder: "" };

interface End {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

beforeEach(async () => {
  test.folder = await mkdtemp(join(tmpdir(), "chatbench-setup-"));
});

afterEach(() => rm(test.folder, { recursive: true, force: true }));

function run(command: string, args: readonly string[], options: { cwd?: string; path?: string } = {}): Promise<End> {
  const env = { ...process.env, ...(options.path === undefined ? {} : { PATH: options.path }) };
  return new Promise((done) => {
    execFile(command, args, { cwd: options.cwd ?? ROOT, env, maxBuffer: 10_000_000 }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stdout, stderr }),
    );
  });
}

/** Files of a small clone, by path. */
async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(test.folder, path)), { recursive: true });
    await writeFile(join(test.folder, path), text);
  }
}

/** An executable that prints `text`. */
async function program(path: string, text: string): Promise<string> {
  await write({ [path]: `#!/bin/sh\necho "${text}"\n` });
  await chmod(join(test.folder, path), 0o755);
  return join(test.folder, path);
}

/** A clone with our tools and without packages: what a stranger has before the first command. */
async function bareClone(): Promise<void> {
  await cp(join(ROOT, "tools"), join(test.folder, "tools"), { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) await cp(join(ROOT, name), join(test.folder, name));
}

/** PATH with node and nothing else but what is linked there. */
async function emptyPath(): Promise<string> {
  const bin = join(test.folder, "path");
  await mkdir(bin, { recursive: true });
  await symlink(process.execPath, join(bin, "node"));
  return bin;
}

/** Runs an expression of the set-up's modules in the small clone. */
async function ask(expression: string, path?: string): Promise<unknown> {
  const script = `const m = await import("./tools/setup/${expression.split(":")[0] ?? ""}.mjs");
    process.stdout.write(JSON.stringify((await m.${expression.split(":")[1] ?? ""}) ?? null));`;
  const options = { cwd: test.folder, ...(path === undefined ? {} : { path }) };
  const { stdout, stderr, code } = await run(process.execPath, ["--input-type=module", "-e", script], options);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe("the set-up", () => {
  it("says nothing and takes under a second when all is there", async () => {
    // More than once: somebody may edit a source, or use the processor, just then.
    const tries: (End & { readonly ms: number })[] = [];
    while (tries.length < 5 && !tries.some(({ stderr, ms }) => stderr === "" && ms < 1_000)) {
      const from = Date.now();
      const end = await run(process.execPath, ["tools/setup.mjs"]);
      tries.push({ ...end, ms: Date.now() - from });
    }
    expect(tries.at(-1)).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(tries.at(-1)?.ms).toBeLessThan(1_000);
  });

  it("refuses an option it does not know", async () => {
    const { code, stderr } = await run(process.execPath, ["tools/setup.mjs", "--tests"]);
    expect([code, stderr]).toEqual([
      1,
      "set-up: failed: Unknown option --tests; there are --build, --test, --locust.\n",
    ]);
  });

  it("names the official packages when there is neither k6 nor Go, and goes on without a Prometheus", async () => {
    await bareClone();
    const path = await emptyPath();
    const { code, stderr } = await run(process.execPath, ["tools/setup.mjs"], { cwd: test.folder, path });
    expect(code).toBe(1);
    expect(stderr).toMatch(/failed: There is no k6 >= 2\.2 and < 3, and no Go .*official packages/);
    expect(stderr).toContain("Runs go on without it");
  });

  it.each([
    ["2.2.0", true],
    ["2.10.3", true],
    ["2.1.9", false],
    ["1.8.1", false],
    ["3.0.0", false],
  ])("takes k6 %s on PATH: %s", async (version, usable) => {
    await bareClone();
    const path = await emptyPath();
    const k6 = await program("path/k6", `k6 v${version} (go1.26.8, linux/amd64)`);
    expect(await ask("k6:findK6()", path)).toBe(usable ? k6 : null);
  });

  it("passes by a k6 out of range on PATH for the one of this clone", async () => {
    await bareClone();
    const path = await emptyPath();
    await program("path/k6", "k6 v1.8.1");
    const own = await program(".tools/bin/k6", "k6 v2.2.0");
    expect(await ask("k6:findK6()", path)).toBe(own);
  });

  it("sees by content, not by time, that packages are missing", async () => {
    await bareClone();
    expect(await ask("packages:packagesMissing()")).toBe(true);
    const lock = await readFile(join(ROOT, "package-lock.json"), "utf8");
    await write({ "node_modules/.package-lock.json": lock });
    await writeFile(join(test.folder, "package-lock.json"), lock); // newer, and the same
    expect(await ask("packages:packagesMissing()")).toBe(false);
    await write({ "node_modules/.package-lock.json": lock.replace(/"version": "8\.23\.1"/, '"version": "8.23.0"') });
    expect(await ask("packages:packagesMissing()")).toBe(true);
  });
});

describe("two set-ups at once", () => {
  const work = `import { withLock } from "./tools/setup/lock.mjs";
    import { appendFileSync } from "node:fs";
    await withLock(".tools", async () => {
      appendFileSync("order", "in ");
      await new Promise((done) => setTimeout(done, 100));
      appendFileSync("order", "out ");
    });`;
  const setUp = (): Promise<End> => run(process.execPath, ["--input-type=module", "-e", work], { cwd: test.folder });

  it("take turns", async () => {
    await bareClone();
    const ends = await Promise.all([setUp(), setUp(), setUp(), setUp()]);
    expect(ends.map((end) => end.code)).toEqual([0, 0, 0, 0]);
    expect(await readFile(join(test.folder, "order"), "utf8")).toBe("in out ".repeat(4));
  });

  it("take over from one that was killed, together and still in turn", async () => {
    await bareClone();
    const holder = spawn(process.execPath, ["--input-type=module", "-e", work.replace("100", "60_000")], {
      cwd: test.folder,
    });
    await expect.poll(() => readFile(join(test.folder, "order"), "utf8").catch(() => "")).toBe("in ");
    holder.kill("SIGKILL");
    await Promise.all([setUp(), setUp(), setUp()]);
    expect(await readFile(join(test.folder, "order"), "utf8")).toBe(`in ${"in out ".repeat(3)}`);
  });
});

describe("the arrows", () => {
  /** A repository of our rules and these files. */
  async function arrows(files: Readonly<Record<string, string>>): Promise<End> {
    await cp(join(ROOT, "tools"), join(test.folder, "tools"), { recursive: true });
    for (const name of [".dependency-cruiser.cjs", "tsconfig.json", "package.json"])
      await cp(join(ROOT, name), join(test.folder, name));
    await symlink(join(ROOT, "node_modules"), join(test.folder, "node_modules"));
    await write({ "src/main.ts": 'import "./model/a.ts";\n', "src/model/a.ts": "export const a = 1;\n", ...files });
    await run("git", ["init", "-q"], { cwd: test.folder });
    return run(process.execPath, ["tools/arrows.mjs"], { cwd: test.folder });
  }
  const importing = (path: string): string => `import { a } from "${path}";\nexport const b = a;\n`;

  it("hold in a repository that keeps them", async () => {
    const { code, stdout } = await arrows({});
    expect([code, stdout]).toEqual([0, "2 of 2 modules seen, 0 arrows broken\n"]);
  });

  it.each([
    ["model-imports-nothing", "src/model/b.ts", "../judge/a.ts"],
    ["judge-is-pure", "src/judge/b.ts", "../platform/a.ts"],
    ["plan-is-pure", "src/plan/b.ts", "../workload/a.ts"],
    ["run-knows-only-ports", "src/run/b.ts", "../engine/a.ts"],
    ["record-knows-no-other-edge", "src/record/b.ts", "../report/a.ts"],
    ["engine-knows-no-other-edge", "src/engine/b.ts", "../collect/a.ts"],
    ["platform-knows-only-the-model", "src/platform/b.ts", "../judge/a.ts"],
    ["src-knows-nothing-of-demo", "src/report/b.ts", "../../demo/a.ts"],
    ["demo-knows-nothing-of-src", "demo/b.ts", "../src/model/a.ts"],
    ["load-tests-stand-alone", "load_tests/b.ts", "../src/model/a.ts"],
    ["no-import-of-tests", "src/report/b.ts", "./a.test.ts"],
    ["only-main-imports-the-commands", "src/run/b.ts", "../cli/a.ts"],
  ])("break by name: %s", async (rule, from, imported) => {
    const { code, stdout } = await arrows({
      [from]: importing(imported),
      [join(dirname(from), imported)]: "export const a = 1;\n",
    });
    expect(code).toBe(1);
    expect(stdout).toContain(`breaks ${rule}: `);
  });

  it.each([
    ["pg-only-in-store-and-collect", "src/report/b.ts", 'import pg from "pg";\nexport const b = pg;\n'],
    ["express-only-in-http", "src/run/b.ts", 'import e from "express";\nexport const b = e;\n'],
    ["product-imports-no-development-package", "src/cli/b.ts", 'import * as v from "vitest";\nexport const b = v;\n'],
    ["no-orphans", "src/report/b.ts", "export const b = 1;\n"],
    ["resolvable", "src/report/b.ts", 'import { a } from "./gone.ts";\nexport const b = a;\n'],
  ])("break by name: %s", async (rule, path, text) => {
    const { code, stdout } = await arrows({ [path]: text });
    expect(code).toBe(1);
    expect(stdout).toContain(`breaks ${rule}: `);
  });

  it("break when two modules import each other", async () => {
    const { stdout } = await arrows({
      "src/judge/a.ts": 'import { b } from "./b.ts";\nexport const a = () => b;\n',
      "src/judge/b.ts": 'import { a } from "./a.ts";\nexport const b = () => a;\n',
    });
    expect(stdout).toContain("breaks no-circular: ");
  });
});

describe("the outcome of npm test", () => {
  /** What is counted of one project whose vitest wrote this report and ended with this code. */
  const counted = async (report: unknown, code: number): Promise<unknown> => {
    await bareClone();
    await write({ "report.json": JSON.stringify(report) });
    const script = `const { countsOf } = await import("./tools/test/counts.mjs");
      process.stdout.write(JSON.stringify(countsOf("report.json", ${code})));`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { cwd: test.folder });
    return JSON.parse(stdout);
  };
  const report = { numPassedTests: 3, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1, testResults: [] };
  const broken = { name: "b.test.ts", status: "failed", message: "No such file\n at b", assertionResults: [] };
  const adds = { status: "failed", fullName: "adds up", failureMessages: ["Error: 3 is not 4\n at a"] };
  const failing = { name: "a.test.ts", status: "failed", assertionResults: [{ status: "passed" }, adds] };
  const counts = { passed: 3, failed: 1, skipped: 3 };

  it("counts what vitest reports, with a line for each that failed", async () => {
    const failures = ["a.test.ts > adds up: Error: 3 is not 4"];
    expect(await counted({ ...report, testResults: [failing] }, 1)).toEqual({ ...counts, failures });
  });
  it("counts a file that could not be loaded as a failure", async () => {
    const found = await counted({ ...report, testResults: [broken] }, 1);
    expect(found).toEqual({ ...counts, failed: 2, failures: ["b.test.ts: No such file"] });
  });
  it("counts an error outside of every test as a failure", async () => {
    const failures = ["report.json: an error outside of every test (exit 1)"];
    expect(await counted({ ...report, numFailedTests: 0 }, 1)).toEqual({ ...counts, failures });
  });
  it("counts a vitest that left no report as a failure", async () => {
    await bareClone();
    const failures = ["gone.json: vitest left no report (exit 0)"];
    const found = await ask('../test/counts:countsOf("gone.json", 0)');
    expect(found).toEqual({ passed: 0, failed: 1, skipped: 0, failures });
  });

  it("is said by CI even when the set-up breaks before any test", async () => {
    await write({ "package.json": '{ "scripts": { "test": "echo broken; exit 3" } }' });
    await cp(join(ROOT, ".ci"), join(test.folder, ".ci"), { recursive: true });
    const { code, stdout } = await run(join(test.folder, ".ci/run"), [], { cwd: test.folder });
    expect(code).toBe(3);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("0 passed, 1 failed");
  });

  it("is CI's last line and exit code", async () => {
    await write({ "package.json": '{ "scripts": { "test": "echo 4 passed, 1 failed, 2 skipped; exit 1" } }' });
    await cp(join(ROOT, ".ci"), join(test.folder, ".ci"), { recursive: true });
    const { code, stdout } = await run(join(test.folder, ".ci/run"), [], { cwd: test.folder });
    expect(code).toBe(1);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("4 passed, 1 failed, 2 skipped");
  });
});
