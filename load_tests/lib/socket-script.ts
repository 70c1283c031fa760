// A chat over WebSocket: one connection a conversation, one exchange a message, timed inside k6.
import { setTimeout } from "k6/timers";
import { complain } from "./complain.ts";
import { beginExchange } from "./exchange.ts";
import type { Exchange } from "./exchange.ts";
import { socketUrl } from "./options.ts";
import { prime } from "./prime.ts";
import { readSecretHeaders } from "./secret-headers.ts";
import { connect } from "./socket.ts";
import type { Socket } from "./socket.ts";
import { countAnswer, countConnection } from "./socket-counts.ts";
import { messageWriter } from "./socket-messages.ts";
import type { SocketOptions } from "./socket-options.ts";
import { readings } from "./socket-reading.ts";
import type { Broken, SocketAnswer } from "./socket-reading.ts";
import { createTalks } from "./talk.ts";
import type { Talk } from "./talk.ts";
import { tell } from "./told.ts";

export interface SocketScript {
  readonly conversation: () => Promise<void>;
  readonly setup: () => Promise<void>;
}

/** The connection of one conversation; it is made again when it broke. */
interface Line {
  socket?: Socket;
  connections: number;
  sent: number;
}

interface Asked {
  readonly answer: SocketAnswer;
  /** When the message was to be sent, and when it was: milliseconds since 1970. */
  readonly dueMs: number;
  readonly sentMs: number;
}

/** k6 tells whole milliseconds, rounded down: the middle of one is wrong by half of one at most, and not one-sidedly. */
const now = (): number => Date.now() + 0.5;

/** To be called in init code, once. */
export function socketScript(params: SocketOptions): SocketScript {
  const talks = createTalks(params);
  const ask = asks(params);
  return {
    async conversation() {
      const talk = talks.next();
      const line: Line = { connections: 0, sent: 0 };
      for (let turn = 1; turn <= talk.turns.length; turn += 1) {
        const exchange = beginExchange();
        end(exchange, await ask(line, talk, turn));
        const pause = talk.pauseSeconds(turn);
        if (pause > 0) await new Promise<void>((resolve) => setTimeout(() => resolve(), pause * 1000));
      }
      line.socket?.close();
    },
    async setup() {
      await prime(talks, async (talk) => {
        const line: Line = { connections: 0, sent: 0 };
        for (let turn = 1; turn <= talk.turns.length; turn += 1) {
          const { answer } = await ask(line, talk, turn);
          if (answer.broken !== undefined) return answer.broken.why;
        }
        line.socket?.close();
        return undefined;
      });
    },
  };
}

function asks(params: SocketOptions) {
  const url = socketUrl(__ENV.CHATBENCH_WEBSOCKET_URL, __ENV.CHATBENCH_TARGET_URL) + params.path;
  const timeoutMs = params.timeout_seconds * 1000;
  const write = messageWriter(params);
  const begin = readings(params);
  /** Of this user alone: k6 gives each its own copy of the script. */
  const user: { headers?: Readonly<Record<string, string>> } = {};

  return async (line: Line, talk: Talk, turn: number): Promise<Asked> => {
    user.headers ??= { ...params.headers, ...(await readSecretHeaders(params.headers_from_secrets)) };
    const id = `${talk.id}-${(line.sent += 1)}`;
    const reading = begin(id);
    const dueMs = now();
    const noLine = await opened(line, () => connect({ url, headers: user.headers ?? {}, timeoutMs }));
    const sentMs = now();
    const broken = noLine ?? (await line.socket?.exchange(write(talk, turn, id), reading, timeoutMs));
    const answer = reading.end(broken);
    // What comes after a failure belongs to nobody: the next message begins on a connection of its own.
    if (answer.broken !== undefined) line.socket?.close();
    return { answer, dueMs, sentMs };
  };
}

/** Makes the connection if there is none; tells why it could not. */
async function opened(line: Line, dial: () => ReturnType<typeof connect>): Promise<Broken | undefined> {
  if (line.socket?.isOpen() === true) return undefined;
  countConnection(line.connections > 0);
  line.connections += 1;
  delete line.socket;
  const connected = await dial();
  if ("broken" in connected) return connected.broken;
  line.socket = connected.socket;
  return undefined;
}

function end(exchange: Exchange, { answer, dueMs, sentMs }: Asked): void {
  if (answer.broken?.own === true) {
    exchange.lost();
    complain(`An exchange was lost: ${answer.broken.why}.`);
    return;
  }
  countAnswer(answer);
  const since = (atMs: number): number => Math.max(0, atMs - sentMs);
  const [first] = answer.contentMs;
  const last = answer.contentMs.at(-1);
  const { firstByteMs, firstTokenMs, cached, usage } = answer;
  exchange.end({
    good: answer.broken === undefined,
    dispatchDelayMs: sentMs - dueMs,
    gapsMs: answer.contentMs.slice(1).map((atMs, index) => atMs - (answer.contentMs[index] ?? atMs)),
    ...(firstByteMs !== undefined && { firstByteMs: since(firstByteMs) }),
    ...(first !== undefined && { firstContentMs: since(first) }),
    ...(last !== undefined && { lastContentMs: since(last) }),
    ...(firstTokenMs !== undefined && { firstTokenMs: since(firstTokenMs) }),
    ...(usage !== undefined && { outputTokens: usage.completion_tokens }),
    ...(cached !== undefined && { cached }),
  });
  if (answer.broken === undefined) tell(answer);
}
