import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startServer } from "../../test/support/server.ts";
import { NEVER, problemOf, readingsOf, watching } from "../../test/support/sources.ts";

describe("a page in Prometheus' text format", () => {
  const page = [
    "# TYPE vllm:num_requests_waiting gauge",
    'vllm:num_requests_waiting{model_name="a"} 3',
    'vllm:num_requests_waiting{model_name="b"} 4',
    "# TYPE litellm_cache_hits_metric counter",
    'litellm_cache_hits_metric_total{model="a"} 12.0',
    "# TYPE litellm_cache_misses_metric counter",
    "# TYPE vllm:time_to_first_token_seconds histogram",
    'vllm:time_to_first_token_seconds_bucket{le="+Inf"} 8',
    "vllm:time_to_first_token_seconds_sum 2.5",
    "vllm:time_to_first_token_seconds_count 8",
    "process_start_time_seconds 1.7e9",
  ].join("\n");

  it("gives the named metrics, summed over labels; a counter that has counted nothing is 0, a missing one absent", async () => {
    const server = await startServer((_, response) => void response.end(page));
    const names = [
      ...["vllm:num_requests_waiting", "litellm_cache_hits_metric", "litellm_cache_misses_metric"],
      ...["vllm:time_to_first_token_seconds", "not_there"],
    ];
    await watching({ metrics: { url: server.url, names } }, async (watch) => {
      expect(await readingsOf(watch, "metrics")).toEqual({
        "vllm:num_requests_waiting": 7,
        litellm_cache_hits_metric: 12,
        litellm_cache_misses_metric: 0,
        "vllm:time_to_first_token_seconds_sum": 2.5,
        "vllm:time_to_first_token_seconds_count": 8,
      });
    });
    await server.close();
  });

  it("gives the mean of shares, which two engines do not add up, and nothing where there are no numbers", async () => {
    const engines = [
      "# TYPE vllm:gpu_cache_usage_perc gauge",
      'vllm:gpu_cache_usage_perc{engine="0"} 0.9',
      'vllm:gpu_cache_usage_perc{engine="1"} 0.6',
      "# TYPE idle_ratio gauge",
      "idle_ratio NaN",
      "# TYPE odd_total counter",
      "odd_total NaN",
      "# TYPE no_sum histogram",
      'no_sum_bucket{le="+Inf"} 8',
      "no_sum_count 8",
      "# TYPE nan_sum summary",
      "nan_sum_sum NaN",
      "nan_sum_count 0",
      "# TYPE not_yet histogram",
    ].join("\n");
    const server = await startServer((_, response) => void response.end(engines));
    const names = ["vllm:gpu_cache_usage_perc", "idle_ratio", "odd_total", "no_sum", "nan_sum", "not_yet"];
    await watching({ metrics: { url: server.url, names } }, async (watch) => {
      expect(await readingsOf(watch, "metrics")).toEqual({
        "vllm:gpu_cache_usage_perc": 0.75,
        no_sum_count: 8,
        nan_sum_count: 0,
        not_yet_sum: 0,
        not_yet_count: 0,
      });
    });
    await server.close();
  });

  it("cAdvisor's page gives one container, at the times that it says", async () => {
    const text = readFileSync(join(import.meta.dirname, "../../test/fixtures/cadvisor.txt"), "utf8");
    const server = await startServer((_, response) => void response.end(text));
    const container = (name: string) => ({ resources: { cadvisor: { url: server.url, container: name } } });
    await watching(container("chatbench-chatbot-1"), async (watch) => {
      expect(watch.facts().machine).toEqual({ cores: 4, memoryBytes: 16_374_026_240 });
      expect(await readingsOf(watch, "cadvisor")).toEqual({
        container_cpu: 93.482_11,
        container_cpu_throttled: 1.25,
        container_memory: 81_235_968,
        container_network_receive: 1_048_576 + 2_048,
        container_network_transmit: 524_288,
        container_out_of_memory: 0,
      });
      const read = await watch.parts[0]!.read(NEVER);
      expect("readings" in read && read.readings[0]?.at).toBe(1_795_399_200_123);
    });
    await watching(container("nobody"), async (watch) => {
      await expect(readingsOf(watch, "cadvisor")).rejects.toThrow("cAdvisor knows no container nobody");
    });
    await watching(container("worker"), async (watch) => {
      await expect(readingsOf(watch, "cadvisor")).rejects.toThrow("knows 2 containers worker");
    });
    await server.close();
  });

  it("59: is asked at no address where clouds hand out credentials, however its name leads there", async () => {
    const source = { metrics: { url: "http://169.254.169.254/metrics", names: ["a"] } };
    const problem = await watching(source, (watch) => problemOf(watch, "metrics"));
    expect(problem).toContain("leads to 169.254.169.254, where clouds hand out credentials");
  });

  it.each([
    ["another page", 200, "<html>Sign in</html>", "its answer is no page in Prometheus' text format"],
    ["an error", 503, "# TYPE a gauge\na 1\n", "it answers with status 503"],
    ["a redirect", 302, "", "it answers with status 302"],
    [
      "a page without the metrics",
      200,
      "# TYPE b gauge\nb 1\n",
      "shows none of the metrics that are to be read there (a)",
    ],
  ])("%s is one sentence, and no reading", async (...[, status, text, sentence]) => {
    const server = await startServer((_request, response) => {
      response.writeHead(status, { location: "http://127.0.0.1:9/" }).end(text);
    });
    const problem = await watching({ metrics: { url: server.url, names: ["a"] } }, (watch) =>
      problemOf(watch, "metrics"),
    );
    expect(problem).toContain(sentence);
    expect(problem).not.toContain("Sign in");
    await server.close();
  });
});
