import { expect, it } from "vitest";
import { isInSubnet } from "./addresses.ts";

it.each([
  ["172.18.0.2", "172.18.0.1/16", true],
  ["172.19.0.2", "172.18.0.1/16", false],
  ["fd00:1::2", "fd00:1::1/64", true],
  ["fd00:2::2", "fd00:1::1/64", false],
  ["172.18.0.2", "fd00:1::1/64", false],
  ["bot.test", "172.18.0.1/16", false],
])("%s in the subnet %s: %s", (address, subnet, isIn) => {
  expect(isInSubnet(address)(subnet)).toBe(isIn);
});
