import type { Length, Repeat } from "../model/index.ts";
import type { Random } from "./random.ts";

/** Draws one length, at least 1. */
export function drawLength(length: Length, random: Random): number {
  switch (length.kind) {
    case "constant":
      return length.value;
    case "uniform":
      return length.min + Math.floor(random() * (length.max - length.min + 1));
    case "lognormal": {
      // Box-Muller; 1 - u is never 0.
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      return Math.max(1, Math.min(length.max, Math.round(length.median * Math.exp(length.spread * normal))));
    }
  }
}

/** Which of `distinct` prompts (0, 1 ...) is sent when, `count` of them; a longer list begins like a shorter one. */
export function drawOrder(repeat: Repeat, size: { readonly distinct: number; readonly count: number }, random: Random) {
  const { distinct, count } = size;
  const order = new Uint32Array(count);
  switch (repeat.kind) {
    case "in_turn":
      return order.map((_, at) => at % distinct);
    case "uniform":
      return order.map(() => Math.floor(random() * distinct));
    case "zipf": {
      const upTo = cumulated(distinct, repeat.exponent);
      const total = upTo[distinct - 1] ?? 0;
      return order.map(() => rankAt(upTo, random() * total));
    }
  }
}

function cumulated(distinct: number, exponent: number): Float64Array {
  const upTo = new Float64Array(distinct);
  const sum = { weight: 0 };
  for (let at = 0; at < distinct; at += 1) upTo[at] = sum.weight += (at + 1) ** -exponent;
  return upTo;
}

/** The first rank whose cumulated weight is above `wanted`. */
function rankAt(upTo: Float64Array, wanted: number): number {
  const range = { low: 0, high: upTo.length - 1 };
  while (range.low < range.high) {
    const middle = (range.low + range.high) >>> 1;
    if ((upTo[middle] ?? 0) > wanted) range.high = middle;
    else range.low = middle + 1;
  }
  return range.low;
}
