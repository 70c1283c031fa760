/** Cuts a stream of text into lines of at most `maxLength`; the rest of a longer line is dropped, never kept in memory. */
export function createLineCutter(
  maxLength: number,
  onLine: (line: string) => void,
): { push(text: string): void; end(): void } {
  let pending = "";
  let dropping = false;
  const take = (text: string): void => {
    if (!dropping) pending += text.slice(0, maxLength - pending.length);
    dropping = dropping || pending.length >= maxLength;
  };
  const flush = (): void => {
    onLine(pending);
    pending = "";
    dropping = false;
  };
  return {
    push(text) {
      let from = 0;
      for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", from)) {
        take(text.slice(from, at));
        flush();
        from = at + 1;
      }
      take(text.slice(from));
    },
    end() {
      if (pending !== "") flush();
    },
  };
}
