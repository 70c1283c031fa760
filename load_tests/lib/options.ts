// The options of our scripts (`params:` of a scenario): read once, checked in full, refused in one clear sentence.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

/** One named option: the value if it is right, or throws a sentence that names it. */
export type Reader<T> = (name: string, value: Json) => T;

function refuse(name: string, wanted: string, value: Json): never {
  throw new Error(`CHATBENCH_PARAMS: \`${name}\` must be ${wanted}, not ${JSON.stringify(value)}.`);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A number from `min` to `max`. */
export function number(min: number, max: number): Reader<number> {
  return (name, value) =>
    typeof value === "number" && value >= min && value <= max
      ? value
      : refuse(name, `a number from ${min} to ${max}`, value);
}

/** A whole number from `min` to `max`. */
export function whole(min: number, max: number): Reader<number> {
  return (name, value) =>
    typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
      ? value
      : refuse(name, `a whole number from ${min} to ${max}`, value);
}

/** Text that matches; `wanted` says what it must be. */
export function text(pattern: RegExp, wanted: string): Reader<string> {
  return (name, value) => (typeof value === "string" && pattern.test(value) ? value : refuse(name, wanted, value));
}

export const texts: Reader<readonly string[]> = (name, value) =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string" && item !== "")
    ? (value as string[])
    : refuse(name, "a non-empty list of texts", value);

export const textByName: Reader<Readonly<Record<string, string>>> = (name, value) =>
  isObject(value) && Object.values(value).every((item) => typeof item === "string")
    ? (value as Readonly<Record<string, string>>)
    : refuse(name, "an object of texts", value);

/** Headers of a request by name; `refused` are names that are not the scenario's to give. */
export function headers(refused: readonly string[] = [], values = /^[^\x00-\x08\x0a-\x1f\x7f]*$/): typeof textByName {
  return (name, value) => {
    const given = textByName(name, value);
    for (const [header, text] of Object.entries(given)) {
      if (refused.includes(header.toLowerCase()))
        throw new Error(`CHATBENCH_PARAMS: \`${name}\` may not hold \`${header}\`: the connection decides it itself.`);
      if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(header) || !values.test(text))
        throw new Error(
          `CHATBENCH_PARAMS: \`${name}\`: the name or the value of ${JSON.stringify(header)} has characters that a header cannot carry.`,
        );
    }
    return given;
  };
}

export const object: Reader<JsonObject> = (name, value) => (isObject(value) ? value : refuse(name, "an object", value));

/** Parses the JSON of CHATBENCH_PARAMS; nothing given is no options. Refuses names that nobody reads. */
export function parseOptions(json: string | undefined, known: readonly string[]): JsonObject {
  if (json === undefined || json === "") return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw new Error("CHATBENCH_PARAMS is not valid JSON.");
  }
  if (!isObject(parsed)) throw new Error("CHATBENCH_PARAMS must be a JSON object.");
  const unknown = Object.keys(parsed).find((name) => !known.includes(name));
  if (unknown === undefined) return parsed;
  throw new Error(`CHATBENCH_PARAMS: \`${unknown}\` is no option of this script; it has: ${known.join(", ")}.`);
}

/** The base URL of the chatbot under test without trailing slash. */
export function targetUrl(url: string | undefined): string {
  const base = url === undefined || url === "" ? "http://127.0.0.1:8000" : url;
  if (/^https?:\/\/[^/?#\s]+[^?#\s]*$/.test(base)) return base.replace(/\/+$/, "");
  throw new Error("CHATBENCH_TARGET_URL must be an http or https URL without query, such as http://127.0.0.1:8000.");
}

/** A reader for each option of a script. */
export type Readers<T> = { readonly [K in keyof Required<T>]: Reader<Required<T>[K]> };

/** Reads the JSON of CHATBENCH_PARAMS over `defaults`; throws one clear sentence about the first option that is wrong. */
export function readOptions<T extends object>(
  json: string | undefined,
  { readers, defaults }: { readonly readers: Readers<T>; readonly defaults: T },
): T {
  const given = parseOptions(json, Object.keys(readers));
  const read = Object.entries(given).map(([name, value]) => {
    const reader = readers[name as keyof T] as Reader<unknown>;
    return [name, reader(name, value)];
  });
  return { ...defaults, ...(Object.fromEntries(read) as Partial<T>) };
}

/** The base URL of the chatbot's WebSocket without trailing slash. */
export function socketUrl(url: string | undefined, targetAt: string | undefined): string {
  const base = url === undefined || url === "" ? targetUrl(targetAt).replace(/^http/, "ws") : url;
  if (/^wss?:\/\/[^/?#\s]+[^?#\s]*$/.test(base)) return base.replace(/\/+$/, "");
  throw new Error("CHATBENCH_WEBSOCKET_URL must be a ws or wss URL without query, such as ws://127.0.0.1:8000.");
}
