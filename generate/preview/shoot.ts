/** Pictures of dashboards, by Debian's Chromium (or the one that CHROMIUM names), which is asked for nothing else. */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";
import { withPalette } from "./png.ts";
import type { DashboardView } from "./view.ts";

const WIDTH = 1600;

/** Draws each dashboard in a page of its own and writes `dashboard-<uid>.png`; gives the paths. */
export async function shoot(views: readonly DashboardView[], folder: string): Promise<readonly string[]> {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const paths: string[] = [];
    for (const view of views) {
      const context = await browser.newContext({ offline: true, viewport: { width: WIDTH, height: 900 } });
      const page = await context.newPage();
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(error.message));
      await page.setContent(pageOf(view));
      if (problems.length > 0) throw new Error(`${view.uid} cannot be drawn: ${problems.join("; ")}`);
      const path = join(folder, `dashboard-${view.uid}.png`);
      writeFileSync(path, withPalette(await page.screenshot({ fullPage: true })));
      paths.push(path);
      await context.close();
    }
    return paths;
  } finally {
    await browser.close();
  }
}

/** The whole page in one text. */
export function pageOf(view: DashboardView): string {
  const uplot = dirname(createRequire(import.meta.url).resolve("uplot"));
  const read = (folder: string, name: string): string => readFileSync(join(folder, name), "utf8");
  const data = JSON.stringify(view).replaceAll("<", String.raw`\u003c`);
  const styles = [read(uplot, "uPlot.min.css"), read(import.meta.dirname, "page.css")];
  const scripts = [read(uplot, "uPlot.iife.min.js"), read(import.meta.dirname, "draw.js"), `drawDashboard(${data});`];
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${view.uid}</title>${styles.map((one) => `<style>${one}</style>`).join("")}</head><body>${scripts.map((one) => `<script>${one}</script>`).join("")}</body></html>`;
}
