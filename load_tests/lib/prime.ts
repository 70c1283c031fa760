// Brings a cache into the state that the scenario declares, in setup: before any user, and in no phase of the load.
import type { Talk, Talks } from "./talk.ts";

const AT_A_TIME = 10;
const TRIES = 2;
/** The engine gives setup ten minutes. */
const MOST_MS = 9.5 * 60_000;

/** Holds every conversation that the cache is to know; throws one sentence when that cannot be done. */
export async function prime({ before }: Talks, hold: (talk: Talk) => Promise<string | undefined>): Promise<void> {
  const begun = Date.now();
  const next = { index: 0 };
  const worker = async (): Promise<void> => {
    while (next.index < before.count) {
      const index = next.index++;
      if (Date.now() - begun > MOST_MS) throw new Error(tooMany(index, before.count));
      await held(before.at(index), index, hold);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, before.count) }, worker));
}

async function held(talk: Talk, index: number, hold: (talk: Talk) => Promise<string | undefined>): Promise<void> {
  let why: string | undefined;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    why = await hold(attempt === 0 ? talk : { ...talk, id: `${talk.id}-again` });
    if (why === undefined) return;
  }
  throw new Error(`The cache could not be filled: prompt ${index + 1} of the list got no good answer (${why ?? ""}).`);
}

function tooMany(done: number, count: number): string {
  return `The cache could not be filled: only ${done} of ${count} prompts were sent in 9.5 minutes; use fewer.`;
}
