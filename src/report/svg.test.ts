import fc from "fast-check";
import { expect, it } from "vitest";
import { placeInRows, spreadLabels, textWidth } from "./svg.ts";

const WIDTH = 800;
const label = fc.record({
  text: fc.constantFrom("P50 78.2 ms", "P95 146 ms", "P99 185 ms", "P95 target < 200ms", "P99 target < 500ms"),
  position: fc.integer({ min: 200, max: WIDTH }),
});

it("places labels so that none overlaps another or is crossed by another's line", () => {
  fc.assert(
    fc.property(fc.uniqueArray(label, { maxLength: 5, selector: (l) => l.position }), (labels) => {
      const placed = placeInRows(labels, WIDTH).map((l) => {
        const length = textWidth(l.text) + 10;
        return {
          ...l,
          left: l.anchor === "end" ? l.position - length : l.position,
          right: l.anchor === "end" ? l.position : l.position + length,
        };
      });
      expect(placed).toHaveLength(labels.length);
      for (const a of placed) {
        expect(a.right).toBeLessThanOrEqual(WIDTH);
        for (const b of placed.filter((other) => other !== a)) {
          expect(a.row === b.row && a.left < b.right && b.left < a.right).toBe(false);
          // The line of b begins in its own row and runs down.
          expect(b.row <= a.row && a.left < b.position && b.position < a.right).toBe(false);
        }
      }
    }),
  );
});

it("keeps labels of a column apart, in order and inside", () => {
  const positions = fc.array(fc.double({ min: 0, max: 190, noNaN: true }), { maxLength: 5 });
  fc.assert(
    fc.property(positions, (list) => {
      const placed = spreadLabels(
        list.map((position) => ({ text: "P95", position })),
        14,
        [5, 187],
      );
      const ys = placed.map((l) => l.position);
      for (const [index, y] of ys.entries()) {
        expect(y).toBeGreaterThanOrEqual(5 - 1e-9);
        expect(y).toBeLessThanOrEqual(187 + 1e-9);
        expect(y - (ys[index - 1] ?? -Infinity)).toBeGreaterThanOrEqual(14 - 1e-9);
      }
    }),
  );
});
