import { placedLinks, type RuleLinks } from "./rules.ts";

interface Variable {
  readonly name?: unknown;
  readonly type?: unknown;
}

/**
 * A shipped dashboard with the links of one installation in its two hidden constants, from which every link of its
 * panels is made. Everything else stays as it is; a text that is not JSON comes back as it was, for Grafana to complain.
 */
export function placeDashboard(text: string, links: RuleLinks): string {
  const placed: Readonly<Record<string, string | undefined>> = { ...placedLinks(links) };
  try {
    const dashboard = JSON.parse(text) as { readonly templating?: { readonly list?: readonly Variable[] } };
    const list = (dashboard.templating?.list ?? []).map((variable) => {
      const to = variable.type === "constant" && typeof variable.name === "string" ? placed[variable.name] : undefined;
      return to === undefined ? variable : { ...variable, query: beginOf(to) };
    });
    return `${JSON.stringify({ ...dashboard, templating: { ...dashboard.templating, list } }, null, 2)}\n`;
  } catch {
    return text;
  }
}

/** What paths are put behind: without a slash at the end, and without what the address asks for. */
function beginOf(address: string): string {
  const { origin, pathname } = new URL(address);
  return origin + pathname.replace(/\/+$/, "");
}
