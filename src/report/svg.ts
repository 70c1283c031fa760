/** Small helpers for pictures drawn as SVG: no script, no style attribute, so a strict CSP allows them. */
import { html, type Html, type Part } from "./html.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Picture extends Size {
  /** Unique in its page: title and description are found by it. */
  readonly id: string;
  readonly title: string;
  /** What the picture shows, in words with its main numbers, for those who cannot see it. */
  readonly description: string;
  readonly body: Part;
}

/** Widths in drawing units; the page shows the one that fits. */
export const WIDE = 880;
export const NARROW = 350;

/** Rather more than the width of bold text at the 12 units that labels have, in any system font. */
export function textWidth(text: string): number {
  return text.length * 7.3;
}

export function svg(picture: Picture): Html {
  const { id, width, height, title, description, body } = picture;
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-t ${id}-d">
    <title id="${id}-t">${title}</title>
    <desc id="${id}-d">${description}</desc>
    ${body}
  </svg>`;
}

/** The same picture drawn for wide and for narrow pages; the other one is hidden from everybody. */
export function figure(draw: (width: number) => Html, caption: string): Html {
  return html`<figure>
    <div class="wide">${draw(WIDE)}</div>
    <div class="narrow">${draw(NARROW)}</div>
    <figcaption>${caption}</figcaption>
  </figure>`;
}

/** A coordinate: a tenth of a unit is finer than any screen. */
export function at(value: number): number {
  return Math.round(value * 10) / 10;
}

export interface Label {
  readonly text: string;
  /** Where it points to. */
  readonly position: number;
}

/** Moves labels of a column apart by at least `gap`, keeping their order, inside `low`..`high`. */
export function spreadLabels(labels: readonly Label[], gap: number, limits: readonly [number, number]): Label[] {
  const [low, high] = limits;
  const sorted = [...labels].sort((a, b) => a.position - b.position);
  const placed: Label[] = [];
  for (const label of sorted) {
    const above = placed.at(-1)?.position ?? -Infinity;
    placed.push({ ...label, position: Math.max(low, label.position, above + gap) });
  }
  let below = high + gap;
  return placed
    .reverse()
    .map((label) => {
      below = Math.min(label.position, below - gap);
      return { ...label, position: below };
    })
    .reverse();
}

export type Placed<T extends Label> = T & { readonly anchor: "start" | "end"; readonly row: number };

/**
 * Puts labels of points on an x axis into rows, so that none overlaps another or is crossed by the line of another.
 * A label stands right of its line; where the page or the line of a left-standing label would cut it, left of it.
 */
export function placeInRows<T extends Label>(labels: readonly T[], width: number): readonly Placed<T>[] {
  const sorted = [...labels].sort((a, b) => a.position - b.position);
  const anchored = anchor(sorted, width);
  const left = anchored.filter((label) => label.anchor === "end").reverse();
  const right = anchored.filter((label) => label.anchor === "start");
  const taken: Taken[] = [];
  return [...left, ...right].map((label) => {
    const row = freeRow(label, taken);
    taken.push({ ...label, row });
    return { ...label, row };
  });
}

interface Span {
  readonly position: number;
  readonly from: number;
  readonly to: number;
}

interface Taken extends Span {
  readonly row: number;
}

/** From the right, because a label that stands left of its line bounds those before it. */
function anchor<T extends Label>(sorted: readonly T[], width: number): (T & Span & { anchor: "start" | "end" })[] {
  let limit = width;
  return [...sorted]
    .reverse()
    .map((label) => {
      const { position } = label;
      const length = textWidth(label.text) + 10;
      if (position + length <= limit)
        return { ...label, anchor: "start" as const, from: position, to: position + length };
      limit = position;
      return { ...label, anchor: "end" as const, from: position - length, to: position };
    })
    .reverse();
}

/** Lines run from their own row down to the axis: a line begins below every label that lies over it. */
function freeRow(label: Span, taken: readonly Taken[]): number {
  const above = taken.filter((other) => other.from <= label.position && label.position <= other.to);
  let row = Math.max(0, ...above.map((other) => other.row + 1));
  while (taken.some((other) => other.row === row && other.from <= label.to && label.from <= other.to)) row += 1;
  return row;
}
