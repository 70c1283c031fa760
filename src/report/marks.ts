/** The marks of results in pictures: shapes, not only colours, tell them apart. */
import { trusted, type Html } from "./html.ts";
import type { Tone } from "./words.ts";

export const MARKS: Readonly<Record<Tone, Html>> = {
  pass: trusted('<circle class="dot pass" r="4.5"/>'),
  warning: trusted('<path class="dot warning" d="M0-6 6 5H-6z"/>'),
  fail: trusted('<path class="dot fail" d="M0-6.5 6.5 0 0 6.5-6.5 0z"/>'),
  none: trusted('<circle class="dot none" r="4"/>'),
  live: trusted('<circle class="dot none" r="4"/>'),
};
