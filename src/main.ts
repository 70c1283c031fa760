#!/usr/bin/env node
import { CommanderError } from "commander";
import { fileURLToPath } from "node:url";
import { createConsole } from "./cli/console.ts";
import { EXIT } from "./cli/exit.ts";
import { createProgram } from "./cli/program.ts";
import { createK6Engine } from "./engine/index.ts";
import { systemClock } from "./platform/clock.ts";
import { realMachine, type Machine } from "./platform/machine.ts";

// The only composition root: everything that touches the machine is made here and handed down.

/** Runs one command line and returns its exit code. */
export async function main(args: readonly string[], machine: Machine): Promise<number> {
  let exitCode: number = EXIT.ok;
  const home = fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? ".." : "../..", import.meta.url));
  const program = createProgram({
    machine,
    console: createConsole(machine),
    clock: systemClock,
    engine: createK6Engine({
      search: {
        searchPath: machine.env.PATH ?? "",
        folders: [`${home}.tools/bin`],
        ...(machine.env.CHATBENCH_K6 && { named: machine.env.CHATBENCH_K6 }),
      },
      inherited: machine.env,
      runtimeFile: fileURLToPath(
        new URL(import.meta.url.endsWith(".ts") ? "engine/k6/runtime.ts" : "engine/k6/runtime.js", import.meta.url),
      ),
      clock: systemClock,
    }),
    home,
    exitWith: (code) => (exitCode = code),
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
}

if (import.meta.filename === process.argv[1] || process.argv[1]?.endsWith("/chatbench") === true) {
  const code = await main(process.argv.slice(2), realMachine());
  process.exitCode = code;
}
