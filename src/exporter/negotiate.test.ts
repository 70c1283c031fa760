import fc from "fast-check";
import { expect, it } from "vitest";
import { negotiated } from "./negotiate.ts";

const TEXT = "text/plain; version=0.0.4; charset=utf-8";
const OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8";

it.each([
  ["nothing", undefined, TEXT],
  ["an empty header", "", TEXT],
  ["anything", "*/*", TEXT],
  ["any text", "text/*;q=0.5", TEXT],
  ["text without a version", "text/plain", TEXT],
  ["a browser", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", TEXT],
  ["only what we cannot write", "application/json", TEXT],
  ["only protobuf", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited", TEXT],
  [
    "Prometheus 2.42",
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    OPEN,
  ],
  [
    "Prometheus 3",
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
    `${OPEN}; escaping=allow-utf-8`,
  ],
  [
    "Prometheus 3 with native histograms",
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,*/*;q=0.2",
    `${OPEN}; escaping=allow-utf-8`,
  ],
  ["OpenMetrics without a version", "application/openmetrics-text", OPEN],
  ["the draft of it", "application/openmetrics-text;version=0.0.1;escaping=dots", OPEN.replace("1.0.0", "0.0.1")],
  ["a version of it that is not there", "application/openmetrics-text;version=2.0.0,*/*;q=0.1", TEXT],
  [
    "the newer text",
    'text/plain; version="1.0.0"; escaping=underscores',
    "text/plain; version=1.0.0; charset=utf-8; escaping=underscores",
  ],
  [
    "an escaping that nobody knows",
    "text/plain;version=1.0.0;escaping=rot13",
    "text/plain; version=1.0.0; charset=utf-8",
  ],
  ["text liked better", "application/openmetrics-text;q=0.3,text/plain;version=0.0.4;q=0.7", TEXT],
  ["equals: the first", "text/plain,application/openmetrics-text", TEXT],
  ["what is refused", "application/openmetrics-text;q=0,text/plain;q=0.1", TEXT],
  ["all refused", "application/openmetrics-text;q=0,text/plain;q=0,*/*;q=0", TEXT],
  ["other cases and spaces", " Application/OpenMetrics-Text ; Version=1.0.0 ; Q=0.9 , */* ; q=0.1", OPEN],
  ["a type named as what every object has", "__proto__,constructor;q=0.5", TEXT],
  ["a quality that is none", "application/openmetrics-text;q=high", TEXT],
])("%s", (_, accept, contentType) => {
  expect(negotiated(accept).contentType).toBe(contentType);
});

it("whatever is asked for, there is an answer, and its type says its format", () => {
  const part = fc.constantFrom(
    "text/plain",
    "application/openmetrics-text",
    "*/*",
    "q=0.5",
    "version=1.0.0",
    ",",
    ";",
    "x",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(part).map((parts) => parts.join(";")),
      ),
      (accept) => {
        const { format, contentType } = negotiated(accept);
        expect(contentType.startsWith("application/openmetrics-text; version=")).toBe(format === "openmetrics");
        expect(contentType).toMatch(/^[\w/-]+; version=[\d.]+; charset=utf-8(?:; escaping=[\w-]+)?$/);
      },
    ),
  );
});
