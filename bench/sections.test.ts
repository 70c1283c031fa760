import { expect, it } from "vitest";
import { pageWith, type Stamp } from "./sections.ts";

const stamp = (commit: string): Stamp => ({ date: "2026-11-29 12:40 UTC", commit, load: ["0.10", "1.20"] });

it("a part that is measured anew takes the place of the old one, and nothing else is lost", () => {
  const first = pageWith("", {
    head: ["# Benchmarks"],
    sections: [
      { name: "ttft", parts: ["## First token", "300 ms"] },
      { name: "cpu", parts: ["## CPU", "1.01"] },
    ],
    stamp: stamp("aaa"),
  });
  expect(first.indexOf("## CPU")).toBeLessThan(first.indexOf("## First token"));
  const second = pageWith(first, {
    head: ["# Benchmarks, anew"],
    sections: [{ name: "cpu", parts: ["## CPU", "0.99"] }],
    stamp: stamp("bbb"),
  });
  expect(second).toBe(
    [
      "# Benchmarks, anew",
      "<!-- bench:cpu -->\n\n## CPU\n\n0.99\n\nMeasured 2026-11-29 12:40 UTC at bbb, load average 0.10 at the start and 1.20 at the end.\n\n<!-- /bench:cpu -->",
      "<!-- bench:ttft -->\n\n## First token\n\n300 ms\n\nMeasured 2026-11-29 12:40 UTC at aaa, load average 0.10 at the start and 1.20 at the end.\n\n<!-- /bench:ttft -->\n",
    ].join("\n\n"),
  );
});
