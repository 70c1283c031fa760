import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import type { ChatbotGround } from "./ground.ts";
import { cacheUseOf } from "./input.ts";
import { SocketChat } from "./socket-chat.ts";

export interface ChatSockets {
  readonly attach: (server: Server) => void;
  /** Lets answers under way finish, cuts what is left after `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

const MAX_MESSAGE_BYTES = 64 * 1024;
const HEARTBEAT_MS = 30_000;
const GRACE_MS = 5_000;

/** The chatbot over WebSocket at `/ws`; `SocketChat` says in what words. */
export function chatSockets(ground: ChatbotGround): ChatSockets {
  const wss = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  const chats = new Map<WebSocket, SocketChat>();
  wss.on("connection", (socket: WebSocket, req: IncomingMessage) => {
    const simulate = req.headers["x-simulate"];
    const chat = new SocketChat(ground, socket, {
      cache: cacheUseOf(req.headers["cache-control"]),
      ...(typeof simulate === "string" ? { simulate } : {}),
    });
    chats.set(socket, chat);
    socket.on("close", () => chats.delete(socket));
    watch(socket);
  });
  return {
    attach: (server) => server.on("upgrade", upgrade(wss)),
    close: async (graceMs = GRACE_MS) => {
      const cut = setTimeout(() => wss.clients.forEach((socket) => socket.terminate()), graceMs);
      await Promise.all(
        [...chats].map(async ([socket, chat]) => {
          const closed = new Promise((resolve) => socket.once("close", resolve));
          chat.finish();
          await closed;
        }),
      );
      clearTimeout(cut);
      wss.close();
    },
  };
}

function upgrade(wss: WebSocketServer) {
  return (req: IncomingMessage, stream: Duplex, head: Buffer): void => {
    if (new URL(req.url ?? "/", "http://127.0.0.1").pathname !== "/ws") {
      stream.end("HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    wss.handleUpgrade(req, stream, head, (socket) => wss.emit("connection", socket, req));
  };
}

/** A peer that vanished without a word is noticed by the pong that does not come. */
function watch(socket: WebSocket): void {
  const state = { alive: true };
  const timer = setInterval(() => {
    if (!state.alive) socket.terminate();
    state.alive = false;
    socket.ping();
  }, HEARTBEAT_MS);
  socket.on("pong", () => (state.alive = true));
  socket.on("close", () => clearInterval(timer));
  // Such as a message that is too large: ws closes the connection itself.
  socket.on("error", () => undefined);
}
