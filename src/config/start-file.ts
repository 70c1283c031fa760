export interface StartFileOptions {
  /** Folder of the k6 scripts, as the file shall name it. */
  readonly scripts?: string;
  /** Where the JSON Schema lies, for editors; left out: no line for it. */
  readonly schema?: string;
}

/** The commented file that `chatbench init` writes: it validates as it stands, and shows every other key. */
export function startFile(options: StartFileOptions = {}): string {
  const scripts = options.scripts ?? "load_tests";
  const modeline = options.schema === undefined ? "" : `# yaml-language-server: $schema=${options.schema}\n`;
  const folder = options.scripts === undefined ? "# scripts: load_tests" : `scripts: ${JSON.stringify(scripts)}`;
  const script =
    options.scripts === undefined ? "load_tests/k6_api_test.ts" : JSON.stringify(`${scripts}/k6_api_test.ts`);
  return `${modeline}# What Chatbench measures. Check it with \`chatbench validate\`; every key: docs/configuration.md

targets:
  chatbot:
    base_url: http://127.0.0.1:8000 # your chatbot
    # postgres: { url: { env: TARGET_DATABASE_URL } } # its database, watched during a run
    # redis: { url: redis://127.0.0.1:6379 }
    # resources: { node_exporter: http://127.0.0.1:9100/metrics }
    # uptime: ">= 99.9%" # over 30 days; { objective: ">= 99.9%", window: 7d }: over others; health_path: /healthz

scenarios:
  chat-api:
    script: ${script}
    target: chatbot
    pattern: smoke # ramp, sustained, spike, soak; own: as the script says; or { name: sustained, users: 20, duration: 2m }
    objectives:
      latency_p95: "< 200ms"
      error_rate: "< 1%"
      # latency_p99: "< 500ms" # needs 1,000 answers
      # concurrent_users: ">= 10"
      # throughput: ">= 50/s"
      # k6.my_timer.p95: "< 0.5" # a metric of your script, in its own unit (seconds for times)
    # params: { path: /api/chat } # options of the script
    # prompts: { distinct: 200, repeat: { zipf: 1.1 } } # or { file: prompts/my.jsonl }; cache: cold, primed or warm
    # secrets: { API_KEY: { env: CHATBOT_API_KEY } } # or { file: api-key.secret }; what is none: env: { LANGUAGE: de }
    # max_duration: 20m # traffic: stream (k6_stream_test.ts: answers timed token by token), websocket
    # schedule: { cron: "0 2 * * *", timezone: UTC } # further: overlap, catch_up, jitter, blackout, paused

${folder} # every script lies in this folder
# results: { folder: results, keep_runs: 200, keep_days: 90 }
# prometheus: { url: http://127.0.0.1:9090 } # left out: the local one, if it runs
# server: { listen: "127.0.0.1:8640" } # beyond this machine: also web_config_file, token
# database: { url: { env: CHATBENCH_DATABASE_URL } } # left out: DATABASE_URL, else an embedded one
# queue: { concurrent_runs: 1, length: 100 }
# links: { grafana: http://127.0.0.1:3000 }
`;
}
