import { join } from "node:path";
import { ensureFolder, listFolder, readTextFile, writeFileAtomic } from "../platform/files.ts";
import { placeDashboard } from "./dashboards.ts";
import { placeRules, type RuleLinks } from "./rules.ts";

const MAX_BYTES = 1_000_000;

export interface RuleFolders {
  /** prometheus/rules or grafana/dashboards of ours: absolute. */
  readonly from: string;
  /** Made if it is not there: absolute. */
  readonly to: string;
}

type Written = Promise<{ readonly paths: readonly string[] } | { readonly problem: string }>;

/** Writes a copy of each shipped rule file with the links of this installation; gives the paths. */
export function writeRules(folders: RuleFolders, links: RuleLinks): Written {
  return writePlaced(folders, { end: ".yml", place: (text) => placeRules(text, links) });
}

/** The same of each dashboard. */
export function writeDashboards(folders: RuleFolders, links: RuleLinks): Written {
  return writePlaced(folders, { end: ".json", place: (text) => placeDashboard(text, links) });
}

interface Placing {
  readonly end: string;
  readonly place: (text: string) => string;
}

async function writePlaced({ from, to }: RuleFolders, { end, place }: Placing): Written {
  const listed = await listFolder(from);
  if ("problem" in listed) return { problem: listed.problem.text };
  const made = await ensureFolder(to);
  if (made.problem !== undefined) return { problem: made.problem.text };
  const names = listed.entries.filter(({ name, kind }) => kind === "file" && name.endsWith(end));
  const paths: string[] = [];
  for (const { name } of names) {
    const read = await readTextFile(join(from, name), { maxBytes: MAX_BYTES });
    if ("problem" in read) return { problem: read.problem.text };
    const path = join(to, name);
    const written = await writeFileAtomic(path, place(read.text));
    if (written.problem !== undefined) return { problem: written.problem.text };
    paths.push(path);
  }
  return { paths };
}
