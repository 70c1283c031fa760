import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The clone: generate/ is run from its sources by tests and from dist/ by commands. */
export function findRoot(from: string = import.meta.dirname): string {
  if (existsSync(join(from, "package-lock.json"))) return from;
  const above = dirname(from);
  if (above === from) throw new Error("No package-lock.json above generate/.");
  return findRoot(above);
}
