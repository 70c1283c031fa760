import { describe, expect, it } from "vitest";
import { isOurHost } from "./hosts.ts";

describe("the Host of a request", () => {
  it.each([
    "localhost",
    "LOCALHOST:8640",
    "a.localhost",
    "127.0.0.1",
    "127.9.9.9:1",
    "[::1]",
    "[::1]:8640",
    "localhost.",
  ])("on loopback may be %s", (host) => expect(isOurHost(host, "127.0.0.1", [])).toBe(true));

  it.each([
    undefined,
    "",
    "evil.example",
    "localhost.evil.example",
    "192.0.2.7",
    "[2001:db8::1]",
    "127.0.0.1@evil.example",
    "a b",
    "[::1",
  ])("on loopback may not be %s", (host) => expect(isOurHost(host, "127.0.0.1", [])).toBe(false));

  it("may be a configured name with any port, but not a name that only ends alike", () => {
    const names = ["Bench.example", "ci.example:8640"];
    for (const host of ["bench.example", "BENCH.example.:443", "ci.example"]) {
      expect(isOurHost(host, "127.0.0.1", names)).toBe(true);
    }
    expect(isOurHost("evilbench.example", "127.0.0.1", names)).toBe(false);
  });

  it("beyond loopback may be any address, which no name server can give away, and no unknown name", () => {
    for (const host of ["192.0.2.7", "[2001:db8::1]:8640"]) expect(isOurHost(host, "0.0.0.0", [])).toBe(true);
    expect(isOurHost("evil.example", "0.0.0.0", [])).toBe(false);
    expect(isOurHost("bench.internal:8640", "bench.internal", [])).toBe(true);
  });
});
