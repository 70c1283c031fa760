import { z } from "zod";
import type { DaemonState } from "../daemon/state-file.ts";
import type { RunRequestBody } from "../http/index.ts";
import { isRunId, type Clock, type Progress, type RunId, type RunRecord, type RunSummary } from "../model/index.ts";
import { fetchJson, jsonOf, type FetchedJson, type FetchLimits } from "../platform/network.ts";
import { fetchPinned } from "../platform/pinned.ts";
import { parseRecord } from "../record/index.ts";

const POLL_MS = 500;
const MAX_BYTES = 32 * 1024 * 1024;
const TIMEOUT_MS = 15_000;
/** How long the daemon may be silent while it runs something for us: a busy machine, not a death. */
const PATIENCE_MS = 30_000;

/** One sentence that the daemon, or its silence, has for people. */
export interface Refused {
  readonly problem: string;
}

/** As the daemon's interface wants it (POST /api/v1/runs). */
export type RunWish = Omit<RunRequestBody, "trigger">;

export interface Following {
  onProgress(progress: Progress): void;
  /** How many runs are before it in the queue. */
  onWaiting(position: number): void;
}

/** Speaks to the daemon that keeps these results, as anybody could: by its HTTP interface. */
export interface DaemonClient {
  readonly url: string;
  /** `key`: asked twice with the same one, it is one run; a daemon that says nothing is asked once more with it. */
  start(wish: RunWish, key: string): Promise<{ readonly id: RunId } | Refused>;
  /** Waits for the end of a run. */
  follow(id: RunId, following: Following): Promise<{ readonly record: RunRecord } | Refused>;
  abort(id: RunId): Promise<Refused | undefined>;
  /** What a run that has not ended does, in one sentence; undefined when it has ended or is not known. */
  doing(id: RunId): Promise<string | undefined>;
  /** Runs at work and in the queue. */
  active(): Promise<{ readonly runs: readonly RunSummary[] } | Refused>;
}

const live = z.object({
  state: z.enum(["queued", "preparing", "running", "judging"]),
  position: z.number().exactOptional(),
  progress: z
    .object({
      phase: z.enum(["starting", "warmup", "judged", "ending"]),
      elapsed_seconds: z.number(),
      total_seconds: z.number().exactOptional(),
      users: z.number(),
      requests_per_second: z.number(),
      p95_seconds: z.number().exactOptional(),
      error_ratio: z.number().exactOptional(),
      step: z.object({ number: z.number(), of: z.number() }).exactOptional(),
    })
    .exactOptional(),
});
const started = z.object({ id: z.custom<RunId>((id) => typeof id === "string" && isRunId(id)) });
const listed = z.object({ runs: z.array(z.custom<RunSummary>((run) => typeof run === "object" && run !== null)) });
const refused = z.object({
  error: z.object({ message: z.string(), problems: z.array(z.string()).exactOptional() }),
});

/** `isSilent`: there was no answer at all; what was asked may have been done or not. */
type Reply = { readonly body: unknown } | (Refused & { readonly isSilent?: true });

export function createClient(daemon: DaemonState, clock: Clock): DaemonClient {
  const ask = (path: string, send?: { body?: unknown; key?: string }): Promise<Reply> => askDaemon(daemon, path, send);
  return {
    url: daemon.url,
    async start(wish, key) {
      const first = await ask("/api/v1/runs", { body: wish, key });
      const isSilent = "problem" in first && first.isSilent === true;
      return parsed(isSilent ? await ask("/api/v1/runs", { body: wish, key }) : first, started);
    },
    follow: (id, following) => followRun(() => ask(`/api/v1/runs/${id}`), following, clock),
    async abort(id) {
      const reply = await ask(`/api/v1/runs/${id}/abort`, {});
      return "problem" in reply ? reply : undefined;
    },
    async doing(id) {
      const reply = await ask(`/api/v1/runs/${id}`);
      const { data } = live.safeParse("body" in reply ? reply.body : undefined);
      return data && sentenceOfLive(data);
    },
    async active() {
      const runs: RunSummary[] = [];
      for (const state of ["queued", "preparing", "running", "judging"]) {
        const found = parsed(await ask(`/api/v1/runs?state=${state}&limit=500`), listed);
        if ("problem" in found) return found;
        runs.push(...found.runs);
      }
      return { runs };
    },
  };
}

/** GET, or POST where there is something to send; an answer that is no success is its sentence. */
async function askDaemon(daemon: DaemonState, path: string, send?: { body?: unknown; key?: string }): Promise<Reply> {
  const headers = {
    authorization: `Bearer ${daemon.token}`,
    ...(send?.body === undefined ? {} : { "content-type": "application/json" }),
    ...(send?.key === undefined ? {} : { "idempotency-key": send.key }),
  };
  if (daemon.tls?.clientCertificate === true) return { problem: wantsCertificate(daemon) };
  const answer = await asked(daemon, path, {
    ...{ timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES },
    send: {
      method: send === undefined ? "GET" : "POST",
      headers,
      ...(send?.body === undefined ? {} : { body: JSON.stringify(send.body) }),
    },
  });
  if ("problem" in answer)
    return { problem: `the daemon at ${daemon.url} did not answer: ${answer.problem}.`, isSilent: true };
  if (answer.status < 300) return { body: answer.body };
  return { problem: sentenceOf(answer.status, answer.body) };
}

/** Behind TLS it is known by its certificate, whose print lies in a file that only its owner can write. */
async function asked({ url, tls }: DaemonState, path: string, limits: FetchLimits): Promise<FetchedJson> {
  const whole = new URL(path, url);
  return tls === undefined ? await fetchJson(whole, limits) : jsonOf(await fetchPinned(whole, tls.fingerprint, limits));
}

function wantsCertificate({ url }: DaemonState): string {
  return (
    `the daemon at ${url} speaks to nobody without a certificate (client_auth_type: RequireAndVerifyClientCert), ` +
    "and the command line has none: use its page or HTTP interface with one, or set VerifyClientCertIfGiven in its web_config_file."
  );
}

function sentenceOf(status: number, body: unknown): string {
  const told = refused.safeParse(body).data?.error;
  if (told === undefined) return `the daemon answered with status ${String(status)}.`;
  return told.problems === undefined || told.problems.length === 0 ? told.message : told.problems.join(" ");
}

function parsed<T>(reply: Reply, shape: z.ZodType<T>): T | Refused {
  if ("problem" in reply) return reply;
  const result = shape.safeParse(reply.body);
  return result.success ? result.data : { problem: "the daemon answered something that this version does not know." };
}

/** Asks twice a second until the run has its record; a daemon that is silent for long has died, and says so by that. */
async function followRun(
  ask: () => Promise<Reply>,
  following: Following,
  clock: Clock,
): Promise<{ readonly record: RunRecord } | Refused> {
  let heardAt = clock.now();
  for (;;) {
    const reply = await ask();
    if ("body" in reply) {
      heardAt = clock.now();
      const { data } = live.safeParse(reply.body);
      if (data === undefined) return recordIn(reply.body);
      tell(data, following);
    } else if (clock.now() - heardAt > PATIENCE_MS) return reply;
    await clock.sleep(POLL_MS);
  }
}

function recordIn(body: unknown): { readonly record: RunRecord } | Refused {
  const read = parseRecord(JSON.stringify(body));
  return "record" in read ? read : { problem: `the daemon's record of this run ${read.problem}.` };
}

function sentenceOfLive({ state, position, progress }: z.infer<typeof live>): string {
  if (state === "queued") return `it waits in the queue, ${String(position ?? 0)} before it.`;
  if (progress === undefined) return `it is ${state}.`;
  const { elapsed_seconds: elapsed, total_seconds: total, users } = progress;
  const time = `${elapsed.toFixed(0)}${total === undefined ? "" : ` of ${total.toFixed(0)}`} s`;
  return `it is ${state}: ${time}, ${String(users)} users. \`chatbench runs\` shows it too.`;
}

function tell({ position, progress }: z.infer<typeof live>, following: Following): void {
  if (position !== undefined) following.onWaiting(position);
  if (progress === undefined) return;
  following.onProgress({
    phase: progress.phase,
    elapsedSeconds: progress.elapsed_seconds,
    users: progress.users,
    requestsPerSecond: progress.requests_per_second,
    ...(progress.total_seconds === undefined ? {} : { totalSeconds: progress.total_seconds }),
    ...(progress.p95_seconds === undefined ? {} : { p95Seconds: progress.p95_seconds }),
    ...(progress.error_ratio === undefined ? {} : { errorRatio: progress.error_ratio }),
    ...(progress.step === undefined ? {} : { step: progress.step }),
  });
}
