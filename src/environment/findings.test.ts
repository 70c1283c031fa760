import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHECKS, type CheckName, type Finding } from "../model/index.ts";
import type { EnvironmentFacts } from "./facts.ts";
import { findingsOf } from "./findings.ts";
import { fingerprint } from "./fingerprint.ts";

const GB = 1e9;
/** A target on a machine of its own that is all that the methodology asks for, and a quiet load generator. */
const SOUND: EnvironmentFacts = {
  machine: {
    ...{ host: "generator", system: "Linux 6.1", architecture: "x64", processor: "CPU", node: "v20" },
    ...{ cores: 8, memoryBytes: 32 * GB },
  },
  system: {
    ...{ fileLimit: 20_000, cpuQuotaCores: Infinity, clockSource: "tsc", clockSynchronised: true },
    ...{ cpuGovernors: ["performance"], ownAddresses: ["127.0.0.1", "10.0.0.7"], bootedAtSeconds: 1_790_000_000 },
    ...{ bridgeSubnets: ["172.18.0.1/16"], isContainer: false },
  },
  reach: { host: "bot.test", port: 8000, addresses: ["10.0.0.9"], connectSeconds: [0.0002, 0.0003, 0.0009] },
  target: {
    machine: { cores: 4, memoryBytes: 8 * GB },
    postgres: { version: "15.4", versionNumber: 150_004, maxConnections: 103, reservedConnections: 3 },
    redis: { version: "7.0.15", snapshots: false, appendOnly: false },
  },
  configured: { postgres: true, redis: true },
  users: 200,
  areStreamed: false,
  load: { busy: 0.02, stolen: 0 },
};

function found(check: CheckName, facts: EnvironmentFacts): Finding {
  const finding = findingsOf(facts).find((one) => one.check === check);
  if (finding === undefined) throw new Error(`nothing was found of ${check}`);
  return finding;
}
function withSystem(more: Partial<EnvironmentFacts["system"]>): EnvironmentFacts {
  return { ...SOUND, system: { ...SOUND.system, ...more } };
}
function withTarget(target: EnvironmentFacts["target"]): EnvironmentFacts {
  return { ...SOUND, target };
}
function withReach(more: Partial<EnvironmentFacts["reach"]>): EnvironmentFacts {
  return { ...SOUND, reach: { ...SOUND.reach, ...more } };
}
/** The target's machine was started at this second, and has as much memory as this one. */
function bootedAt(bootedAtSeconds: number): EnvironmentFacts["target"] {
  return { ...SOUND.target, machine: { cores: 8, memoryBytes: 32 * GB }, bootedAtSeconds };
}
const { postgres, redis } = SOUND.target as Required<EnvironmentFacts["target"]>;

describe("the surroundings of a run", () => {
  it("are as wanted where they are", () => {
    expect(findingsOf(SOUND).filter(({ result }) => result !== "ok")).toStrictEqual([]);
  });
  it("are told in one order", () => {
    const order = Object.keys(CHECKS);
    const at = findingsOf(SOUND).map(({ check }) => order.indexOf(check));
    expect(at).toStrictEqual(at.toSorted((a, b) => a - b));
  });

  it.each<[string, CheckName, EnvironmentFacts, string]>([
    ["3 cores", "target_cores", withTarget({ machine: { cores: 3, memoryBytes: 8 * GB } }), "3 cores: at least 4"],
    ["4 GB", "target_memory", withTarget({ machine: { cores: 4, memoryBytes: 4 * GB } }), "at least 8 GB"],
    ["1 ms", "network_latency", withReach({ connectSeconds: [0.001] }), "less than 1 ms is wanted"],
    [
      "PostgreSQL 13",
      "postgres_version",
      withTarget({ postgres: { ...postgres, version: "13.9", versionNumber: 130_009 } }),
      "at least version 14",
    ],
    [
      "max_connections 50",
      "postgres_connections",
      withTarget({ postgres: { ...postgres, maxConnections: 50 } }),
      "room for 47 connections (max_connections is 50 with 3 reserved)",
    ],
    [
      "max_connections 100",
      "postgres_connections",
      withTarget({ postgres: { ...postgres, maxConnections: 100 } }),
      "set max_connections to 103 or more",
    ],
    ["Redis 5", "redis_version", withTarget({ redis: { ...redis, version: "5.0.14" } }), "at least version 6"],
    ["snapshots", "redis_persistence", withTarget({ redis: { ...redis, snapshots: true } }), "snapshots (save)"],
    ["append-only", "redis_persistence", withTarget({ redis: { ...redis, appendOnly: true } }), "append-only file"],
    ["one machine", "isolation", withReach({ host: "127.0.0.1", addresses: ["127.0.0.1"] }), "on the target's machine"],
    ["own address", "isolation", withReach({ addresses: ["10.0.0.7"] }), "on the target's machine"],
    ["the same start", "isolation", withTarget(bootedAt(1_790_000_001)), "on the target's machine"],
    [
      "the same start, from a container",
      "isolation",
      { ...withSystem({ isContainer: true }), target: bootedAt(1_790_000_000) },
      "on the target's machine",
    ],
    ["few files", "file_limit", withSystem({ fileLimit: 256 }), "200 users need at least 300"],
    ["few files for streams", "file_limit", { ...withSystem({ fileLimit: 499 }), areStreamed: true }, "at least 500"],
    ["half a core", "cpu_quota", withSystem({ cpuQuotaCores: 0.5 }), "0.5 cores' worth"],
    [
      "a busy machine",
      "other_load",
      { ...SOUND, load: { busy: 0.4, stolen: 0.2 } },
      "20 % of it by other virtual machines",
    ],
    ["case 59: link-local", "target_address", withReach({ addresses: ["169.254.169.254"] }), "169.254.169.254"],
  ])("violate the methodology with %s", (...[, check, facts, text]) => {
    expect(found(check, facts)).toMatchObject({ result: "violation", text: expect.stringContaining(text) as string });
  });

  it.each<[string, CheckName, EnvironmentFacts]>([
    ["no machine told", "target_cores", withTarget({})],
    ["no machine told", "target_memory", withTarget({})],
    ["no PostgreSQL told", "postgres_version", withTarget({})],
    ["no Redis told", "redis_version", withTarget({})],
    ["an unknown CONFIG", "redis_persistence", withTarget({ redis: { version: "7.0.15", appendOnly: false } })],
    ["no word of appendonly", "redis_persistence", withTarget({ redis: { version: "7.0.15", snapshots: false } })],
    ["a Redis that tells its version only", "redis_persistence", withTarget({ redis: { version: "7.0.15" } })],
    ["a Redis without version", "redis_version", withTarget({ redis: { ...redis, version: "?" } })],
    ["nobody who listens", "network_latency", withReach({ connectSeconds: [], problem: "ECONNREFUSED" })],
    ["a host without address", "isolation", withReach({ addresses: [] })],
    ["a container", "isolation", withSystem({ isContainer: true })],
    ["a container behind a bridge of this machine", "isolation", withReach({ addresses: ["172.18.0.2"] })],
    ["no limit told", "file_limit", withSystem({ fileLimit: undefined })],
    ["users that the script decides", "file_limit", { ...SOUND, users: undefined }],
    ["no quota told", "cpu_quota", withSystem({ cpuQuotaCores: undefined })],
    ["no clock told", "clock_source", withSystem({ clockSource: undefined })],
    ["a slow clock", "clock_source", withSystem({ clockSource: "hpet" })],
    ["no time service", "clock_synchronised", withSystem({ clockSynchronised: false })],
    ["time service unknown", "clock_synchronised", withSystem({ clockSynchronised: undefined })],
    ["no governor told", "cpu_governor", withSystem({ cpuGovernors: [] })],
    ["a saving governor", "cpu_governor", withSystem({ cpuGovernors: ["performance", "powersave"] })],
    ["some other load", "other_load", { ...SOUND, load: { busy: 0.15, stolen: 0 } }],
    ["no load told", "other_load", { ...SOUND, load: undefined }],
  ])("are a note, never ok, with %s", (_, check, facts) => {
    expect(found(check, facts).result).toBe("note");
  });

  it("are another machine's where that one was started at another time, also seen from a container", () => {
    const inside = withSystem({ isContainer: true });
    expect(found("isolation", { ...inside, target: bootedAt(1_789_000_000) }).result).toBe("ok");
    // Two machines of a kind that were started together are not known to be two.
    expect(found("isolation", { ...inside, target: bootedAt(1_790_000_009) }).result).toBe("note");
    const other = { ...bootedAt(1_790_000_000), machine: { cores: 8, memoryBytes: 16 * GB } };
    expect(found("isolation", withTarget(other)).result).toBe("ok");
  });

  it("takes this machine for the target's where the target runs on it and nobody says otherwise", () => {
    const here = withReach({ host: "localhost", addresses: ["::1"] });
    expect(found("target_cores", { ...here, target: {} }).text).toContain("8 cores");
    expect(found("target_cores", here).text).toContain("4 cores");
  });

  it("are sentences, whatever the facts", () => {
    const anything = fc.record({
      target: fc.constantFrom({}, SOUND.target),
      connectSeconds: fc.array(fc.double({ min: 0, max: 10, noNaN: true })),
      users: fc.option(fc.nat(), { nil: undefined }),
      fileLimit: fc.constantFrom(undefined, Infinity, 0, 1024),
    });
    fc.assert(
      fc.property(anything, ({ target, connectSeconds, users, fileLimit }) => {
        const facts = { ...withReach({ connectSeconds }), target, users, system: { ...SOUND.system, fileLimit } };
        for (const { text } of findingsOf(facts)) expect(text).toMatch(/^[A-Z0-9][^]*[.]$/);
      }),
    );
  });
});

describe("the fingerprint", () => {
  const hashOf = (facts: EnvironmentFacts, engine = "k6 2.2.0"): string | undefined =>
    fingerprint({ facts, engine, chatbench: "1.0.0" }).Fingerprint;
  it("is the same for the same surroundings, however busy they are", () => {
    expect(hashOf(SOUND)).toMatch(/^[0-9a-f]{12}$/);
    expect(hashOf({ ...SOUND, load: { busy: 0.9, stolen: 0 }, users: 5 })).toBe(hashOf(SOUND));
    expect(hashOf(withReach({ connectSeconds: [0.5] }))).toBe(hashOf(SOUND));
  });
  it("says of persistence what is known, and is the same after a restart of the target's machine", () => {
    const told = (redisFacts: object): string | undefined =>
      fingerprint({
        facts: withTarget({ redis: { version: "7.0.15", ...redisFacts } }),
        engine: "k6 2.2.0",
        chatbench: "1.0.0",
      }).Redis;
    expect(told({ appendOnly: false })).toBe("7.0.15, persistence not told");
    expect(told({ appendOnly: true })).toBe("7.0.15, persistence on");
    expect(told({ appendOnly: false, snapshots: false })).toBe("7.0.15, persistence off");
    expect(hashOf(withTarget(bootedAt(1_789_000_000)))).toBe(hashOf(withTarget(bootedAt(1_788_000_000))));
  });
  it.each<[string, EnvironmentFacts]>([
    ["machine", { ...SOUND, machine: { ...SOUND.machine, cores: 4 } }],
    ["quota", withSystem({ cpuQuotaCores: 2 })],
    ["PostgreSQL", withTarget({ ...SOUND.target, postgres: { ...postgres, version: "16.1" } })],
    ["persistence", withTarget({ ...SOUND.target, redis: { ...redis, snapshots: true } })],
    ["unknown target", withTarget({})],
    ["place", withReach({ addresses: ["10.0.0.7"] })],
    ["unknown place", withSystem({ isContainer: true })],
  ])("is another with another %s", (_, facts) => {
    expect(hashOf(facts)).not.toBe(hashOf(SOUND));
  });
  it("is another with another engine", () => {
    expect(hashOf(SOUND, "k6 2.3.0")).not.toBe(hashOf(SOUND));
  });
});
