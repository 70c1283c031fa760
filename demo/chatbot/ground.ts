import { Ledger } from "../http/ledger.ts";
import type { LedgerPage } from "../http/ledger.ts";
import type { ChatbotParts } from "./answering.ts";

/**
 * Every POST that reached a chat route and every message over a WebSocket is one request; each ends in exactly one of
 * the other three.
 */
export interface ChatbotStats {
  readonly requests: number;
  readonly answered: number;
  readonly bad_requests: number;
  readonly failed: number;
  /** Of the answered ones. */
  readonly cached: number;
}

export type Totals = { -readonly [K in keyof ChatbotStats]: number };

/** What all routes of the chatbot share. */
export interface ChatbotGround {
  readonly parts: ChatbotParts;
  readonly totals: Totals;
  readonly ledger: Ledger;
  readonly log: (line: string) => void;
}

export function chatbotGround(parts: ChatbotParts, log: (line: string) => void): ChatbotGround {
  const totals = { requests: 0, answered: 0, bad_requests: 0, failed: 0, cached: 0 };
  return { parts, totals, ledger: new Ledger(), log };
}

/** Counts a request and opens its page; `receivedMs` is `performance.now()` of its arrival. */
export function begin({ totals, ledger }: ChatbotGround, receivedMs: number): LedgerPage {
  totals.requests += 1;
  return ledger.open(`chat-${totals.requests}`, totals.requests, receivedMs);
}
