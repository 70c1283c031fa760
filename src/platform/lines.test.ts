import fc from "fast-check";
import { expect, it } from "vitest";
import { createLineCutter } from "./lines.ts";

function cut(pieces: readonly string[], maxLength: number): string[] {
  const lines: string[] = [];
  const cutter = createLineCutter(maxLength, (line) => lines.push(line));
  for (const piece of pieces) cutter.push(piece);
  cutter.end();
  return lines;
}

it("gives the same lines however the text is cut into pieces, each no longer than allowed", () => {
  const text = fc
    .array(fc.constantFrom("a", "bc", "\n", "déf", "\n\n"), { maxLength: 40 })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(
      text,
      fc.array(fc.nat(60), { maxLength: 8 }),
      fc.integer({ min: 1, max: 12 }),
      (...[whole, at, max]) => {
        const ends = [...at, whole.length].map((end) => Math.min(end, whole.length)).sort((a, b) => a - b);
        const pieces = ends.map((end, index) => whole.slice(index === 0 ? 0 : ends[index - 1], end));
        const wanted = whole.split("\n").map((line) => line.slice(0, max));
        if (wanted.at(-1) === "") wanted.pop();
        expect(cut(pieces, max)).toEqual(wanted);
      },
    ),
  );
});

it("keeps an empty line and a last line without end", () => {
  expect(cut(["a\n\nb"], 10)).toEqual(["a", "", "b"]);
});
