import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { contributingDiffs, gitApply } from "../test/support/contributing.ts";

const ROOT = join(import.meta.dirname, "..");
const diffs = contributingDiffs();

describe("what CONTRIBUTING shows to change", () => {
  it("is a scenario, a script, an objective and a collector", () => {
    expect([...diffs.keys()]).toEqual([
      "Add a scenario",
      "Add an own script",
      "Add a measurement, and so an objective",
      "Add a collector",
    ]);
  });

  it.each([...diffs])("applies to the files as they are: %s", (_, diff) => {
    expect(gitApply(diff, ROOT, ["--check"])).toBe("");
  });
});
