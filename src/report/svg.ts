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
 * Puts labels of points on an x axis into rows, from left to right: each stands right of its line, or left of it where
 * the page ends. A label that would be crossed by the line of another lies in a row above that line's beginning.
 */
export function placeInRows<T extends Label>(labels: readonly T[], width: number): readonly Placed<T>[] {
  const taken: { readonly row: number; readonly from: number; readonly to: number }[] = [];
  return [...labels]
    .sort((a, b) => a.position - b.position)
    .map((label) => {
      const length = textWidth(label.text) + 10;
      const anchor = label.position + length > width ? "end" : "start";
      const from = anchor === "end" ? label.position - length : label.position;
      const to = from + length;
      const above = taken.filter((other) => other.from <= label.position && label.position <= other.to);
      let row = Math.max(0, ...above.map((other) => other.row + 1));
      while (taken.some((other) => other.row === row && other.from <= to && from <= other.to)) row += 1;
      taken.push({ row, from, to });
      return { ...label, anchor, row };
    });
}
