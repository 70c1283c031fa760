/** A real Chromium that stays off the network, for tests of pages. */
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Debian's Chromium, or the one that CHROMIUM names. The caller closes it. */
export async function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGUMENTS });
}

export interface OpenPage {
  readonly page: Page;
  /** Console errors, page errors and violations of the content security policy. */
  readonly complaints: readonly string[];
  /** Every URL that the page asked for. */
  readonly requests: readonly string[];
}

/** Opens a page in a context of its own and listens to everything it complains of or asks for. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions): Promise<OpenPage> {
  const context = await browser.newContext({ offline: true, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, complaints, requests };
}
