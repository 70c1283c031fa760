import { Lexer } from "yaml";

export const MAX_DEPTH = 64;
const MAX_TOKENS = 200_000;

export const TOO_DEEP = `the file is nested more than ${MAX_DEPTH} levels deep`;
const TOO_MUCH = `the file holds too much: at most ${MAX_TOKENS} words and signs`;

/** Markers of the lexer (start of a document, of a scalar) stand in no text. */
const MARKERS = new Set(["\u0002", "\u0018", "\u001f"]);

/**
 * Looks at the bare tokens before anything is built of them: the parser itself needs seconds and hundreds of
 * megabytes for a single megabyte of brackets (reliability 52). Gives the offset and what is too much there.
 */
export function boundsProblem(text: string): { readonly offset: number; readonly message: string } | undefined {
  const depth = new Depth();
  let [offset, tokens] = [0, 0];
  for (const token of new Lexer().lex(text)) {
    if (MARKERS.has(token)) continue;
    tokens += 1;
    if (tokens > MAX_TOKENS) return { offset, message: TOO_MUCH };
    if (depth.after(token) > MAX_DEPTH) return { offset, message: TOO_DEEP };
    offset += token.length;
  }
  return undefined;
}

/** How deep a text can be nested at most: by brackets, by `- - -` in one line, and by indentation. */
class Depth {
  readonly #indents: number[] = [];
  #brackets = 0;
  #inLine = 0;
  #atStart = true;

  after(token: string): number {
    if (/^[\r\n]/.test(token)) {
      this.#atStart = true;
      this.#inLine = 0;
      return 0;
    }
    if (this.#atStart) this.#indent(/^ +$/.test(token) ? token.length : 0);
    this.#atStart = false;
    if (token === "[" || token === "{") this.#brackets += 1;
    else if (token === "]" || token === "}") this.#brackets = Math.max(0, this.#brackets - 1);
    else if (token === "-" || token === "?") this.#inLine += 1;
    return Math.max(this.#brackets, this.#inLine, this.#indents.length);
  }

  #indent(columns: number): void {
    while ((this.#indents.at(-1) ?? -1) >= columns) this.#indents.pop();
    this.#indents.push(columns);
  }
}
