import { pino } from "pino";
import type { Log, LogFields } from "../model/index.ts";
import type { Output } from "./machine.ts";

type Level = "info" | "warn" | "error";

/** Events as JSON lines (time, level, part, msg, fields) for machines; short lines on a terminal. */
export function createLogger(output: Output, part: string): Log {
  return output.isTerminal ? createPlain(output) : createJson(output, part);
}

function createJson(output: Output, part: string): Log {
  const logger = pino(
    {
      base: { part },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    { write: (line) => output.write(line) },
  );
  const at =
    (level: Level) =>
    (message: string, fields: LogFields = {}): void =>
      logger[level](fields, message);
  return { info: at("info"), warn: at("warn"), error: at("error") };
}

const SIGNS: Readonly<Record<Level, string>> = { info: "", warn: "warning: ", error: "error: " };

/** What people need beside the sentence; ids and times are for machines. */
const TOLD = ["error", "problem", "reason", "address", "count", "problems", "records", "runs"] as const;

function createPlain(output: Output): Log {
  const at =
    (level: Level) =>
    (message: string, fields: LogFields = {}): void =>
      output.write(`${timeOfDay()}  ${SIGNS[level]}${message}${told(fields)}\n`);
  return { info: at("info"), warn: at("warn"), error: at("error") };
}

function told(fields: LogFields): string {
  const parts = TOLD.filter((name) => fields[name] !== undefined).map((name) => `${name}: ${String(fields[name])}`);
  return parts.length === 0 ? "" : ` (${parts.join(", ").replaceAll("\n", "\n  ")})`;
}

function timeOfDay(): string {
  return new Date().toISOString().slice(11, 19);
}
