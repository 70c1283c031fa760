// What a script or a target could do beyond its run: series without end, and ways to addresses that are nobody's target.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { steady } from "../support/k6.ts";
import { benchmark } from "../support/run.ts";
import { startServer } from "../support/server.ts";

describe("48: a script that tags a million addresses", () => {
  it("is ended with a sentence before it fills the memory of k6 and Prometheus", async () => {
    const script = `import { Counter } from "k6/metrics"; const seen = new Counter("seen");
export default function () {
  for (let i = 0; i < 500; i++) seen.add(1, { address: "https://bot.test/c/" + __VU + "-" + __ITER + "-" + i });
}`;
    const record = await benchmark({ script, load: steady(4, 120) }, (ran) => ran.record);
    expect(record).toMatchObject({ state: "error", verdict: null, reason: { code: "too_many_series" } });
    const series = Number(/without end, ([\d,]+) by then/.exec(record.reason?.text ?? "")?.[1]?.replaceAll(",", ""));
    expect(series).toBeGreaterThan(100_000);
    expect(series).toBeLessThan(1_000_000);
    expect(Date.parse(record.ended_at) - Date.parse(record.started_at)).toBeLessThan(110_000);
  });

  it("is not hindered where it names its requests by what they have in common", async () => {
    const server = await startServer();
    const script = `import http from "k6/http";
export default function () {
  http.get(__ENV.CHATBENCH_TARGET_URL + "/c/" + __VU + "-" + __ITER, { tags: { name: "conversation" } });
}`;
    const record = await benchmark({ script, baseUrl: server.url, load: steady(2, 1) }, (ran) => ran.record);
    await server.close();
    expect(record.state).toBe("finished");
  });
});

describe("59: a target that sends its callers elsewhere", () => {
  it.each(["169.254.169.254", "[fe80::1]", "100.100.100.200"])("cannot send a script to %s", async (host) => {
    const server = await startServer((_, response) => {
      response.writeHead(302, { location: `http://${host}/latest/meta-data/` }).end();
    });
    const script = `import http from "k6/http";
export const options = { blacklistIPs: ["10.9.8.0/24"] };
export default function () {
  const own = http.get("http://10.9.8.7/", { timeout: 500 });
  const answer = http.get(__ENV.CHATBENCH_TARGET_URL, { timeout: 2000 });
  console.error(JSON.stringify([own.error, answer.error, answer.status]));
}`;
    await benchmark({ script, baseUrl: server.url, load: steady(1, 1) }, async ({ record, folder }) => {
      const log = await readFile(join(folder, "k6.log"), "utf8");
      expect(log.match(/is in a blacklisted range/g)?.length).toBeGreaterThanOrEqual(2);
      expect(record).toMatchObject({ verdict: "fail" });
    });
    await server.close();
  });
});
