/** PromQL as a tree, by its official grammar, and what lints ask of it. */
import { parser } from "@prometheus-io/lezer-promql";

export interface Node {
  readonly kind: string;
  readonly text: string;
  readonly isError: boolean;
  readonly children: readonly Node[];
}

export function parsed(expr: string): Node {
  const root: Node & { children: Node[] } = { kind: "Root", text: expr, isError: false, children: [] };
  const open = [root];
  parser.parse(expr).iterate({
    enter({ type, from, to }) {
      const node = { kind: type.name, text: expr.slice(from, to), isError: type.isError, children: [] };
      open.at(-1)?.children.push(node);
      open.push(node);
    },
    leave: () => void open.pop(),
  });
  return root;
}

/** Every node of a kind, outermost first; all nodes without one. */
export function all(node: Node, kind?: string): readonly Node[] {
  const below = node.children.flatMap((child) => all(child, kind));
  return kind === undefined || node.kind === kind ? [node, ...below] : below;
}

/** Every node of a kind with the nodes above it, the nearest last. */
export function withParents(
  node: Node,
  kind: string,
  above: readonly Node[] = [],
): readonly { readonly node: Node; readonly above: readonly Node[] }[] {
  const below = node.children.flatMap((child) => withParents(child, kind, [...above, node]));
  return node.kind === kind ? [{ node, above }, ...below] : below;
}

const child = (node: Node, kind: string): Node | undefined => node.children.find((one) => one.kind === kind);

/** `rate` of `rate(x[5m])`, `sum` of `sum by (a) (x)`. */
export function nameOf(node: Node): string {
  return (child(node, "FunctionIdentifier") ?? child(node, "AggregateOp"))?.text ?? "";
}

/** Of a selector; undefined where only matchers name it. */
export function metricOf(selector: Node): string | undefined {
  return child(selector, "Identifier")?.text;
}

export interface Matcher {
  readonly label: string;
  readonly op: string;
  readonly value: string;
}

export function matchersOf(selector: Node): readonly Matcher[] {
  return all(selector, "UnquotedLabelMatcher").map((matcher) => ({
    label: child(matcher, "LabelName")?.text ?? "",
    op: child(matcher, "MatchOp")?.text ?? "",
    value: (child(matcher, "StringLiteral")?.text ?? "").slice(1, -1),
  }));
}

/** Words of `(a, b)` behind `by`, `on`, `without` ... */
export function groupingOf(modifier: Node): readonly string[] {
  return all(modifier, "GroupingLabels")
    .slice(0, 1)
    .flatMap((labels) => all(labels, "LabelName").map(({ text }) => text));
}

const OPERATORS = "Add Sub Mul Div Mod Pow Eql EqlSingle Neq Gtr Lss Gte Lte And Or Unless Atan2".split(" ");
export const COMPARISONS = ["Eql", "EqlSingle", "Neq", "Gtr", "Lss", "Gte", "Lte"];
export const ARITHMETIC = ["Add", "Sub", "Mul", "Div", "Mod", "Pow"];

export interface Binary {
  readonly left: Node;
  readonly operator: string;
  readonly right: Node;
  /** `on (...)` and `ignoring (...)`, without their labels of group_left. */
  readonly matching: Node | undefined;
}

export function binaryOf(node: Node): Binary {
  const at = node.children.findIndex(({ kind }) => OPERATORS.includes(kind));
  const [left, operator, right] = [node.children[at - 1], node.children[at], node.children.at(-1)];
  if (left === undefined || operator === undefined || right === undefined) throw new Error(`no operator: ${node.text}`);
  return { left, operator: operator.kind, right, matching: child(node, "MatchingModifierClause") };
}

/** The one expression inside parentheses, calls and the root. */
export function inner(node: Node): Node {
  const wrapped = ["Root", "PromQL", "ParenExpr", "StepInvariantExpr"].includes(node.kind);
  const [only] = node.children;
  return wrapped && only !== undefined ? inner(only) : node;
}

export const isNumber = (node: Node): boolean =>
  ["NumberDurationLiteral", "UnaryExpr", "StringLiteral"].includes(inner(node).kind) || nameOf(inner(node)) === "time";

/** Labels that a result has: undefined where the expression keeps whatever its series have. */
export function labelsOf(wrapped: Node): ReadonlySet<string> | undefined {
  const node = inner(wrapped);
  if (node.kind === "AggregateExpr") return labelsOfAggregate(node);
  if (node.kind === "BinaryExpr") return labelsOfBinary(binaryOf(node));
  if (node.kind !== "FunctionCall") return undefined;
  const name = nameOf(node);
  if (["vector", "time", "scalar"].includes(name)) return new Set();
  // absent() keeps what its selector says.
  if (name === "absent") return new Set(matchersOf(node).flatMap(({ label, op }) => (op === "=" ? [label] : [])));
  const vector = all(node, "FunctionCallBody")[0]?.children.find((argument) => !isNumber(argument));
  const labels = vector && labelsOf(vector);
  if (name !== "label_replace" || labels === undefined) return labels;
  const target = node.children.flatMap((one) => one.children).find(({ kind }) => kind === "StringLiteral");
  return new Set([...labels, (target?.text ?? "").slice(1, -1)]);
}

/** They choose series, which keep all their labels whatever `by` says. */
const CHOOSING = ["Topk", "Bottomk"];

function labelsOfAggregate(node: Node): ReadonlySet<string> | undefined {
  const operator = child(node, "AggregateOp")?.children[0]?.kind ?? "";
  const chosen = child(node, "FunctionCallBody")?.children.find((argument) => !isNumber(argument));
  if (CHOOSING.includes(operator)) return chosen && labelsOf(chosen);
  const modifier = child(node, "AggregateModifier");
  if (modifier === undefined) return new Set();
  return child(modifier, "By") === undefined ? undefined : new Set(groupingOf(modifier));
}

function labelsOfBinary({ left, operator, right, matching }: Binary): ReadonlySet<string> | undefined {
  if (isNumber(left)) return labelsOf(right);
  const labels = labelsOf(left);
  if (operator === "Or") {
    const others = labelsOf(right);
    return labels && others && new Set([...labels].filter((label) => others.has(label)));
  }
  if (isNumber(right) || !ARITHMETIC.includes(operator) || matching === undefined) return labels;
  // One to one by `on`: only those labels are left; group_left keeps all of the left and takes some of the right.
  const many = child(matching, "GroupLeft") !== undefined;
  const taken = all(matching, "GroupingLabels")
    .slice(1)
    .flatMap((one) => all(one, "LabelName"));
  if (many) return labels && new Set([...labels, ...taken.map(({ text }) => text)]);
  return child(matching, "On") === undefined ? labels : new Set(groupingOf(matching));
}
