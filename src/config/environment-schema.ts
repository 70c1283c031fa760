import { z } from "zod";
import { ENVIRONMENT_DEMANDS } from "../model/index.ts";

/** What a scenario asks of its surroundings. */
export const environmentSchema = z.enum(ENVIRONMENT_DEMANDS).meta({
  title: "report or strict",
  description:
    "What becomes of a run whose surroundings violate the methodology (`chatbench doctor`): `report` tells it in the record and goes on; `strict` makes no load, and the run is invalid. Left out: `report`.",
  examples: ["strict"],
});
