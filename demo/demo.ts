import { chatbotApp } from "./chatbot/server.ts";
import type { ChatbotStats } from "./chatbot/server.ts";
import { memoryCache, memoryConversations } from "./chatbot/memory.ts";
import type { AnswerCache, Conversations } from "./chatbot/ports.ts";
import { postgresConversations } from "./chatbot/postgres.ts";
import { providerClient } from "./chatbot/provider-client.ts";
import { redisCache } from "./chatbot/redis.ts";
import { chatSockets } from "./chatbot/sockets.ts";
import { listen } from "./http/server.ts";
import { startProvider } from "./provider/server.ts";
import type { Provider, ProviderStats } from "./provider/server.ts";
import { noTotals } from "./provider/serving.ts";
import type { DemoSettings } from "./settings.ts";

export interface Demo {
  readonly chatbotUrl: string;
  readonly providerUrl: string;
  chatbotStats(): ChatbotStats;
  providerStats(): ProviderStats;
  close(): Promise<void>;
}

/** PostgreSQL or Redis was asked for and could not be reached; the message never holds the address, which may be secret. */
export class Unreachable extends Error {}

type Log = (line: string) => void;
type Closer = () => Promise<void>;

const MODEL = "demo-small";
const HISTORY_TURNS = 20;
const PROVIDER_TIMEOUT_MS = 20_000;

/** Starts provider, stores and chatbot; on failure closes what had started. Throws PortInUse and Unreachable. */
export async function startDemo(settings: DemoSettings, log: Log): Promise<Demo> {
  const closers: Closer[] = [];
  const close: Closer = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { ...(await startParts(settings, log, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startParts(settings: DemoSettings, log: Log, closers: Closer[]): Promise<Omit<Demo, "close">> {
  const provider = await providerOf(settings, log);
  closers.push(() => provider.close());
  const conversations = await conversationsOf(settings, log);
  closers.push(() => conversations.close());
  const cache = await cacheOf(settings, log);
  closers.push(() => cache.close());
  const client = providerClient(provider.url, PROVIDER_TIMEOUT_MS);
  closers.push(() => {
    client.close();
    return Promise.resolve();
  });
  const replay = settings.replay;
  const parts = { conversations, cache, provider: client, model: MODEL, historyTurns: HISTORY_TURNS, replay };
  const chatbot = chatbotApp(parts, log);
  const sockets = chatSockets(chatbot.ground);
  const listening = await listen(chatbot.app, { host: settings.host, port: settings.chatbotPort }, sockets.attach);
  // The server cannot close before the connections that became WebSockets have.
  closers.push(() => Promise.all([listening.close(), sockets.close()]).then(() => undefined));
  return {
    chatbotUrl: listening.url,
    providerUrl: provider.url,
    chatbotStats: () => chatbot.stats(),
    providerStats: () => provider.stats?.() ?? noTotals(),
  };
}

/** Our own, or for a chatbot alone the one at `providerUrl`, of which we know and count nothing. */
async function providerOf(
  settings: DemoSettings,
  log: Log,
): Promise<Pick<Provider, "url" | "close"> & Partial<Provider>> {
  if (settings.providerUrl === undefined) return startProviderAlone(settings, log);
  return { url: settings.providerUrl, close: () => Promise.resolve() };
}

/** The simulated provider without a chatbot. Throws PortInUse. */
export function startProviderAlone({ provider, host, providerPort }: DemoSettings, log: Log): Promise<Provider> {
  return startProvider(provider, { host, port: providerPort }, log);
}

async function conversationsOf(settings: DemoSettings, log: Log): Promise<Conversations> {
  const { databaseUrl } = settings;
  if (databaseUrl === undefined) return memoryConversations({ conversations: 10_000, turns: HISTORY_TURNS });
  return reaching("PostgreSQL (DATABASE_URL)", () => postgresConversations(databaseUrl, settings.databasePool, log));
}

async function cacheOf(settings: DemoSettings, log: Log): Promise<AnswerCache> {
  const { redisUrl } = settings;
  const ttlMs = settings.cacheSeconds * 1000;
  if (redisUrl === undefined) return memoryCache({ entries: 10_000, ttlMs }, () => performance.now());
  return reaching("Redis (REDIS_URL)", () => redisCache(redisUrl, ttlMs, log));
}

/** Driver errors are reduced to their code: their text may quote the address with its password. */
async function reaching<T>(what: string, connect: () => Promise<T>): Promise<T> {
  try {
    return await connect();
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    const why = typeof code === "string" ? code : "no usable answer";
    throw new Unreachable(
      `${what} cannot be used (${why}): start it, correct the variable, or unset it to do without.`,
    );
  }
}
