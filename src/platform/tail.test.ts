import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { followFile } from "./tail.ts";

const it = test.extend<{ path: string }>({
  path: async ({ task }, use) => {
    const folder = await mkdtemp(join(tmpdir(), `chatbench-${task.id}-`));
    await use(join(folder, "file"));
    await rm(folder, { recursive: true, force: true });
  },
});

it("waits for a file that does not exist yet, and reads what is appended", async ({ path }) => {
  const lines: string[] = [];
  const stop = followFile(path, 5, (line) => lines.push(line));
  await writeFile(path, "one\ntw");
  await vi.waitFor(() => expect(lines).toEqual(["one"]), { interval: 5 });
  await appendFile(path, "o\nthree");
  await vi.waitFor(() => expect(lines).toEqual(["one", "two"]), { interval: 5 });
  await stop();
  expect(lines).toEqual(["one", "two", "three"]);
});

it("reads a file larger than its buffer to the end on stop, whatever the period", async ({ path }) => {
  const lines: string[] = [];
  const stop = followFile(path, 3_600_000, (line) => lines.push(line));
  const wanted = Array.from({ length: 20_000 }, (_, index) => `ü line ${String(index)} ${"x".repeat(20)}`);
  await writeFile(path, wanted.join("\n"));
  await stop();
  expect(lines).toEqual(wanted);
});

it("a file that never comes, or cannot be read, yields nothing and throws nothing", async ({ path }) => {
  const lines: string[] = [];
  await followFile(path, 1000, (line) => lines.push(line))();
  await followFile(tmpdir(), 1000, (line) => lines.push(line))();
  expect(lines).toEqual([]);
});
