#!/usr/bin/env node
import { CommanderError } from "commander";
import { fileURLToPath } from "node:url";
import { createConsole } from "./cli/console.ts";
import { EXIT } from "./cli/exit.ts";
import { createProgram } from "./cli/program.ts";
import { createEngines, createK6Engine, createLocustEngine } from "./engine/index.ts";
import type { Engine, Probes } from "./model/index.ts";
import { createProbes, withProbes } from "./probe/index.ts";
import { systemClock } from "./platform/clock.ts";
import { processorCount } from "./platform/processors.ts";
import { realMachine, type Machine } from "./platform/machine.ts";

// The only composition root: everything that touches the machine is made here and handed down.

/** A file beside this one, compiled or (under test) as source. */
function besideUs(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** `home`: the folder of the repository, with a slash. */
function enginesOf({ env }: Machine, home: string): Engine {
  const [inherited, clock] = [env, systemClock];
  return createEngines({
    k6: createK6Engine({
      search: {
        searchPath: env.PATH ?? "",
        folders: [`${home}.tools/bin`],
        ...(env.CHATBENCH_K6 && { named: env.CHATBENCH_K6 }),
      },
      runtimeFile: besideUs(import.meta.url.endsWith(".ts") ? "engine/k6/runtime.ts" : "engine/k6/runtime.js"),
      ...{ inherited, clock },
    }),
    locust: createLocustEngine({
      search: {
        own: `${home}.tools/locust/bin/python`,
        ...(env.CHATBENCH_LOCUST && { named: env.CHATBENCH_LOCUST }),
      },
      program: besideUs("engine/locust/runtime/chatbench_locust.py"),
      ...{ inherited, clock },
    }),
  });
}

/** A thread in TypeScript does not start: from the sources the probe works in this one. */
function probes(): Probes {
  const compiled = !import.meta.url.endsWith(".ts");
  const module = compiled && { threadModule: new URL("probe/thread.js", import.meta.url) };
  return createProbes({ processors: processorCount(), ...module });
}

/** Runs one command line and returns its exit code. */
export async function main(args: readonly string[], machine: Machine): Promise<number> {
  let exitCode: number = EXIT.ok;
  const home = fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? ".." : "../..", import.meta.url));
  const program = createProgram({
    machine,
    console: createConsole(machine),
    clock: systemClock,
    engine: withProbes(enginesOf(machine, home), probes(), systemClock),
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
