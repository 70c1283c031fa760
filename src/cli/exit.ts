/** Exit codes of design.md section 2; the worst of several runs wins in the judge, these are the command's own. */
export const EXIT = { ok: 0, usage: 2, broken: 4, interrupted: 130 } as const;
