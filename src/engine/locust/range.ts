/** Locust in this range (docs/decisions/0082): its runner, shapes and events are used as 2.47 has them. */
export const LOCUST_RANGE = { least: [2, 47], below: [3, 0], text: ">= 2.47 and < 3" } as const;

/** True for a version text (`2.47.0`) inside LOCUST_RANGE. */
export function isInRange(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor, leastMinor] = LOCUST_RANGE.least;
  return major === leastMajor && minor >= leastMinor;
}
