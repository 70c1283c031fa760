import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { startedByScan, usageOfTree } from "./process-usage.ts";

const isLinux = process.platform === "linux";

it.runIf(isLinux).each([
  ["by what each process has started", undefined],
  ["by what every process names as its parent", startedByScan],
])("counts a process with its children and theirs, %s", async (_, startedBy) => {
  const child = spawn("sh", ["-c", "(sh -c 'read x; true' <&3 & echo up; wait) 3<&0"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    await once(child.stdout, "data");
    const pid = child.pid ?? 0;
    const usage = usageOfTree([pid], startedBy?.());
    expect(usage).toMatchObject({ command: "sh", pid });
    expect(usage?.processes).toBeGreaterThanOrEqual(2);
    const all = usageOfTree([process.pid, pid], startedBy?.());
    expect(all?.processes).toBeGreaterThan(usage?.processes ?? 0);
    expect(all?.memoryBytes).toBeGreaterThan(usage?.memoryBytes ?? Infinity);
  } finally {
    child.stdin.end("\n");
    await once(child, "close");
  }
  expect(usageOfTree([child.pid ?? 0], startedBy?.())).toBeUndefined();
});
