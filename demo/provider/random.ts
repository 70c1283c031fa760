/** What a random number is for: each purpose has its own sequence, so that more errors do not change the latencies. */
export type Purpose = "first_token" | "error" | "gap" | "ending";

const PURPOSES: Readonly<Record<Purpose, number>> = {
  first_token: 0x9e3779b9,
  error: 0x85ebca6b,
  gap: 0xc2b2ae35,
  ending: 0x27d4eb2f,
};

/** Mixes 32 bits so that neighbours in become strangers out (the finaliser of MurmurHash3). */
export function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * The random number of request `index` (0, 1, 2 ...), in the open interval (0, 1). It depends on nothing else:
 * whoever knows the seed can compute beforehand what a run injects.
 */
export function unitOf(seed: number, purpose: Purpose, index: number): number {
  const h = mix(mix(seed ^ PURPOSES[purpose]) + Math.imul(index, 0x9e3779b9));
  return (h + 0.5) / 0x1_0000_0000;
}

/** A number that follows from the text alone (FNV-1a, mixed). */
export function hashOf(text: string): number {
  let h = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) h = Math.imul(h ^ text.charCodeAt(at), 0x01000193);
  return mix(h);
}
