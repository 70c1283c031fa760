/** Pictures with a palette of 256 colours: a dark page of lines has hardly more, and takes a third of the bytes. */
import { crc32 } from "./crc32.ts";
import { deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLORS = 256;

/** A PNG of 8 bits a channel, as Chromium writes it, with the colours it has most of; every other becomes the nearest. */
export function withPalette(png: Buffer): Buffer {
  const chunks = [...chunksOf(png)];
  const head = chunks.find(({ type }) => type === "IHDR")?.data ?? Buffer.alloc(13);
  const [width, height, channels] = [head.readUInt32BE(0), head.readUInt32BE(4), head[9] === 6 ? 4 : 3];
  const data = Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map((chunk) => chunk.data));
  const pixels = unfiltered(inflateSync(data), width * channels, channels);
  const colors = Array.from({ length: width * height }, (_, at) => pixels.readUIntBE(at * channels, 3));
  const palette = mostUsed(colors);
  const indexOf = nearestOf(palette);
  const rows = Buffer.alloc((width + 1) * height);
  colors.forEach((color, at) => (rows[at + Math.floor(at / width) + 1] = indexOf(color)));
  const own = Buffer.from(head);
  own[9] = 3;
  const bytes = Buffer.alloc(palette.length * 3);
  palette.forEach((color, at) => bytes.writeUIntBE(color, at * 3, 3));
  const written = [chunk("IHDR", own), chunk("PLTE", bytes), chunk("IDAT", deflateSync(rows, { level: 9 }))];
  return Buffer.concat([SIGNATURE, ...written, chunk("IEND", Buffer.alloc(0))]);
}

function* chunksOf(png: Buffer): Generator<{ readonly type: string; readonly data: Buffer }> {
  for (let at = SIGNATURE.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    yield { type: png.toString("latin1", at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) };
    at += length + 12;
  }
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** The filters of the PNG specification (section 9), taken back. */
function unfiltered(raw: Buffer, stride: number, step: number): Buffer {
  const rows = raw.length / (stride + 1);
  const out = Buffer.alloc(stride * rows);
  for (let row = 0; row < rows; row += 1) {
    const filter = raw[row * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x += 1) {
      const at = row * stride + x;
      const left = x >= step ? (out[at - step] ?? 0) : 0;
      const up = row > 0 ? (out[at - stride] ?? 0) : 0;
      const corner = row > 0 && x >= step ? (out[at - stride - step] ?? 0) : 0;
      out[at] = (raw[row * (stride + 1) + 1 + x] ?? 0) + predicted(filter, [left, up, corner]);
    }
  }
  return out;
}

function predicted(filter: number, [left, up, corner]: readonly [number, number, number]): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

function mostUsed(colors: readonly number[]): readonly number[] {
  const counts = new Map<number, number>();
  for (const color of colors) counts.set(color, (counts.get(color) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, COLORS)
    .map(([color]) => color);
}

function nearestOf(palette: readonly number[]): (color: number) => number {
  const known = new Map(palette.map((color, at) => [color, at] as const));
  return (color) => {
    const found = known.get(color);
    if (found !== undefined) return found;
    const distances = palette.map((one) => distance(one, color));
    const nearest = distances.indexOf(Math.min(...distances));
    known.set(color, nearest);
    return nearest;
  };
}

function distance(a: number, b: number): number {
  const part = (shift: number): number => ((a >> shift) & 255) - ((b >> shift) & 255);
  return part(16) ** 2 + part(8) ** 2 + part(0) ** 2;
}
