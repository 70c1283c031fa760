// A probe in a thread of its own: it ends with its process, however that ends, and a busy daemon does not delay it.
import { onFirstMessage, threadData, tellParent } from "../platform/thread-side.ts";
import { serveProbe } from "./serve.ts";

const { targetUrl, token } = threadData() as { targetUrl: string; token: string };
const server = await serveProbe({ targetUrl, token });
onFirstMessage(() => void server.close());
tellParent({ kind: "ready", url: server.url });
