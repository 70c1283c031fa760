import { Counter } from "k6/metrics";
import { complain } from "./complain.ts";
import { FAILURES } from "./socket-reading.ts";
import type { Failure, SocketAnswer } from "./socket-reading.ts";

const connections = new Counter("websocket_connections");
const reconnects = new Counter("websocket_reconnects");
const lost = new Counter("websocket_lost_messages");
const duplicated = new Counter("websocket_duplicated_messages");
const reordered = new Counter("websocket_reordered_messages");
/** `websocket_failed_by_timeout` and so on: why exchanges failed; at the end they tell it in the summary. */
const failedBy = Object.fromEntries(
  FAILURES.map((failure) => [failure, new Counter(`websocket_failed_by_${failure}`)]),
) as Readonly<Record<Failure, Counter>>;

/** `again`: within the same conversation. */
export function countConnection(again: boolean): void {
  connections.add(1);
  reconnects.add(again ? 1 : 0);
}

export function countAnswer(answer: SocketAnswer): void {
  lost.add(answer.lost);
  duplicated.add(answer.duplicated);
  reordered.add(answer.reordered);
  if (answer.broken === undefined) return;
  failedBy[answer.broken.failure].add(1);
  complain(`An exchange failed: ${answer.broken.why}.`);
}
