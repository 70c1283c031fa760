import { parseArgs } from "node:util";
import { LATENCY_KINDS } from "./provider/latency.ts";
import type { Latency, LatencyKind } from "./provider/latency.ts";
import type { ProviderSettings } from "./provider/fate.ts";
import { ENDINGS, NUMBER_KEYS, parseShape } from "./provider/shape.ts";
import type { Shape } from "./provider/shape.ts";
import { REPLAYS } from "./chatbot/replay.ts";
import type { Replay } from "./chatbot/replay.ts";

export const PARTS = ["both", "chatbot", "provider"] as const;
/** What one process starts; a chatbot alone calls the provider at `providerUrl`. */
export type Part = (typeof PARTS)[number];

export interface DemoSettings {
  readonly part: Part;
  /** Address on which both listen. */
  readonly host: string;
  readonly chatbotPort: number;
  readonly providerPort: number;
  readonly provider: ProviderSettings;
  readonly cacheSeconds: number;
  /** How a cached answer is streamed. */
  readonly replay: Replay;
  /** Conversations go to this PostgreSQL; undefined: into memory. Secret: only from the environment. */
  readonly databaseUrl?: string;
  readonly databasePool: number;
  /** The provider that a chatbot alone calls. */
  readonly providerUrl?: string;
  /** Answers are cached in this Redis; undefined: in memory. Secret: only from the environment. */
  readonly redisUrl?: string;
}

/** What the command line asks for; `problem` is one sentence for the person who typed it. */
export type Asked =
  | { readonly kind: "start"; readonly settings: DemoSettings }
  | { readonly kind: "help" }
  | { readonly kind: "problem"; readonly problem: string };

interface Option {
  readonly env: string;
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
  readonly whole?: true;
  readonly text: string;
}

const OPTIONS = {
  "chatbot-port": { env: "CHATBOT_PORT", fallback: 8000, min: 0, max: 65535, whole: true, text: "0 takes a free one" },
  "provider-port": {
    env: "PROVIDER_PORT",
    fallback: 8001,
    min: 0,
    max: 65535,
    whole: true,
    text: "0 takes a free one",
  },
  "first-token-ms": {
    env: "PROVIDER_FIRST_TOKEN_MS",
    fallback: 40,
    min: 0,
    max: 60_000,
    text: "typical time to first token (the median of heavy_tailed)",
  },
  spread: { env: "PROVIDER_SPREAD", fallback: 0.15, min: 0, max: 1, text: "heaviness of the tail of heavy_tailed" },
  "slow-ms": { env: "PROVIDER_SLOW_MS", fallback: 200, min: 0, max: 60_000, text: "the slow time of bimodal" },
  "slow-share": { env: "PROVIDER_SLOW_SHARE", fallback: 0.1, min: 0, max: 1, text: "share of slow ones of bimodal" },
  "max-ms": {
    env: "PROVIDER_MAX_MS",
    fallback: 2_000,
    min: 0,
    max: 60_000,
    text: "longest time to first token of heavy_tailed",
  },
  "tokens-per-second": {
    env: "PROVIDER_TOKENS_PER_SECOND",
    fallback: 1_200,
    min: 1,
    max: 1_000_000,
    text: "pace after the first token",
  },
  concurrency: {
    env: "PROVIDER_CONCURRENCY",
    fallback: 100,
    min: 1,
    max: 100_000,
    whole: true,
    text: "answers at a time; further requests wait in line",
  },
  "max-waiting": {
    env: "PROVIDER_MAX_WAITING",
    fallback: 1_000,
    min: 0,
    max: 100_000,
    whole: true,
    text: "length of that line; further requests get a 429",
  },
  "error-rate": { env: "PROVIDER_ERROR_RATE", fallback: 0, min: 0, max: 1, text: "share of requests that fail" },
  seed: { env: "PROVIDER_SEED", fallback: 1, min: 0, max: 2 ** 31, whole: true, text: "decides all that is random" },
  "cache-seconds": {
    env: "CHATBOT_CACHE_SECONDS",
    fallback: 300,
    min: 1,
    max: 86_400,
    text: "how long an answer is kept",
  },
  "database-pool": {
    env: "DATABASE_POOL",
    fallback: 20,
    min: 1,
    max: 1_000,
    whole: true,
    text: "connections to PostgreSQL at most",
  },
} as const satisfies Record<string, Option>;

type OptionName = keyof typeof OPTIONS;
type Numbers = Readonly<Record<OptionName, number>>;
const NAMES = Object.keys(OPTIONS) as OptionName[];
/** Options that are words. */
const WORDS = {
  latency: { env: "PROVIDER_LATENCY", fallback: "heavy_tailed", text: LATENCY_KINDS.join(", ") },
  stream: { env: "PROVIDER_STREAM", fallback: "", text: "what streams look like: name=value, name=value; names below" },
  part: { env: "DEMO_PART", fallback: "both", text: `${PARTS.join(", ")}: what this process starts` },
  host: { env: "DEMO_HOST", fallback: "127.0.0.1", text: "IPv4 address or name on which it listens, 0.0.0.0: all" },
  "provider-url": { env: "PROVIDER_URL", fallback: "", text: "the provider that a chatbot alone calls" },
  replay: { env: "CHATBOT_REPLAY", fallback: "words", text: `how a cached answer is streamed: ${REPLAYS.join(", ")}` },
} as const;
type WordName = keyof typeof WORDS;
const WORD_NAMES = Object.keys(WORDS) as WordName[];

export const HELP = [
  "Starts the reference chatbot and the simulated LLM provider it calls.",
  "",
  ...NAMES.map((name) => {
    const { env, fallback, text } = OPTIONS[name];
    return `  --${name.padEnd(18)} ${text} (default ${fallback}; ${env})`;
  }),
  ...WORD_NAMES.map((name) => {
    const { env, fallback, text } = WORDS[name];
    return `  --${name.padEnd(18)} ${text} (default ${fallback === "" ? "nothing" : fallback}; ${env})`;
  }),
  "",
  "What --stream can say (and the header x-simulate of a single request):",
  ...Object.entries(NUMBER_KEYS).map(([name, { text }]) => `  ${name.padEnd(20)} ${text}`),
  `  ${"ending".padEnd(20)} ${ENDINGS.join(", ")}`,
  "",
  "DATABASE_URL  PostgreSQL for the conversations (default: memory)",
  "REDIS_URL     Redis for the cache of answers (default: memory)",
  "",
].join("\n");

type Environment = Readonly<Record<string, string | undefined>>;
type Texts = Readonly<Record<string, string | boolean | undefined>>;

/** Reads flags, then the environment, then defaults. */
export function readSettings(args: readonly string[], env: Environment): Asked {
  const flags = readFlags(args);
  if ("problem" in flags) return { kind: "problem", problem: flags.problem };
  if (flags.values.help === true) return { kind: "help" };
  const problems: string[] = [];
  const entries = NAMES.map((name) => [name, numberOf(name, flags.values[name] ?? env[OPTIONS[name].env], problems)]);
  const words = wordsOf(flags.values, env, problems);
  if (words === undefined || problems[0] !== undefined) return { kind: "problem", problem: problems[0] ?? "" };
  const numbers = Object.fromEntries(entries) as Numbers;
  return { kind: "start", settings: { ...settingsOf(numbers, words), ...secretsOf(env) } };
}

interface Words {
  readonly latency: LatencyKind;
  readonly shape: Shape;
  readonly replay: Replay;
  readonly part: Part;
  readonly host: string;
  readonly providerUrl: string;
}

function wordsOf(flags: Texts, env: Environment, problems: string[]): Words | undefined {
  const word = (name: WordName): string => {
    const given = flags[name] ?? env[WORDS[name].env] ?? "";
    return typeof given === "string" && given !== "" ? given : WORDS[name].fallback;
  };
  const [latency, replay, shape] = [word("latency"), word("replay"), parseShape(word("stream"))];
  const [part, host, providerUrl] = [word("part"), word("host"), word("provider-url").replace(/\/$/, "")];
  if (!isOneOf(LATENCY_KINDS, latency)) {
    problems.push(`--latency must be one of ${LATENCY_KINDS.join(", ")}, not ${latency}.`);
  } else if (!isOneOf(REPLAYS, replay)) {
    problems.push(`--replay must be one of ${REPLAYS.join(", ")}, not ${replay}.`);
  } else if (!shape.ok) {
    problems.push(`--stream: ${shape.problem}`);
  } else if (!isOneOf(PARTS, part)) {
    problems.push(`--part must be one of ${PARTS.join(", ")}, not ${part}.`);
  } else if ((part === "chatbot") !== isHttp(providerUrl)) {
    problems.push("--part chatbot and --provider-url (such as http://provider:8001) go together.");
  } else {
    return { latency, replay, shape: shape.value, part, host, providerUrl };
  }
  return undefined;
}

function readFlags(args: readonly string[]): { readonly values: Texts } | { readonly problem: string } {
  try {
    const options = Object.fromEntries([...NAMES, ...WORD_NAMES].map((name) => [name, { type: "string" as const }]));
    return { values: parseArgs({ args: [...args], options: { ...options, help: { type: "boolean" } } }).values };
  } catch (error) {
    return { problem: `${error instanceof Error ? error.message : String(error)} --help lists what there is.` };
  }
}

function numberOf(name: OptionName, text: string | boolean | undefined, problems: string[]): number {
  const { fallback, min, max, ...rest }: Option = OPTIONS[name];
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  if (Number.isFinite(value) && value >= min && value <= max && (rest.whole !== true || Number.isInteger(value))) {
    return value;
  }
  const noun = rest.whole === true ? "a whole number" : "a number";
  problems.push(`--${name} must be ${noun} from ${min} to ${max}, not ${String(text)}.`);
  return fallback;
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

function isOneOf<T extends string>(known: readonly T[], word: string): word is T {
  return known.some((each) => each === word);
}

function latencyOf(numbers: Numbers, kind: LatencyKind): Latency {
  const typicalMs = numbers["first-token-ms"];
  switch (kind) {
    case "constant":
      return { kind, typicalMs };
    case "bimodal":
      return { kind, typicalMs, slowMs: numbers["slow-ms"], slowShare: numbers["slow-share"] };
    case "heavy_tailed":
      return { kind, typicalMs, spread: numbers.spread, maxMs: numbers["max-ms"] };
  }
}

function settingsOf(numbers: Numbers, { latency, shape, replay, part, host, providerUrl }: Words): DemoSettings {
  return {
    ...{ part, host },
    ...(providerUrl === "" ? {} : { providerUrl }),
    chatbotPort: numbers["chatbot-port"],
    providerPort: numbers["provider-port"],
    provider: {
      seed: numbers.seed,
      latency: latencyOf(numbers, latency),
      tokensPerSecond: numbers["tokens-per-second"],
      errorRate: numbers["error-rate"],
      concurrency: numbers.concurrency,
      maxWaiting: numbers["max-waiting"],
      shape,
    },
    replay,
    cacheSeconds: numbers["cache-seconds"],
    databasePool: numbers["database-pool"],
  };
}

function secretsOf(env: Environment): Pick<DemoSettings, "databaseUrl" | "redisUrl"> {
  const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = env;
  return { ...(databaseUrl ? { databaseUrl } : {}), ...(redisUrl ? { redisUrl } : {}) };
}
