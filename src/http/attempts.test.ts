import { describe, expect, it } from "vitest";
import { Attempts } from "./attempts.ts";

const clockAt = (state: { now: number }) => ({ now: () => state.now, sleep: () => Promise.resolve() });

describe("failed attempts", () => {
  it("are heard twenty times, then one a second", () => {
    const state = { now: 0 };
    const attempts = new Attempts(clockAt(state));
    for (let tried = 0; tried < 20; tried += 1) {
      expect(attempts.waitSeconds("192.0.2.1")).toBe(0);
      attempts.take("192.0.2.1");
    }
    expect(attempts.waitSeconds("192.0.2.1")).toBe(1);
    state.now += 999;
    expect(attempts.waitSeconds("192.0.2.1")).toBe(1);
    state.now += 1;
    expect(attempts.waitSeconds("192.0.2.1")).toBe(0);
    attempts.take("192.0.2.1");
    expect(attempts.waitSeconds("192.0.2.1")).toBe(1);
  });

  it("of one client are not another's, but a whole IPv6 subnet is one client", () => {
    const attempts = new Attempts(clockAt({ now: 0 }));
    for (let tried = 0; tried < 20; tried += 1) attempts.take(`2001:db8:0:1::${String(tried)}`);
    expect(attempts.waitSeconds("2001:db8:0:1::ffff")).toBe(1);
    expect(attempts.waitSeconds("2001:db8:0:2::1")).toBe(0);
    expect(attempts.waitSeconds("::ffff:192.0.2.1")).toBe(0);
  });

  it("that were right count for nothing, and a clock set back gives nothing away", () => {
    const state = { now: 1_000_000 };
    const attempts = new Attempts(clockAt(state));
    for (let tried = 0; tried < 100; tried += 1) {
      attempts.take("192.0.2.1");
      attempts.giveBack("192.0.2.1");
    }
    expect(attempts.waitSeconds("192.0.2.1")).toBe(0);
    for (let tried = 0; tried < 20; tried += 1) attempts.take("192.0.2.1");
    state.now = 0;
    expect(attempts.waitSeconds("192.0.2.1")).toBe(1);
  });

  it.each(["", "fe80::1%eth0", "not an address"])("of the address %j are counted too", (address) => {
    const attempts = new Attempts(clockAt({ now: 0 }));
    for (let tried = 0; tried < 20; tried += 1) attempts.take(address);
    expect(attempts.waitSeconds(address)).toBe(1);
  });
});
