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

/** About the width of text at the 12 units that labels have. */
export function textWidth(text: string): number {
  return text.length * 6.4;
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

export interface Placed {
  readonly text: string;
  readonly x: number;
  readonly anchor: "start" | "end";
  readonly row: number;
}

/** Puts labels of points on an x axis into as few rows as keep them apart; beyond the middle they stand to the left. */
export function placeInRows(labels: readonly Label[], width: number): Placed[] {
  const ends: (readonly [number, number])[][] = [];
  return labels.map(({ text, position }) => {
    const length = textWidth(text) + 10;
    const anchor = position + length > width ? "end" : "start";
    const span: readonly [number, number] =
      anchor === "end" ? [position - length, position] : [position, position + length];
    const free = ends.findIndex((row) => row.every(([from, to]) => span[1] < from || span[0] > to));
    const row = free === -1 ? ends.length : free;
    ends[row] = [...(ends[row] ?? []), span];
    return { text, x: position, anchor, row };
  });
}
