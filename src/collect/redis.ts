import type { Redis } from "ioredis";
import type { Collector, ProcessMark, Reading, Secret, Source, TargetFacts } from "../model/index.ts";
import { whyForbidden } from "./forbidden.ts";
import { READ_WITHIN_MS } from "./limits.ts";
import { told } from "./readings.ts";
import { hostOf, placeOf, troubleWith } from "./trouble.ts";
import { within } from "./within.ts";

/** Fields of INFO by name. */
type Info = ReadonlyMap<string, string>;

/** The target's Redis, by one connection of our own that only asks. */
export const redisCollector: Collector = {
  name: "redis",
  async open({ redis }, signal) {
    if (redis === undefined) return undefined;
    const what = `Redis at ${placeOf(redis.url, "6379")}`;
    const forbidden = await whyForbidden(hostOf(redis.url), signal);
    if (forbidden !== undefined) return { problem: troubleWith(what, forbidden, redis.url) };
    const client = await clientOf(redis.url);
    const trouble: { first?: unknown } = {};
    client.on("error", (error: unknown) => (trouble.first ??= error));
    try {
      await within(client.connect(), READ_WITHIN_MS, signal);
      const facts = await factsOf(client, signal);
      return sourceOf(client, { facts, what, url: redis.url });
    } catch (error) {
      client.disconnect();
      // ioredis rejects with "Connection is closed" and tells the cause only by its event.
      return { problem: troubleWith(what, trouble.first ?? error, redis.url) };
    }
  },
};

/** Loaded when a target has one: every command would pay for it. */
async function clientOf(url: Secret): Promise<Redis> {
  const ioredis = await import("ioredis");
  return new ioredis.Redis(url.reveal(), {
    lazyConnect: true,
    connectTimeout: READ_WITHIN_MS,
    commandTimeout: READ_WITHIN_MS,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    // It asks for INFO itself and waits for a database that loads: ours is asked anyway, and absent meanwhile.
    enableReadyCheck: false,
    connectionName: "chatbench",
    // Whoever reads opens it anew, at the next reading.
    retryStrategy: () => null,
  });
}

function sourceOf(
  client: Redis,
  { facts, what, url }: { readonly facts: TargetFacts; readonly what: string; readonly url: Secret },
): Source {
  return {
    facts,
    async read(signal) {
      try {
        const info = await infoOf(client, signal);
        return { readings: readingsOf(info), marks: [markOf(info)] };
      } catch (error) {
        return { problem: troubleWith(what, error, url) };
      }
    },
    close() {
      client.disconnect();
      return Promise.resolve();
    },
  };
}

async function infoOf(client: Redis, signal: AbortSignal): Promise<Info> {
  const text = await within(client.info(), READ_WITHIN_MS, signal);
  const pairs = text.split("\r\n").flatMap((line) => {
    const at = line.indexOf(":");
    return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
  });
  return new Map(pairs);
}

/** Persistence by CONFIG, which hosted ones forbid: then INFO tells of the append-only file, and nobody of snapshots. */
async function factsOf(client: Redis, signal: AbortSignal): Promise<TargetFacts> {
  const info = await infoOf(client, signal);
  const settings = await within(client.config("GET", "save"), READ_WITHIN_MS, signal).catch(() => undefined);
  const save = Array.isArray(settings) ? (settings as unknown[])[1] : undefined;
  const appendOnly = info.get("aof_enabled");
  return {
    redis: {
      version: info.get("redis_version") ?? "unknown",
      ...(typeof save === "string" ? { snapshots: save.trim() !== "" } : {}),
      ...(appendOnly === undefined ? {} : { appendOnly: appendOnly === "1" }),
    },
  };
}

/** Several servers may answer at one address, each with an id of its own: how long it runs tells which is new. */
function markOf(info: Info): ProcessMark {
  const [identity, uptime] = [info.get("run_id"), Number(info.get("uptime_in_seconds") ?? Number.NaN)];
  return {
    what: "Redis",
    ...(identity !== undefined && { identity }),
    ...(Number.isFinite(uptime) && { began: { at: 0, now: uptime * 1_000 } }),
  };
}

const LOOKUPS = "Redis lookups/s";
const MEMORY = "Redis memory";

function readingsOf(info: Info): readonly Reading[] {
  const number = (field: string): number | undefined => {
    const text = info.get(field);
    return text === undefined || text === "" ? undefined : Number(text);
  };
  const count = (name: string, field: string, title: string): Reading[] => [
    ...told({ name: `redis_${name}`, title: `Redis: ${title}`, kind: "counter", unit: "count" }, number(field)),
  ];
  const clients = number("connected_clients");
  const bytes = { kind: "gauge", unit: "bytes" } as const;
  return [
    ...count("hits", "keyspace_hits", "keys found").map((one) => ({
      ...one,
      curve: { panel: LOOKUPS, line: "found" },
    })),
    ...count("misses", "keyspace_misses", "keys not found").map((one) => ({
      ...{ ...one, curve: { panel: LOOKUPS, line: "not found" } },
    })),
    ...count("evictions", "evicted_keys", "keys evicted for want of memory"),
    ...count("expirations", "expired_keys", "keys expired"),
    ...count("rejected_connections", "rejected_connections", "connections refused"),
    ...told(
      { name: "redis_memory", title: "Redis: memory in use", ...bytes, curve: { panel: MEMORY, line: "" } },
      number("used_memory"),
    ),
    ...told({ name: "redis_memory_resident", title: "Redis: resident memory", ...bytes }, number("used_memory_rss")),
    // Without this connection of ours.
    ...told({ name: "redis_clients", title: "Redis: clients", kind: "gauge", unit: "count" }, clients && clients - 1),
    ...told(
      { name: "redis_clients_blocked", title: "Redis: clients that wait", kind: "gauge", unit: "count" },
      number("blocked_clients"),
    ),
  ];
}
