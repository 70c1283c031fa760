import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { startFile } from "../src/config/index.ts";
import { drifted, generated, main, write } from "./main.ts";

const ROOT = join(import.meta.dirname, "..");

it("the committed files are those that the sources give", () => {
  expect(drifted(ROOT)).toEqual([]);
});

it("writes what is missing, then finds nothing to do, then names the one that was changed", () => {
  const root = mkdtempSync(join(tmpdir(), "chatbench-generate-"));
  expect(write(root)).toEqual(generated().map(({ path }) => path));
  expect(main(root, ["--check"])).toBe(0);
  writeFileSync(join(root, "docs/configuration.md"), "edited by hand");
  expect(drifted(root)).toEqual(["docs/configuration.md"]);
  expect(main(root, ["--check"])).toBe(1);
});

it("the schema for editors accepts the start file and refuses what the check refuses", () => {
  const schema = JSON.parse(readFileSync(join(ROOT, "schema/chatbench.schema.json"), "utf8")) as object;
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  expect(validate(parse(startFile()))).toBe(true);
  for (const [from, to] of [
    ["pattern: smoke", "pattern: smke"],
    ["target: chatbot", "traget: chatbot"],
    ["latency_p95", "latency_p96"],
    ['"< 200ms"', "200ms"],
    ["pattern: smoke", "pattern: { name: smoke, duration: 30 }"],
    ["chat-api:", "Chat_API:"],
  ] as const) {
    expect([to, validate(parse(startFile().replace(from, to)))]).toEqual([to, false]);
  }
});

it("the reference has a row with a description for every key", () => {
  const page = generated().find(({ path }) => path.endsWith(".md"))?.text ?? "";
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  expect(rows.length).toBeGreaterThan(40);
  for (const key of [
    "targets.<name>.base_url",
    "scenarios.<name>.pattern.users",
    "results.keep_days",
    "latency_p99",
    "spike",
  ]) {
    expect(rows.filter((row) => row.startsWith(`| \`${key}\` |`))).toHaveLength(1);
  }
  expect(rows.filter((row) => row.split(" | ")[3]?.trim() === "")).toEqual([]);
});
