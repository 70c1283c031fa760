import { chmod, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Clock } from "../../model/index.ts";
import { createK6Finder } from "./binary.ts";

const it = test.extend<{ folder: string }>({
  folder: async ({ task }, use) => {
    const path = await mkdtemp(join(tmpdir(), `chatbench-${task.id}-`));
    await use(path);
    await rm(path, { recursive: true, force: true });
  },
});

/** A program that says it is k6, put in place at once as an installer does. */
async function install(path: string, body: string): Promise<void> {
  await writeFile(`${path}.new`, `#!/bin/sh\n${body}\n`);
  await chmod(`${path}.new`, 0o755);
  await rename(`${path}.new`, path);
}

function finder(folder: string): { found: () => Promise<string>; clock: { at: number } } {
  const state = { at: 0 };
  const clock: Clock = { now: () => state.at, sleep: () => Promise.resolve() };
  const find = createK6Finder({ searchPath: folder, folders: [] }, clock);
  return {
    clock: state,
    found: async () => {
      const found = await find();
      return "binary" in found ? found.binary.version : found.problem.code;
    },
  };
}

it("15: a k6 that was replaced under a daemon is asked again", async ({ folder }) => {
  const { found } = finder(folder);
  await install(join(folder, "k6"), "echo k6 v2.2.0");
  expect(await found()).toBe("2.2.0");
  await install(join(folder, "k6"), "echo k6 v1.8.1");
  expect(await found()).toBe("engine_version");
  await install(join(folder, "k6"), "echo k6 v2.3.0");
  expect(await found()).toBe("2.3.0");
});

it("14: a k6 that is removed under a daemon is missed, and found again", async ({ folder }) => {
  const { found } = finder(folder);
  await install(join(folder, "k6"), "echo k6 v2.2.0");
  expect(await found()).toBe("2.2.0");
  await rm(join(folder, "k6"));
  expect(await found()).toBe("engine_missing");
  await install(join(folder, "k6"), "echo k6 v2.2.0");
  expect(await found()).toBe("2.2.0");
});

it("15: a link that leads to another k6 by now is noticed", async ({ folder }) => {
  const { found } = finder(folder);
  await install(join(folder, "old"), "echo k6 v2.2.0");
  await install(join(folder, "new"), "echo k6 v2.3.0");
  await symlink("old", join(folder, "k6"));
  expect(await found()).toBe("2.2.0");
  await symlink("new", join(folder, "k6.new"));
  await rename(join(folder, "k6.new"), join(folder, "k6"));
  expect(await found()).toBe("2.3.0");
});

it("15: a launcher that stays the same is asked once a minute, not at each look", async ({ folder }) => {
  const { found, clock } = finder(folder);
  const asked = join(folder, "version");
  await writeFile(asked, "k6 v2.2.0");
  await install(join(folder, "k6"), `cat '${asked}'`);
  expect(await found()).toBe("2.2.0");
  await writeFile(asked, "k6 v2.3.0");
  clock.at += 59_999;
  expect(await found()).toBe("2.2.0");
  clock.at += 1;
  expect(await found()).toBe("2.3.0");
  clock.at -= 3_600_000; // a clock set back must not make the answer stand for longer
  await writeFile(asked, "k6 v2.4.0");
  expect(await found()).toBe("2.4.0");
});
