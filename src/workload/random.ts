/** Uniform numbers in [0, 1), each call the next of its sequence. */
export type Random = () => number;

/** So many rounds until each bit of the seed has reached each bit of the state. */
const WARM_UP_ROUNDS = 15;

/**
 * sfc32 (Chris Doty-Humphrey's "small fast counter", 128 bits of state, passes PractRand), seeded by three whole
 * numbers of 32 bits: the seed of the whole, what the numbers are for, and which item they are for. Each such
 * sequence stands alone: item 77 can be drawn without the 76 before it, and a longer list begins like a shorter one.
 */
export function randomOf(seed: number, purpose: number, item = 0): Random {
  let a = seed | 0;
  let b = purpose | 0;
  let c = item | 0;
  let counter = 1;
  const next: Random = () => {
    const out = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + out) | 0;
    return (out >>> 0) / 0x1_0000_0000;
  };
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) next();
  return next;
}
