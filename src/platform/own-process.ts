import { hostname } from "node:os";
import type { Owner } from "../model/index.ts";
import { ownPlace } from "./place.ts";
import { startTimeOf } from "./process-identity.ts";

/** This process, as others of this machine and of the same database know it. */
export async function ownProcess(): Promise<Owner> {
  const place = await ownPlace();
  return {
    ...{ host: hostname(), pid: process.pid, startTime: (await startTimeOf(process.pid)) ?? "unknown" },
    ...(place && { place: `${place.boot} ${place.namespace}` }),
  };
}
