import { Redis } from "ioredis";
import type { AnswerCache } from "./ports.ts";

const PREFIX = "chatbench-demo:answer:";

/** Answers in Redis for `ttlMs` each. Rejects when Redis cannot be reached now; later failures are only misses. */
export async function redisCache(url: string, ttlMs: number, log: (line: string) => void): Promise<AnswerCache> {
  const state: { connected: boolean; complained: boolean; firstError?: unknown } = {
    connected: false,
    complained: false,
  };
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 5_000,
    commandTimeout: 1_000,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    // Only a connection that once worked is worth waiting for.
    retryStrategy: (attempt) => (state.connected ? Math.min(200 * 2 ** attempt, 10_000) : null),
  });
  const miss = (error: unknown): undefined => {
    state.firstError ??= error;
    if (state.connected && !state.complained)
      log(`the cache failed and is left out until it is back: ${messageOf(error)}`);
    state.complained = true;
    return undefined;
  };
  redis.on("error", miss);
  redis.on("ready", () => (state.complained = false));
  try {
    await redis.connect();
    state.connected = true;
  } catch (error) {
    redis.disconnect();
    // ioredis rejects with "Connection is closed" and tells the cause only by its event.
    throw state.firstError ?? error;
  }
  return {
    kind: "redis",
    get: async (key) => (await redis.get(PREFIX + key).catch(miss)) ?? undefined,
    set: async (key, value) => {
      await redis.set(PREFIX + key, value, "PX", ttlMs).catch(miss);
    },
    close: async () => {
      await redis.quit().catch(() => redis.disconnect());
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
