import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Pair,
  type Scalar,
  type YAMLError,
} from "yaml";
import { quote } from "./quantity.ts";
import { boundsProblem, MAX_DEPTH, TOO_DEEP } from "./yaml-bounds.ts";

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Keys and indexes from the top of the file. */
export type Path = readonly PropertyKey[];

export interface YamlFault extends Position {
  readonly message: string;
}

export interface YamlFile {
  /** Plain data: null, booleans, numbers, text, lists, and mappings without a prototype. */
  readonly value: unknown;
  /** Where the value at a path is written; of what is not there, the nearest thing above it. */
  positionOf(path: Path, at: "key" | "value"): Position;
}

export type YamlResult = { readonly file: YamlFile } | { readonly faults: readonly YamlFault[] };

const MAX_VALUES = 100_000;
const MAX_FAULTS = 20;

const TAGS = new Set(["str", "int", "float", "bool", "null", "map", "seq"].map((tag) => `tag:yaml.org,2002:${tag}`));

/** Text -> plain data with positions, or what is wrong with it. Never throws; bounded in time and memory. */
export function readYaml(text: string): YamlResult {
  const excess = boundsProblem(text);
  if (excess !== undefined) return { faults: [{ ...placeIn(text, excess.offset), message: excess.message }] };
  const lines = new LineCounter();
  // The library's own check of unique keys takes the square of their number; the walk below has one.
  const options = { lineCounter: lines, uniqueKeys: false, prettyErrors: false, version: "1.2" } as const;
  let document: Document;
  try {
    document = parseDocument(text, options);
  } catch {
    // The parser recurses, and deep indentation can exhaust the stack too.
    return { faults: [{ line: 1, column: 1, message: TOO_DEEP }] };
  }
  const at = (offset: number): Position => positionAt(lines, offset);
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0) {
    return { faults: firstPerLine(errors.map((e) => ({ ...at(e.pos[0]), message: sentence(e, text) }))) };
  }
  const walk = new Walk(at);
  const value = walk.plain(document.contents, 0);
  if (walk.faults.length > 0) return { faults: walk.faults.slice(0, MAX_FAULTS) };
  return { file: { value, positionOf: (path, where) => at(walk.offsetOf(document.contents, path, where)) } };
}

/** What follows on the same line is mostly a consequence of the first error. */
function firstPerLine(faults: readonly YamlFault[]): readonly YamlFault[] {
  return [...new Map([...faults].reverse().map((fault) => [fault.line, fault])).values()]
    .reverse()
    .slice(0, MAX_FAULTS);
}

function placeIn(text: string, offset: number): Position {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function sentence(error: YAMLError, text: string): string {
  const rest = text.slice(error.pos[0], error.pos[0] + 200);
  switch (error.code) {
    case "TAB_AS_INDENT":
      return "a tab cannot indent YAML: use spaces";
    case "MULTIPLE_DOCS":
      return "the file holds several YAML documents (---): keep one";
    default: {
      if (/^[>|][=\s]/.test(rest) || error.message.includes("Block scalar header")) {
        return 'a condition that begins with > needs quotes: write for example ">= 100"';
      }
      if (/^:\d/.test(rest) && text[error.pos[0] - 1] === "]") {
        return 'an address that begins with [ needs quotes: write for example "[::1]:8640"';
      }
      if (error.message.includes("call stack")) return TOO_DEEP;
      const [first = ""] = error.message.split("\n");
      return `not valid YAML: ${quote(first).slice(1, -1).replaceAll('\\"', '"')}`;
    }
  }
}

/** One pass from nodes to plain data that refuses what a configuration has no use for. */
class Walk {
  readonly faults: YamlFault[] = [];
  readonly #at: (offset: number) => Position;
  readonly #anchors = new Map<string, unknown>();
  readonly #aliased = new Map<unknown, unknown>();
  #values = 0;
  #tooDeep = false;

  constructor(at: (offset: number) => Position) {
    this.#at = at;
  }

  plain(node: unknown, depth: number): unknown {
    this.#values += 1;
    if (this.#values === MAX_VALUES) {
      this.#fault(node, `the file holds more than ${MAX_VALUES} values when its aliases (*name) are written out`);
    }
    if (this.#values >= MAX_VALUES) return null;
    if (depth > MAX_DEPTH && !this.#tooDeep) {
      this.#tooDeep = true;
      this.#fault(node, TOO_DEEP);
    }
    if (depth > MAX_DEPTH) return null;
    if (isAlias(node)) return this.#alias(node.source, node, depth);
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return null;
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (node.tag !== undefined && !TAGS.has(node.tag))
      this.#fault(node, `the tag ${quote(node.tag.replace("tag:yaml.org,2002:", "!!"))} is not supported`);
    if (isMap(node)) return this.#map(node.items, depth);
    return isSeq(node) ? node.items.map((item) => this.plain(item, depth + 1)) : this.#scalar(node);
  }

  #scalar(node: Scalar): unknown {
    if (typeof node.value === "number" && !Number.isFinite(node.value))
      this.#fault(node, "this is not a finite number");
    return node.value;
  }

  #alias(name: string, node: unknown, depth: number): unknown {
    const target = this.#anchors.get(name);
    if (target === undefined) {
      this.#fault(node, `there is no anchor &${quote(name).slice(1, -1)} above this alias`);
      return null;
    }
    this.#aliased.set(node, target);
    return this.plain(target, depth + 1);
  }

  #map(pairs: readonly Pair[], depth: number): unknown {
    const plain = Object.create(null) as Record<string, unknown>;
    const seen = new Map<string, unknown>();
    for (const { key, value } of pairs) {
      const name = nameOf(key);
      if (name === undefined) this.#fault(key, "a key must be plain text");
      else if (name === "<<") this.#fault(key, "merge keys (<<) are not supported: write the keys out");
      else if (name === "__proto__") this.#fault(key, 'the key "__proto__" is not allowed');
      else if (seen.has(name)) this.#fault(key, this.#twice(name, seen.get(name)));
      else plain[name] = this.plain(value, depth + 1);
      if (name !== undefined && !seen.has(name)) seen.set(name, key);
    }
    return plain;
  }

  #twice(name: string, first: unknown): string {
    return `${quote(name)} is written twice, first on line ${this.#at(startOf(first) ?? 0).line}: remove or rename one`;
  }

  #fault(node: unknown, message: string): void {
    this.faults.push({ ...this.#at(startOf(node) ?? 0), message });
  }

  offsetOf(root: unknown, path: Path, at: "key" | "value"): number {
    let node = root;
    let offset = startOf(root) ?? 0;
    for (const [index, step] of path.entries()) {
      const held = this.#aliased.get(node) ?? node;
      const pair = isMap(held) ? held.items.find(({ key }) => nameOf(key) === String(step)) : undefined;
      const next = isSeq(held) ? held.items[Number(step)] : pair?.value;
      if (pair === undefined && next === undefined) break;
      const last = index === path.length - 1;
      const empty = isScalar(next) && next.value === null && (next.source ?? "") === "";
      const key = startOf(pair?.key);
      offset = (last && at === "value" && !empty ? (startOf(next) ?? key) : (key ?? startOf(next))) ?? offset;
      node = next;
    }
    return offset;
  }
}

function nameOf(key: unknown): string | undefined {
  const value = isScalar(key) ? key.value : undefined;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;
}

function startOf(node: unknown): number | undefined {
  const range = isAlias(node) || isMap(node) || isSeq(node) || isScalar(node) ? node.range : undefined;
  return range?.[0];
}
