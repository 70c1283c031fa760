/** What of the target's system is watched beside the load, besides its PostgreSQL and Redis. */
import { z } from "zod";
import { httpAddress, listOf, text, whole } from "./fields.ts";

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
/** A page has thousands; who names more wants a Prometheus. */
const MOST_NAMES = 50;

const cadvisorSchema = z
  .strictObject({
    url: httpAddress({ description: "Its metrics address.", examples: ["http://127.0.0.1:8080/metrics"] }),
    container: text({
      description: "The chatbot's container, as Docker, Kubernetes or compose call it, or its id in the cgroups.",
      examples: ["chatbot"],
    }),
  })
  .meta({ title: "mapping", description: "A cAdvisor beside the chatbot's container." });

const processSchema = z
  .strictObject({
    port: whole(1, { description: "The process that listens on this port of this machine.", examples: [8000] })
      .max(65_535, { error: "a port is at most 65535" })
      .optional(),
    pid_file: text({
      description: "File that holds the number of the process, relative to this file's folder.",
      examples: ["chatbot.pid"],
    }).optional(),
  })
  .refine((one) => (one.port === undefined) !== (one.pid_file === undefined), {
    error: "a process is either { port: 8000 } or { pid_file: PATH }: exactly one of the two",
  })
  .meta({
    title: "mapping",
    description: "A process of this machine with what it has started, read from /proc.",
    oneOf: [{ required: ["port"] }, { required: ["pid_file"] }],
  });

export const resourcesSchema = z
  .strictObject({
    node_exporter: httpAddress({
      description: "Metrics address of a node_exporter on the chatbot's machine: its CPU, memory and network.",
      examples: ["http://127.0.0.1:9100/metrics"],
    }).optional(),
    cadvisor: cadvisorSchema.exactOptional(),
    process: processSchema.optional(),
  })
  .meta({
    title: "mapping",
    description:
      "Where the resource usage of the chatbot can be read; of several the closest counts: container, process, machine. Left out: of a chatbot on this machine the process that listens on its port.",
  });

export const metricsSchema = z
  .strictObject({
    url: httpAddress({
      description: "A page in Prometheus' text format, such as that of LiteLLM or vLLM.",
      examples: ["http://127.0.0.1:4000/metrics"],
    }),
    names: listOf(
      text({ description: "" }).regex(METRIC_NAME, {
        error: "names of metrics are letters, digits, _ and :, and do not begin with a digit",
      }),
      {
        description:
          "The metrics that are read there; of a histogram its plain name. Each is summed over its labels; of shares (`_ratio`, `_perc`, `_usage` and the like) the mean is taken.",
        examples: [["vllm:num_requests_waiting", "litellm_cache_hits_metric"]],
      },
    )
      .min(1, { error: "name at least one metric" })
      .max(MOST_NAMES, { error: `at most ${String(MOST_NAMES)} metrics` }),
  })
  .meta({ title: "mapping", description: "Named metrics of the chatbot or its gateway, watched during a run." });
