import { InvalidArgumentError } from "commander";
import { parseDuration } from "../config/index.ts";

/** `-u`: a whole number of at least one user. */
export function usersOption(text: string): number {
  const users = Number(text);
  if (!/^\d+$/.test(text) || users < 1)
    throw new InvalidArgumentError(`it must be a whole number of at least 1, such as 50.`);
  return users;
}

/** `-d`: a duration with its unit, in seconds. */
export function durationOption(text: string): number {
  const parsed = parseDuration(text);
  if ("problem" in parsed) throw new InvalidArgumentError(parsed.problem);
  return parsed.value;
}

/** `-n`: a whole number of at least one. */
export function countOption(text: string): number {
  return usersOption(text);
}
