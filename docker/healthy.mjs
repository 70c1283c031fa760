// Health check of our containers: exit 0 when the address answers 200.  node docker/healthy.mjs URL [TOKEN_FILE]
import { readFileSync } from "node:fs";

const TIMEOUT_MS = 3_000;
const [url, tokenFile] = process.argv.slice(2);
try {
  const headers = tokenFile === undefined ? {} : { authorization: `Bearer ${readFileSync(tokenFile, "utf8").trim()}` };
  const { status } = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (status !== 200) process.stdout.write(`${url} answered ${status}\n`);
  process.exitCode = status === 200 ? 0 : 1;
} catch (error) {
  process.stdout.write(`${url}: ${error.cause?.code ?? error.message}\n`);
  process.exitCode = 1;
}
