import { Router } from "express";
import { sendFailure } from "./errors.ts";
import type { Ledger } from "./ledger.ts";

const MOST_ENTRIES = 5_000;

/** `GET /v1/ledger/<id>` is one entry; `GET /v1/ledger?after=<index>&limit=<n>` pages through all. */
export function ledgerRoutes(ledger: Ledger): Router {
  const router = Router();
  router.get("/v1/ledger", (req, res) => {
    const after = numberOf(req.query.after, -1);
    const limit = numberOf(req.query.limit, MOST_ENTRIES);
    if (after === undefined || limit === undefined) {
      sendFailure(res, { status: 400, code: "bad_request", message: "`after` and `limit` must be whole numbers." });
      return;
    }
    res.json(ledger.list(after, Math.min(limit, MOST_ENTRIES)));
  });
  router.get("/v1/ledger/:id", (req, res) => {
    const entry = ledger.get(req.params.id);
    if (entry !== undefined) res.json(entry);
    else sendFailure(res, { status: 404, code: "not_found", message: "The ledger has no such entry, or no longer." });
  });
  return router;
}

function numberOf(given: unknown, fallback: number): number | undefined {
  if (given === undefined) return fallback;
  return typeof given === "string" && /^-?\d{1,12}$/.test(given) ? Number(given) : undefined;
}
