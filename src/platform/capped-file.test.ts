import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { createCappedFile } from "./capped-file.ts";

const folder = mkdtempSync(join(tmpdir(), "chatbench-capped-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, "log");

it("holds the beginning of what was written, never more than its size, and says how much is missing", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary-ascii", maxLength: 30 })), fc.nat(100), (chunks, maxBytes) => {
      const file = createCappedFile(path, maxBytes);
      for (const chunk of chunks) file.write(Buffer.from(chunk));
      file.close();
      const all = chunks.join("");
      const [kept, missing] = [all.slice(0, maxBytes), all.length - maxBytes];
      const notice = `\n[chatbench: the log was cut here; ${String(missing)} more bytes were left out]\n`;
      expect(readFileSync(path, "utf8")).toBe(missing > 0 ? kept + notice : kept);
    }),
  );
});

it("case 36: where nothing can be opened or written, nothing is thrown", () => {
  for (const bad of [join(folder, "nowhere", "log"), folder, "/dev/full"]) {
    const file = createCappedFile(bad, 10);
    file.write(Buffer.from("hello hello hello"));
    file.close();
  }
  expect(readFileSync(path, "utf8")).toBeDefined();
});
