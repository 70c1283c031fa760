/** Numbers that stand for words, and what Grafana shows for them: a sign and a word beside each colour. */
import { MappingType, type ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";

interface Word {
  readonly text: string;
  readonly color: string;
}

export type Words = Readonly<Record<number, Word>>;

const GREY = "#8e8e8e";

/** What a run or an objective is called. The order is from good to unknown. */
export const VERDICTS: Words = {
  0: { text: "✅ Pass", color: "green" },
  1: { text: "⚠️ Warning", color: "yellow" },
  2: { text: "❌ Fail", color: "red" },
  3: { text: "⚪ Not measured", color: GREY },
  4: { text: "⚪ No target", color: GREY },
  5: { text: "⚪ No judged run yet", color: GREY },
  // The newest run said nothing: what stands is what the run before it said, and nothing of it is green.
  10: { text: "⚪ Pass, before a run without verdict", color: GREY },
  11: { text: "⚠️ Warning, before a run without verdict", color: "yellow" },
  12: { text: "❌ Fail, before a run without verdict", color: "red" },
  13: { text: "⚪ Not measured", color: GREY },
  14: { text: "⚪ No target", color: GREY },
};

/** How the newest run ended. */
export const OUTCOMES: Words = {
  0: { text: "✅ Pass", color: "green" },
  1: { text: "⚠️ Warning", color: "yellow" },
  2: { text: "❌ Fail", color: "red" },
  3: { text: "⚪ Invalid", color: GREY },
  4: { text: "❌ Error", color: "dark-orange" },
  5: { text: "⚪ Aborted", color: GREY },
  6: { text: "❌ Lost", color: "dark-orange" },
};

export const YES_NO: Words = {
  0: { text: "❌ No", color: "red" },
  1: { text: "✅ Yes", color: "green" },
};

export const UP_DOWN: Words = {
  0: { text: "❌ Down", color: "red" },
  1: { text: "✅ Up", color: "green" },
};

/** Value mappings of Grafana for such a list. */
export function mappingsOf(words: Words): ValueMapping[] {
  const options = Object.fromEntries(Object.entries(words).map(([key, word], index) => [key, { ...word, index }]));
  return [{ type: MappingType.ValueToText, options }];
}
