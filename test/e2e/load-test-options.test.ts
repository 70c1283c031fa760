import { describe, expect, it } from "vitest";
import { readChatOptions } from "../../load_tests/lib/chat-options.ts";
import { readStreamOptions } from "../../load_tests/lib/stream-options.ts";

// Read while the script is loaded, so that `validate` says it before any load.
describe("headers of a scenario's params", () => {
  const given = (headers: object, key = "headers"): string => JSON.stringify({ [key]: headers });

  it.each(["Transfer-Encoding", "keep-alive", "Expect", "Connection", "content-length", "TE", "trailer", "upgrade"])(
    "%s is refused by name where the stream probe decides it",
    (name) => {
      const told = `\`headers\` may not hold \`${name}\`: the connection decides it itself.`;
      expect(() => readStreamOptions(given({ [name]: "x" }))).toThrow(told);
      expect(() => readStreamOptions(given({ [name]: "KEY" }, "headers_from_secrets"))).toThrow(`may not hold`);
      expect(readChatOptions(given({ [name]: "x" })).headers).toEqual({ [name]: "x" });
    },
  );

  it.each([{ "x y": "1" }, { "": "1" }, { "x-key": "a\r\nx-more: b" }])("%j can be sent by no script", (headers) => {
    expect(() => readStreamOptions(given(headers))).toThrow("has characters that a header cannot carry");
    expect(() => readChatOptions(given(headers))).toThrow("has characters that a header cannot carry");
  });

  it("beyond Latin-1 only k6 itself can send", () => {
    const headers = { "x-cup": "\u2615" };
    expect(() => readStreamOptions(given(headers))).toThrow("has characters that a header cannot carry");
    expect(readChatOptions(given(headers)).headers).toEqual(headers);
    expect(readStreamOptions(given({ "x-cafe": "caf\u00e9" })).headers).toEqual({ "x-cafe": "caf\u00e9" });
  });
});
