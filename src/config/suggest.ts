import { closest, distance } from "fastest-levenshtein";
import { quote } from "./quantity.ts";

/** `; did you mean "x"?`, or the list of what there is when nothing is near; empty when there is nothing. */
export function hint(written: string, known: readonly string[], noun: string): string {
  const near = nearest(written, known);
  if (near !== undefined) return `; did you mean ${quote(near)}?`;
  if (known.length === 0) return "";
  const ending = endingWith(plainOf(written), known);
  if (ending.length > 0 && ending.length <= MOST_MEANT) return `; did you mean ${ending.map(quote).join(" or ")}?`;
  const shown = known.slice(0, 12).join(", ");
  return `; ${noun}: ${shown}${known.length > 12 ? ", ..." : ""}`;
}

/** Of more that could be meant, a list of all words says more. */
const MOST_MEANT = 4;

function plainOf(word: string): string {
  return word.toLowerCase().replaceAll(/[-.\s]/g, "_");
}

function endingWith(plain: string, known: readonly string[]): readonly string[] {
  return plain.length < 3 ? [] : known.filter((word) => plainOf(word).endsWith(`_${plain}`));
}

/** The known word that a typing error could have come from. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || written.length > 80) return undefined;
  const plain = plainOf(written);
  const byPlain = new Map(known.map((word) => [plainOf(word), word]));
  const best = closest(plain, [...byPlain.keys()]);
  const swapped = letters(plain) === letters(best);
  const allowed = swapped ? 2 : Math.max(1, Math.floor(Math.max(plain.length, best.length) / 3));
  if (distance(plain, best) <= allowed) return byPlain.get(best);
  const within = endingWith(plain, known);
  return within.length === 1 ? within[0] : undefined;
}

function letters(word: string): string {
  return word.split("").sort().join("");
}
