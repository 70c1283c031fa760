import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { findExecutables, whyNotExecutable } from "./executables.ts";

const it = test.extend<{ folder: string }>({
  folder: async ({ task }, use) => {
    const path = await mkdtemp(join(tmpdir(), `chatbench-${task.id}-`));
    await use(path);
    await rm(path, { recursive: true, force: true });
  },
});

async function program(folder: string, name: string, mode: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), "#!/bin/sh\n");
  await chmod(join(folder, name), mode);
  return join(folder, name);
}

it("finds what can be run, in the order of PATH and then of the folders, once each", async ({ folder }) => {
  const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => join(folder, name)) as [string, string, string, string];
  await mkdir(join(a, "k6"), { recursive: true }); // a folder of that name
  await program(b, "k6", 0o644); // not executable
  const [first, second] = [await program(c, "k6", 0o755), await program(d, "k6", 0o755)];
  const path = [a, "", b, c, join(folder, "missing"), c].join(delimiter);
  expect(await findExecutables("k6", path, [d, c])).toEqual([first, second]);
});

it("says why a file cannot be run", async ({ folder }) => {
  expect(await whyNotExecutable(folder)).toBe(`${folder} is a folder, not a program`);
  expect(await whyNotExecutable(join(folder, "x"))).toBe(`${join(folder, "x")} does not exist`);
  const plain = await program(folder, "plain", 0o644);
  expect(await whyNotExecutable(plain)).toBe(`${plain} is not executable`);
  expect(await whyNotExecutable(await program(folder, "fine", 0o755))).toBeUndefined();
});
