import type { Script } from "../model/index.ts";

/** For each turn of each script the number of what has been said up to it: equal numbers, equal words. */
export function turnKeys(scripts: readonly Script[]): readonly (readonly number[])[] {
  const [texts, turns] = [new Map<string, number>(), new Map<string, number>()];
  return scripts.map((script) => {
    const state = { before: script.system === undefined ? "none" : `system ${numberIn(texts, script.system)}` };
    return script.turns.map((turn) => {
      // Long texts are looked up as they are; only short ones are put together.
      const key = numberIn(turns, `${state.before} ${numberIn(texts, turn)}`);
      state.before = `turn ${key}`;
      return key;
    });
  });
}

function numberIn(known: Map<string, number>, text: string): number {
  const number = known.get(text) ?? known.size;
  known.set(text, number);
  return number;
}
