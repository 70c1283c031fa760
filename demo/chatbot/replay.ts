/** How an answer that the cache knows is streamed: word by word without pause, or all of it in one chunk. */
export const REPLAYS = ["words", "one_chunk"] as const;
export type Replay = (typeof REPLAYS)[number];

/** The deltas in which a known answer is sent; together they are the text. */
export function replayed(text: string, replay: Replay): readonly string[] {
  if (replay === "one_chunk") return [text];
  return text.match(/\s*\S+\s*?(?=\s|$)|\s+$/gu) ?? [text];
}
