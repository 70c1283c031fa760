import { X509Certificate } from "node:crypto";
import { request, type IncomingMessage } from "node:http";
import { connect, type TLSSocket } from "node:tls";
import type { FetchLimits, Fetched } from "./network.ts";

/** SHA-256 of the first certificate of a PEM text, as the other end of a connection shows it. */
export function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}

export const OTHER_CERTIFICATE = "it shows another certificate than the one it said it has";

/**
 * As fetchText, over TLS to whoever has exactly this certificate, whoever signed it and whatever its name: nothing is
 * sent to anybody else.
 */
export async function fetchPinned(
  url: URL,
  fingerprint: string,
  limits: FetchLimits,
): Promise<Fetched | { readonly problem: string }> {
  const timeout = AbortSignal.timeout(limits.timeoutMs);
  let socket: TLSSocket | undefined;
  try {
    socket = await connected(url, timeout);
    if (socket.getPeerCertificate().fingerprint256 !== fingerprint) return { problem: OTHER_CERTIFICATE };
    return await exchanged(url, { ...limits, socket, timeout });
  } catch (error) {
    return { problem: timeout.aborted ? `no answer within ${limits.timeoutMs} ms` : codeOf(error) };
  } finally {
    socket?.destroy();
  }
}

async function connected({ hostname, port }: URL, signal: AbortSignal): Promise<TLSSocket> {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  // The fingerprint says more than any authority could.
  const socket = connect({ host, port: Number(port === "" ? 443 : port), rejectUnauthorized: false });
  return await new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => socket.destroy(new Error("timeout")), { once: true });
    socket.once("error", reject).once("secureConnect", () => resolve(socket));
  });
}

type Exchange = FetchLimits & { readonly socket: TLSSocket; readonly timeout: AbortSignal };

async function exchanged(url: URL, exchange: Exchange): Promise<Fetched | { readonly problem: string }> {
  const { send, maxBytes, socket } = exchange;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request(
      {
        ...{ method: send?.method ?? "GET", headers: { host: url.host, ...send?.headers } },
        // No agent, not even `false`: any would connect by itself, to whoever is there.
        ...{ path: `${url.pathname}${url.search}`, createConnection: () => socket },
      },
      resolve,
    );
    asked.once("error", reject);
    asked.end(send?.body);
  });
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    bytes += part.byteLength;
    if (bytes > maxBytes) return { problem: `its answer is larger than ${maxBytes} bytes` };
    parts.push(part);
  }
  return { status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString("utf8") };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
