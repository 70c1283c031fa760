/** Short everyday words, 256 different ones: common tokenizers have each, with the space before it, as one token. */
export const WORDS: readonly string[] = (
  "the of and to in is was for on that by this with you it not or be are from at as your all have new more an we " +
  "will home can us about if page my has search free but our one other do no time they site he up may what which " +
  "their news out use any there see only so his when here who web also now help get view first been would how " +
  "were services some these click its like service than find price date back top people had list name just over " +
  "state year day into email two health world next used go work last most music buy data make them should product " +
  "system post her city add policy number such please support message after best software then good video well " +
  "where info rights public books high school through each links she review years order very book items company " +
  "read group need many user said does set under general research university mail full map reviews program life " +
  "know games way days management part could great united hotel real item international center must store travel " +
  "comments made development report off member details line terms before hotels did send right type because local " +
  "those using results office education national car design take posted internet address community within states " +
  "area want phone shipping reserved subject between forum family long based code show even black check special " +
  "prices website index being women much sign file link open today garden river window morning winter coffee letter"
).split(" ");

/** Tokens of a text by one rule that needs no tokenizer: each word and each other visible character is one. */
export function countTokens(text: string): number {
  return text.match(TOKEN)?.length ?? 0;
}

/** The tokens themselves, by the same rule. */
export function tokensOf(text: string): readonly string[] {
  return text.match(TOKEN) ?? [];
}

const TOKEN = /[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu;
