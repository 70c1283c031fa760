import { formatCount, formatValue, type Finding, type TargetFacts } from "../model/index.ts";
import type { EnvironmentFacts } from "./facts.ts";
import { placeOf } from "./same-machine.ts";

// The limits are those of the methodology: at least 4 cores and 8 GB, PostgreSQL 14+ with room for a pool of 100
// connections, Redis 6+ with persistence disabled.
const LEAST_CORES = 4;
/** A machine sold as "8 GB" tells a little less than 8 * 10^9: the kernel and the firmware keep some. */
const LEAST_MEMORY_BYTES = 7.5e9;
const LEAST_POSTGRES = 140_000;
const LEAST_ROOM = 100;
const LEAST_REDIS = 6;

type Judge = (facts: EnvironmentFacts) => readonly Finding[];

/** The machine that the target runs on: as its own source tells, else this one where the target is reached on it. */
export const judgeTargetMachine: Judge = (facts) => {
  const machine = facts.target.machine ?? (placeOf(facts) === "same" ? facts.machine : undefined);
  if (machine === undefined) {
    const text = (what: string): string =>
      `How ${what} the target's machine has is not known: configure a source of its resources (\`resources:\` of the target).`;
    return [
      { check: "target_cores", result: "note", text: text("many cores") },
      { check: "target_memory", result: "note", text: text("much memory") },
    ];
  }
  const { cores, memoryBytes } = machine;
  const memory = formatValue(memoryBytes, "bytes");
  return [
    cores >= LEAST_CORES
      ? { check: "target_cores", result: "ok", text: `The target's machine has ${formatCount(cores)} cores.` }
      : {
          check: "target_cores",
          result: "violation",
          text: `The target's machine has ${formatCount(cores)} ${cores === 1 ? "core" : "cores"}: at least ${String(LEAST_CORES)} are wanted.`,
        },
    memoryBytes >= LEAST_MEMORY_BYTES
      ? { check: "target_memory", result: "ok", text: `The target's machine has ${memory} of memory.` }
      : {
          check: "target_memory",
          result: "violation",
          text: `The target's machine has ${memory} of memory: at least 8 GB are wanted.`,
        },
  ];
};

export const judgePostgres: Judge = ({ target: { postgres }, configured }) => {
  if (postgres === undefined) {
    const text = configured.postgres
      ? "The target's PostgreSQL did not say what it is: its version and connections are not known."
      : "No PostgreSQL of the target is configured: whether it has one, and which, is not known.";
    return [{ check: "postgres_version", result: "note", text }];
  }
  const { version, versionNumber, maxConnections, reservedConnections } = postgres;
  const room = maxConnections - reservedConnections;
  const so = `max_connections is ${formatCount(maxConnections)} with ${formatCount(reservedConnections)} reserved`;
  return [
    versionNumber >= LEAST_POSTGRES
      ? { check: "postgres_version", result: "ok", text: `The target's PostgreSQL is ${version}.` }
      : {
          check: "postgres_version",
          result: "violation",
          text: `The target's PostgreSQL is ${version}: at least version 14 is wanted.`,
        },
    room >= LEAST_ROOM
      ? {
          check: "postgres_connections",
          result: "ok",
          text: `PostgreSQL has room for ${formatCount(room)} connections.`,
        }
      : {
          check: "postgres_connections",
          result: "violation",
          text: `PostgreSQL has room for ${formatCount(Math.max(0, room))} connections (${so}), and a pool of ${String(LEAST_ROOM)} is wanted: set max_connections to ${formatCount(LEAST_ROOM + reservedConnections)} or more.`,
        },
  ];
};

export const judgeRedis: Judge = ({ target: { redis }, configured }) => {
  if (redis === undefined) {
    const text = configured.redis
      ? "The target's Redis did not say what it is: its version and persistence are not known."
      : "No Redis of the target is configured: whether it has one, and which, is not known.";
    return [{ check: "redis_version", result: "note", text }];
  }
  const { version } = redis;
  const major = Number.parseInt(version, 10);
  return [
    Number.isNaN(major)
      ? { check: "redis_version", result: "note", text: `The target's Redis tells no version that can be read.` }
      : major >= LEAST_REDIS
        ? { check: "redis_version", result: "ok", text: `The target's Redis is ${version}.` }
        : {
            check: "redis_version",
            result: "violation",
            text: `The target's Redis is ${version}: at least version 6 is wanted.`,
          },
    judgePersistence(redis),
  ];
};

/** What one of the two says is enough for a violation, not for an ok: Redis may be forbidden to tell of the other. */
function judgePersistence({ snapshots, appendOnly }: NonNullable<TargetFacts["redis"]>): Finding {
  const parts = [
    { isOn: snapshots, what: "snapshots (save)" },
    { isOn: appendOnly, what: "the append-only file (appendonly)" },
  ];
  const on = parts.filter(({ isOn }) => isOn === true).map(({ what }) => what);
  const untold = parts.filter(({ isOn }) => isOn === undefined).map(({ what }) => what);
  const finding = (result: Finding["result"], text: string): Finding => ({ check: "redis_persistence", result, text });
  if (on.length > 0) {
    const text = `The target's Redis writes to disk: ${on.join(" and ")}. Turn it off (\`save ""\`, \`appendonly no\`): its pauses would be measured as the chatbot's.`;
    return finding("violation", text);
  }
  if (untold.length > 0) {
    const text = `Whether the target's Redis writes to disk is not known: it does not tell of ${untold.join(" and ")}, as hosted ones that forbid CONFIG.`;
    return finding("note", text);
  }
  return finding("ok", "Persistence of the target's Redis is off.");
}
