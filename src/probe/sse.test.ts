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
