import { describe, expect, it } from "vitest";
import { memoryCache, memoryConversations } from "./memory.ts";

describe("the stand-in for PostgreSQL", () => {
  it("keeps the newest turns and the conversations used last", async () => {
    const store = memoryConversations({ conversations: 2, turns: 2 });
    const turn = (content: string) => ({ role: "user", content }) as const;
    await store.append("a", [turn("1"), turn("2"), turn("3")]);
    await store.append("b", [turn("4")]);
    expect(await store.history("a", 10)).toEqual([turn("2"), turn("3")]);
    expect(await store.history("a", 1)).toEqual([turn("3")]);
    await store.append("c", [turn("5")]);
    expect(await store.history("b", 10)).toEqual([]);
    expect(await store.history("a", 10)).toHaveLength(2);
  });
});

describe("the stand-in for Redis", () => {
  it("forgets an answer when its time is over", async () => {
    const clock = { ms: 0 };
    const cache = memoryCache({ entries: 10, ttlMs: 100 }, () => clock.ms);
    await cache.set("key", "value");
    clock.ms = 99;
    expect(await cache.get("key")).toBe("value");
    clock.ms = 100;
    expect(await cache.get("key")).toBeUndefined();
  });
});
