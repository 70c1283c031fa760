/** `work` never twice at once: asked for while it is at work, it is done once more afterwards, for all who asked. */
export function serial(work: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const begin = async (): Promise<void> => {
    try {
      current = work();
      await current;
    } finally {
      current = undefined;
    }
  };
  const after = async (running: Promise<void>): Promise<void> => {
    await running.catch(() => undefined); // told to those who asked for that one
    await Promise.resolve(); // its end is noted first
    next = undefined;
    await begin();
  };
  return () => next ?? (current === undefined ? begin() : (next = after(current)));
}
