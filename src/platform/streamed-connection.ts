import { connect as connectTcp, type LookupFunction, type OnReadOpts, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { HTTPParser } from "http-parser-js";

export type AnswerHeaders = Readonly<Record<string, string | undefined>>;

/** What comes of one request; after `onEnd` or `onError` nothing more does. */
export interface AnswerHandlers {
  /** Right before it is written to a connection that stands. */
  onSent(): void;
  /** Names in lower case; several of one name with `, ` between them. */
  onHead(status: number, headers: AnswerHeaders): void;
  /** A piece of the body as the socket gave it, to be kept. */
  onBytes(bytes: Uint8Array): void;
  onEnd(): void;
  onError(error: Error): void;
}

export interface ConnectionInput {
  readonly origin: URL;
  readonly connectTimeoutMs: number;
  readonly lookup: LookupFunction;
  /** It stands and waits for a request. */
  onIdle(connection: Connection): void;
  onClosed(connection: Connection): void;
}

/** A connection that carries one request at a time. */
export interface Connection {
  /** Only while it waits for a request. */
  send(request: Uint8Array, handlers: AnswerHandlers): void;
  destroy(): void;
  readonly isOpen: boolean;
}

/**
 * All connections without TLS are read into this, each into its own copy before the next is: an allocation of 64 KiB
 * for each token of a stream, which is what sockets do by themselves, costs more than the token.
 */
const READ_BYTES = 64 * 1024;
const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);

/** Connects and sends the first request; where that fails, its handlers hear of it. */
export function openConnection(input: ConnectionInput, request: Uint8Array, handlers: AnswerHandlers): Connection {
  return new WireConnection(input, request, handlers);
}

class WireConnection implements Connection {
  readonly #input: ConnectionInput;
  readonly #socket: Socket;
  readonly #parser = new HTTPParser(HTTPParser.RESPONSE);
  #current: AnswerHandlers | undefined;
  #isInterim = false;
  #staysOpen = false;

  constructor(input: ConnectionInput, request: Uint8Array, handlers: AnswerHandlers) {
    this.#input = input;
    this.#current = handlers;
    this.#listenToParser();
    this.#socket = this.#connect(() => this.#write(request));
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.readable && this.#socket.writable;
  }

  send(request: Uint8Array, handlers: AnswerHandlers): void {
    this.#current = handlers;
    this.#parser.initialize(HTTPParser.RESPONSE); // whatever came behind the last answer belongs to nothing
    this.#write(request);
  }

  destroy(): void {
    this.#current = undefined;
    this.#socket.destroy();
  }

  #write(request: Uint8Array): void {
    this.#current?.onSent();
    if (this.#current !== undefined) this.#socket.write(request);
  }

  #connect(onConnected: () => void): Socket {
    const { origin, connectTimeoutMs, lookup } = this.#input;
    const host = origin.hostname.replace(/^\[(.*)\]$/, "$1");
    const isTls = origin.protocol === "https:";
    const port = origin.port === "" ? (isTls ? 443 : 80) : Number(origin.port);
    const socket: Socket = isTls
      ? connectTls({ host, port, lookup, ...nameOf(host), ALPNProtocols: ["http/1.1"] }, onConnected)
      : connectTcp({ host, port, lookup, onread: this.#reading() }, onConnected);
    socket.setNoDelay(true);
    if (isTls) socket.on("data", (bytes) => this.#read(bytes));
    socket.setTimeout(connectTimeoutMs, () =>
      socket.destroy(Object.assign(new Error("timeout"), { code: "ETIMEDOUT" })),
    );
    socket.once(isTls ? "secureConnect" : "connect", () => socket.setTimeout(0));
    socket.on("error", (error) => this.#fail(error));
    socket.on("end", () => this.#ended());
    socket.on("close", () => {
      this.#ended();
      this.#input.onClosed(this);
    });
    return socket;
  }

  #reading(): OnReadOpts {
    const callback = (length: number): boolean => {
      this.#read(Buffer.from(readBuffer.subarray(0, length)));
      return true;
    };
    return { buffer: readBuffer, callback };
  }

  #read(bytes: Buffer): void {
    // Whoever speaks without being asked is not asked again.
    if (this.#current === undefined) this.#socket.destroy();
    else this.#parse(() => this.#parser.execute(bytes));
  }

  /** The other side will say no more: an answer without a length is whole by that. */
  #ended(): void {
    if (this.#current === undefined) this.#socket.destroy();
    else this.#parse(() => this.#parser.finish());
    this.#fail(Object.assign(new Error("closed"), { code: "the connection was closed" }));
  }

  #parse(act: () => unknown): void {
    const result = act();
    if (result instanceof Error) this.#fail(result);
    else if (this.#current === undefined) this.#rest();
  }

  #listenToParser(): void {
    const parser = this.#parser;
    parser[HTTPParser.kOnHeadersComplete] = ({ statusCode, headers, shouldKeepAlive }) => {
      // 100 and 103 announce the answer; 101 would be one.
      this.#isInterim = statusCode >= 100 && statusCode < 200 && statusCode !== 101;
      this.#staysOpen = shouldKeepAlive && statusCode !== 101;
      if (!this.#isInterim) this.#current?.onHead(statusCode, headersOf(headers));
    };
    parser[HTTPParser.kOnBody] = (bytes) => this.#current?.onBytes(bytes);
    parser[HTTPParser.kOnMessageComplete] = () => {
      if (this.#isInterim) return;
      const handlers = this.#current;
      this.#current = undefined;
      handlers?.onEnd();
    };
  }

  /** The answer is whole; what was sent must be out, too, before the connection can carry another request. */
  #rest(): void {
    if (this.#staysOpen && this.isOpen && this.#socket.writableLength === 0) this.#input.onIdle(this);
    else this.#socket.destroy();
  }

  #fail(error: Error): void {
    const handlers = this.#current;
    this.#current = undefined;
    this.#socket.destroy();
    handlers?.onError(error);
  }
}

function nameOf(host: string): { readonly servername?: string } {
  return /^[\d.]+$|:/.test(host) ? {} : { servername: host };
}

function headersOf(raw: readonly string[]): AnswerHeaders {
  const headers: Record<string, string> = {};
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? "").toLowerCase();
    const value = raw[at + 1] ?? "";
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}
