/** The keys of the daemon itself: where it listens, where it keeps its queue, how much it does at a time. */
import { z } from "zod";
import { databaseAddress, hostName, listen, listOf, secret, text, whole } from "./fields.ts";

export const serverSchema = z
  .strictObject({
    listen: listen({
      description:
        "Host and port of `chatbench serve`: 127.0.0.1:8640, [::1]:8640, or :8640 for every IPv4 address of the machine; port 0 takes a free one. Beyond this machine it needs a `web_config_file`.",
      examples: [":8640"],
    }).prefault("127.0.0.1:8640"),
    web_config_file: text({
      description:
        "Users (bcrypt) and TLS in the web configuration format of Prometheus, relative to this file's folder.",
      examples: ["web.yml"],
    }).optional(),
    token: secret({
      description:
        "What starts or stops a run by HTTP sends this in `Authorization: Bearer`. Left out: drawn at each start, for the commands of this machine alone.",
      examples: [{ env: "CHATBENCH_TOKEN" }],
    }).optional(),
    allowed_hosts: listOf(hostName({ description: "" }), {
      description:
        "Further host names by which browsers reach the daemon, without port; loopback, the host of `listen` and that of `links.chatbench` are allowed anyway.",
      examples: [["bench.example.org"]],
    }).default([]),
  })
  .meta({ title: "mapping", description: "Where `chatbench serve` listens, and who may use it." });

export const databaseSchema = z
  .strictObject({
    url: databaseAddress("postgres", {
      description: "Chatbench's own PostgreSQL (15 or newer), which several daemons may share.",
      examples: ["postgres://127.0.0.1:5432/chatbench", { env: "CHATBENCH_DATABASE_URL" }],
    }),
  })
  .meta({
    title: "mapping",
    description:
      "Where queue, slots and the index of runs are kept. Left out: the environment variable DATABASE_URL, else an embedded database in the results folder.",
  });

export const queueSchema = z
  .strictObject({
    concurrent_runs: whole(1, {
      description: "Most runs at work at the same time, on different targets; each disturbs the others' figures.",
    }).default(1),
    length: whole(1, { description: "Most runs that wait; what comes then is refused." }).default(100),
  })
  .meta({ title: "mapping", description: "How many runs there may be." });

export type ServerInput = z.output<typeof serverSchema>;
export type DatabaseInput = z.output<typeof databaseSchema>;
