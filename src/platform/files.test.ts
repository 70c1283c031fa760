import { mkdtemp, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  ensureFolder,
  exists,
  listFolder,
  makeFolder,
  probeWritable,
  readTextFile,
  realPath,
  removeFolder,
  statOf,
  writeFileAtomic,
} from "./files.ts";

const it = test.extend<{ folder: string }>({
  folder: async ({ task }, use) => {
    const path = await realpath(await mkdtemp(join(tmpdir(), `chatbench-${task.id}-`)));
    await use(path);
    await rm(path, { recursive: true, force: true });
  },
});

describe("reading", () => {
  it("gives the text, or names what is wrong with the path", async ({ folder }) => {
    await writeFile(join(folder, "a"), "grüße");
    expect(await readTextFile(join(folder, "a"), { maxBytes: 100 })).toEqual({ text: "grüße" });
    expect(await readTextFile(join(folder, "b"), { maxBytes: 100 })).toMatchObject({
      problem: { kind: "missing", text: `${join(folder, "b")} does not exist.` },
    });
    expect(await readTextFile(folder, { maxBytes: 1e6 })).toMatchObject({ problem: { kind: "not_a_file" } });
    expect(await readTextFile(join(folder, "a", "x"), { maxBytes: 9 })).toMatchObject({
      problem: { kind: "not_a_folder" },
    });
  });

  it("refuses a file that is larger than allowed", async ({ folder }) => {
    await writeFile(join(folder, "a"), "x".repeat(101));
    expect(await readTextFile(join(folder, "a"), { maxBytes: 100 })).toMatchObject({ problem: { kind: "too_large" } });
  });
});

describe("atomic writing", () => {
  it("replaces the whole file, keeps the mode asked for and leaves nothing else behind", async ({ folder }) => {
    const path = join(folder, "a.json");
    expect(await writeFileAtomic(path, "one", { mode: 0o600 })).toEqual({});
    expect(await writeFileAtomic(path, "two", { mode: 0o600 })).toEqual({});
    expect(await readTextFile(path, { maxBytes: 10 })).toEqual({ text: "two" });
    expect(await statOf(path)).toMatchObject({ stat: { kind: "file", mode: 0o600, bytes: 3 } });
    expect(await readdir(folder)).toEqual(["a.json"]);
  });

  it("gives a value when the folder is missing", async ({ folder }) => {
    expect(await writeFileAtomic(join(folder, "no", "a"), "x")).toMatchObject({ problem: { kind: "missing" } });
  });
});

describe("folders", () => {
  it("are made, listed in order of names with their kinds, and removed", async ({ folder }) => {
    expect(await ensureFolder(join(folder, "x", "y"))).toEqual({});
    expect(await ensureFolder(join(folder, "x", "y"))).toEqual({});
    expect(await makeFolder(join(folder, "x", "y"))).toMatchObject({ problem: { kind: "exists" } });
    await writeFile(join(folder, "a"), "");
    await symlink("/", join(folder, "l"));
    expect(await listFolder(folder)).toEqual({
      entries: [
        { name: "a", kind: "file" },
        { name: "l", kind: "link" },
        { name: "x", kind: "folder" },
      ],
    });
    expect(await removeFolder(join(folder, "x"))).toEqual({});
    expect(await removeFolder(join(folder, "x"))).toEqual({});
    expect(await exists(join(folder, "x"))).toBe(false);
    expect(await listFolder(join(folder, "x"))).toMatchObject({ problem: { kind: "missing" } });
  });

  it("cannot be made below a file", async ({ folder }) => {
    await writeFile(join(folder, "a"), "");
    expect(await ensureFolder(join(folder, "a", "b"))).toMatchObject({ problem: { kind: "not_a_folder" } });
    expect(await probeWritable(join(folder, "a"))).toMatchObject({ problem: { kind: "not_a_folder" } });
  });

  it("are known by their path without links", async ({ folder }) => {
    await symlink(folder, join(folder, "self"));
    expect(await realPath(join(folder, "self"))).toEqual({ path: folder });
    expect(await realPath(join(folder, "no"))).toMatchObject({ problem: { kind: "missing" } });
    expect(await probeWritable(folder)).toEqual({});
    expect(await readdir(folder)).toEqual(["self"]);
  });
});
