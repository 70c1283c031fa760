import { join } from "node:path";
import { z } from "zod";
import type { Clock, Owner, RunId, Turn, TurnAsked, Turns } from "../model/index.ts";
import { listFolder, readTextFile, writeFileAtomic } from "../platform/files.ts";
import { isAlive } from "../platform/process-identity.ts";
import { removeNow } from "../platform/remove-now.ts";
import { prepareResults } from "./folder.ts";

const PREFIX = ".turn-";
const NAME = /^\.turn-(.+)\.json$/;
const MAX_BYTES = 4096;
const LOOK_MS = 500;

const shape = z.object({
  id: z.custom<RunId>((id) => typeof id === "string"),
  target: z.string(),
  owner: z.object({ host: z.string(), pid: z.number(), startTime: z.string(), place: z.string().exactOptional() }),
});

type Flag = TurnAsked;

/**
 * One run at a time per target, among all processes of this machine that keep their runs in `folder`: two at once
 * would measure each other. Each puts down a flag first and looks at the others' then; where two look at the same
 * moment, the younger run takes its flag back and looks again later. So never are both let in, and one always is. Flags
 * of processes that are gone count for nothing.
 */
export function createTurns(folder: string, clock: Clock): Turns {
  return {
    async take(asked, { stop, onWaiting }) {
      if ((await prepareResults(folder)).problem !== undefined) return NO_TURN; // the run itself will say why
      const name = `${PREFIX}${asked.id}.json`;
      const turn = { release: () => removeNow(folder, name) };
      let [isUp, told] = [false, ""];
      while (!stop.aborted) {
        const others = await othersAt(folder, asked);
        const [before] = others;
        if (before === undefined && isUp) return turn;
        const yields = others.some(({ id }) => id < asked.id);
        if (yields) turn.release();
        else if (!isUp) {
          const put = await writeFileAtomic(join(folder, name), JSON.stringify(asked), { mode: 0o600 });
          if (put.problem !== undefined) return NO_TURN;
        }
        const hasJustPut = !yields && !isUp;
        isUp = !yields;
        if (before === undefined || hasJustPut) continue; // looks again, now that others see it
        if (told !== before.id) onWaiting({ id: before.id, pid: before.owner.pid });
        told = before.id;
        await clock.sleep(LOOK_MS, stop).catch(() => undefined);
      }
      turn.release();
      return undefined;
    },
  };
}

const NO_TURN: Turn = { release: () => undefined };

/** Flags of others on the same target whose processes live, oldest run first. */
async function othersAt(folder: string, asked: Flag): Promise<readonly Flag[]> {
  const listed = await listFolder(folder);
  const names = "entries" in listed ? listed.entries.map(({ name }) => name).filter((name) => NAME.test(name)) : [];
  const flags = await Promise.all(names.map((name) => readFlag(join(folder, name))));
  const others: Flag[] = [];
  for (const flag of flags) {
    if (flag === undefined || flag.id === asked.id || !isBeside(flag.owner, asked.owner)) continue;
    if (!(await isAlive(flag.owner))) removeNow(folder, `${PREFIX}${flag.id}.json`);
    else if (flag.target === asked.target) others.push(flag);
  }
  return others.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Only there the pid means something: a container has processes of its own, and so has a machine after a restart. */
function isBeside(owner: Owner, own: Owner): boolean {
  return owner.host === own.host && owner.place === own.place;
}

async function readFlag(path: string): Promise<{ id: RunId; target: string; owner: Owner } | undefined> {
  const read = await readTextFile(path, { maxBytes: MAX_BYTES });
  if ("problem" in read) return undefined;
  try {
    return shape.safeParse(JSON.parse(read.text)).data;
  } catch {
    return undefined;
  }
}
