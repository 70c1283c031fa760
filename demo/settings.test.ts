import { describe, expect, it } from "vitest";
import { HELP, readSettings } from "./settings.ts";

describe("the settings of the demo", () => {
  it("has a default for everything, and a flag wins over the environment", () => {
    expect(readSettings([], {})).toMatchObject({ kind: "start", settings: { chatbotPort: 8000, providerPort: 8001 } });
    const asked = readSettings(["--chatbot-port", "0"], { CHATBOT_PORT: "9000", PROVIDER_PORT: "9001" });
    expect(asked).toMatchObject({ settings: { chatbotPort: 0, providerPort: 9001 } });
  });

  it("reads what streams look like and how cached ones are replayed", () => {
    expect(readSettings(["--stream", "gap_ms=50, ending=cut"], { CHATBOT_REPLAY: "one_chunk" })).toMatchObject({
      settings: { replay: "one_chunk", provider: { shape: { gap_ms: 50, ending: "cut" } } },
    });
  });

  it("takes the addresses of databases only from the environment", () => {
    const asked = readSettings([], { DATABASE_URL: "postgres://x", REDIS_URL: "" });
    expect(asked).toMatchObject({ settings: { databaseUrl: "postgres://x" } });
    expect(asked).not.toHaveProperty("settings.redisUrl");
    expect(readSettings(["--database-url", "postgres://x"], {}).kind).toBe("problem");
  });

  it("starts one part alone, on other addresses than loopback, where containers want that", () => {
    expect(readSettings([], {})).toMatchObject({ settings: { part: "both", host: "127.0.0.1" } });
    const env = { DEMO_PART: "chatbot", DEMO_HOST: "0.0.0.0", PROVIDER_URL: "http://provider:8001/" };
    expect(readSettings([], env)).toMatchObject({
      settings: { part: "chatbot", host: "0.0.0.0", providerUrl: "http://provider:8001" },
    });
    const together = "--part chatbot and --provider-url (such as http://provider:8001) go together.";
    expect(readSettings(["--part", "chatbot"], {})).toEqual({ kind: "problem", problem: together });
    expect(readSettings([], { PROVIDER_URL: "http://provider:8001" })).toEqual({ kind: "problem", problem: together });
  });

  it.each([
    [["--part", "half"], "--part must be one of both, chatbot, provider, not half."],
    [["--chatbot-port", "80.5"], "--chatbot-port must be a whole number from 0 to 65535, not 80.5."],
    [["--error-rate", "2"], "--error-rate must be a number from 0 to 1, not 2."],
    [["--seed", "abc"], "--seed must be a whole number from 0 to 2147483648, not abc."],
    [["--latency", "odd"], "--latency must be one of constant, bimodal, heavy_tailed, not odd."],
    [["--replay", "odd"], "--replay must be one of words, one_chunk, not odd."],
    [["--stream", "burst=-1"], "--stream: `burst` must be a whole number from 0 to 1000000, not -1."],
  ])("refuses %j in one sentence", (args, problem) => {
    expect(readSettings(args, {})).toEqual({ kind: "problem", problem });
  });

  it("lists every option in its help", () => {
    expect(readSettings(["--help"], {})).toEqual({ kind: "help" });
    for (const flag of ["--chatbot-port", "--latency", "--error-rate", "DATABASE_URL"]) expect(HELP).toContain(flag);
  });
});
