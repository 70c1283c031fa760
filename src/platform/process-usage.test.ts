import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { usageOfTree } from "./process-usage.ts";

it.runIf(process.platform === "linux")(
  "counts a process with its children and theirs, and none that is gone",
  async () => {
    // A shell, a shell that it starts, and a third below that: each waits until standard input ends.
    const script = "sh -c 'sh -c \"echo up; read x; true\"; true'; true";
    const child = spawn("sh", ["-c", script], { stdio: ["pipe", "pipe", "inherit"] });
    const pid = child.pid ?? 0;
    try {
      await once(child.stdout, "data");
      const usage = usageOfTree([pid]);
      expect(usage).toMatchObject({ command: "sh", pid, processes: 3 });
      const both = usageOfTree([process.pid, pid]);
      expect(both?.processes).toBeGreaterThan(3);
      expect(both?.memoryBytes).toBeGreaterThan(usage?.memoryBytes ?? Infinity);
    } finally {
      child.stdin.end("\n");
      await once(child, "close");
    }
    expect(usageOfTree([pid])).toBeUndefined();
  },
);
