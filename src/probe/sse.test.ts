import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { eventsOf, type Piece } from "./sse.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
/** The bytes of a text in pieces that end at the given places, each a millisecond later. */
function pieces(text: string, cuts: readonly number[] = []): readonly Piece[] {
  const bytes = encode(text);
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  return ends.map((end, index) => ({ atMs: index, bytes: bytes.slice(ends[index - 1] ?? 0, end) }));
}
const data = (text: string, cuts?: readonly number[]) => eventsOf(pieces(text, cuts)).map((event) => event.data);

describe("an event stream", () => {
  it("is read with every line end, comments, names and several lines of data", () => {
    expect(data("data: a\n\ndata:b\r\n\r\ndata: c\rdata: d\r\r: comment\n\nid: 7\n\n")).toEqual(["a", "b", "c\nd"]);
    expect(eventsOf(pieces("event: token\ndata: x\n\n"))).toMatchObject([{ name: "token", data: "x" }]);
  });

  it("says when an event was whole", () => {
    const text = "data: one\n\ndata: two\n\n";
    expect(eventsOf(pieces(text, [4, 12])).map(({ atMs }) => atMs)).toEqual([1, 2]);
  });

  it("drops an event that was broken off, but for the word that ends a stream", () => {
    expect(data("data: whole\n\ndata: hal")).toEqual(["whole"]);
    expect(data("data: whole\n\ndata: [DONE]")).toEqual(["whole", "[DONE]"]);
  });

  it.each([
    ["a long line in tiny pieces", `data: ${"x".repeat(1_000_000)}\n\n`, 16],
    ["lines that end with carriage returns", `${"data: x\r\r".repeat(40_000)}\n`, 400_000],
  ])("reads %s in a time that grows with its length alone", (_, text, pieceBytes) => {
    const cuts = Array.from({ length: text.length / pieceBytes }, (_each, index) => index * pieceBytes);
    const given = pieces(text, cuts);
    const begun = performance.now();
    expect(eventsOf(given)).toHaveLength(text.match(/data:/g)?.length ?? 0);
    // Looking again at all that came before, with each piece or line, takes seconds.
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  it("reads nothing behind a line that is too long", () => {
    const ofLine = (length: number): string => `data: one\n\ndata:${"x".repeat(length - 5)}\n\ndata: two\n\n`;
    const cuts = Array.from({ length: 32 }, (_, index) => index * 65_536 + 5);
    const read = (length: number, at: readonly number[]) =>
      eventsOf(pieces(ofLine(length), at)).map((event) => event.tooLong ?? event.data.length);
    for (const at of [cuts, []]) {
      expect(read(1024 * 1024 + 1, at)).toEqual([3, true]);
      expect(read(1024 * 1024, at)).toEqual([3, 1024 * 1024 - 5, 3]);
    }
    expect(eventsOf(pieces("x".repeat(2 * 1024 * 1024), cuts))).toMatchObject([{ tooLong: true }]);
  });

  it("reads the same however the bytes are cut", () => {
    const line = fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => text.replaceAll(/[\r\n]/g, ""));
    const end = fc.constantFrom("\n", "\r\n", "\r");
    fc.assert(
      fc.property(fc.array(fc.tuple(line, end)), fc.array(fc.nat()), (lines, cuts) => {
        const text = lines.map(([content, ending]) => `data: ${content}${ending}${ending}`).join("");
        const kept = data(`${text}data: last\n\n`, cuts);
        expect(kept).toEqual(data(`${text}data: last\n\n`));
      }),
    );
  });
});
