/**
 * A double taken as what its shortest decimal text says: 0.22 is 22/100, not the binary fraction beside it. That text is
 * what the person wrote in the condition and what every record prints, so a boundary such as "10 % over 200 ms" can be
 * compared exactly, without an epsilon that would loosen it.
 */
export interface Decimal {
  readonly digits: bigint;
  /** The value is digits * 10^exponent. */
  readonly exponent: number;
}

/** @param value finite; throws a RangeError otherwise. */
export function decimalOf(value: number): Decimal {
  if (!Number.isFinite(value)) throw new RangeError(`not a finite number: ${String(value)}`);
  const [mantissa = "0", exponent = "0"] = String(value).split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

function digitsAt(d: Decimal, exponent: number): bigint {
  return d.digits * 10n ** BigInt(d.exponent - exponent);
}

export function minus(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  return { digits: digitsAt(a, exponent) - digitsAt(b, exponent), exponent };
}

export function magnitude(a: Decimal): Decimal {
  return { digits: a.digits < 0n ? -a.digits : a.digits, exponent: a.exponent };
}

export function tenTimes(a: Decimal): Decimal {
  return { digits: a.digits, exponent: a.exponent + 1 };
}

/** a <= b, exactly. */
export function atMost(a: Decimal, b: Decimal): boolean {
  return minus(a, b).digits <= 0n;
}
