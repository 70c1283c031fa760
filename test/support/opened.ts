import type { OpenedRun, RunId } from "../../src/model/index.ts";

/** What a run's folder is opened with. */
export function openedRun(id: string, more: Partial<OpenedRun> = {}): OpenedRun {
  return {
    schema: 1,
    id: id as RunId,
    scenario: {
      name: "chat-api",
      script: "/load_tests/script.ts",
      target: { name: "chatbot", baseUrl: "http://127.0.0.1:8000" },
      load: { pattern: "smoke", users: 5, warmup: { seconds: 5, users: 5 }, stages: [{ seconds: 60, users: 5 }] },
      objectives: [],
      params: {},
      env: {},
      secretNames: [],
    },
    trigger: "manual",
    owner: { host: "here", pid: 7, startTime: "1" },
    opened_at: "2026-11-23T02:00:00.000Z",
    ...more,
  };
}
