import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPage, startChromium } from "../support/chromium.ts";
import { overview, pageOf, RUNS } from "../fixtures/records/pages.ts";

const shared = { browser: undefined as Browser | undefined, folder: "" };
const NAMES = [...Object.keys(RUNS), "overview"];
/** Set to a folder to keep a picture of every page: wide, narrow and dark. */
const SHOTS = process.env.REPORT_SHOTS;

beforeAll(async () => {
  shared.folder = await mkdtemp(join(tmpdir(), "chatbench-report-"));
  if (SHOTS !== undefined) await mkdir(SHOTS, { recursive: true });
  for (const name of NAMES) {
    await writeFile(join(shared.folder, `${name}.html`), name === "overview" ? overview() : pageOf(name));
  }
  shared.browser = await startChromium();
});

afterAll(async () => {
  await shared.browser?.close();
  await rm(shared.folder, { recursive: true, force: true });
});

function open(name: string, width: number, colorScheme: "light" | "dark" = "light") {
  const url = pathToFileURL(join(shared.folder, `${name}.html`)).href;
  return openPage(shared.browser!, url, { viewport: { width, height: 900 }, colorScheme });
}

async function shoot(page: Awaited<ReturnType<typeof open>>["page"], name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

describe.each(NAMES)("the page of a run that is: %s", (name) => {
  it("opens from a file, offline, without a complaint and without asking for anything", async () => {
    const { page, complaints, requests } = await open(name, 1200);
    await shoot(page, `${name}-wide`);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([page.url()]);
    expect(await page.locator("h1").count()).toBe(1);
    await page.context().close();
  });

  it.each([320, 360, 640, 641, 1200])("does not scroll sideways at %i px", async (width) => {
    const { page } = await open(name, width);
    if (width === 360) await shoot(page, `${name}-narrow`);
    const [inner, outer] = await page.evaluate<[number, number]>(
      "[document.documentElement.scrollWidth, window.innerWidth]",
    );
    expect(inner).toBeLessThanOrEqual(outer);
    await page.context().close();
  });

  it("is dark for those who ask for it", async () => {
    const background = "getComputedStyle(document.body).backgroundColor";
    const dark = await open(name, 1200, "dark");
    await shoot(dark.page, `${name}-dark`);
    const light = await open(name, 1200, "light");
    expect(await dark.page.evaluate(background)).not.toBe(await light.page.evaluate(background));
    await dark.page.context().close();
    await light.page.context().close();
  });

  it("prints dark on white, in the wide form, even for those who like it dark", async () => {
    const { page } = await open(name, 718, "dark");
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
    expect(await page.evaluate("getComputedStyle(document.body).color")).toBe("rgb(26, 31, 38)");
    expect(await page.locator(".narrow:visible").count()).toBe(0);
    await page.context().close();
  });

  it("shows each picture once, with a title and a description", async () => {
    const { page } = await open(name, 1200);
    const pictures = page.locator("svg[role=img]:visible");
    for (const picture of await pictures.all()) {
      expect(await picture.locator("> title").textContent()).toMatch(/\w/);
      expect(await picture.locator("> desc").textContent()).toMatch(/\w/);
    }
    const ids = await page.evaluate<string[]>("[...document.querySelectorAll('[id]')].map((e) => e.id)");
    expect(new Set(ids).size).toBe(ids.length);
    await page.context().close();
  });
});

describe("case 61, markup in scenario, target, reason, condition, environment and thresholds", () => {
  it("stays text: no element of it exists and nothing runs", async () => {
    const { page, complaints } = await open("hostile", 1200);
    expect(await page.locator("script, img, iframe, object, link, form").count()).toBe(0);
    expect(complaints).toEqual([]);
    expect(await page.locator("h1").textContent()).toBe(RUNS.hostile?.().record.scenario);
    await page.context().close();
  });

  it("is under a policy that would stop it even if it were not escaped", async () => {
    const planted = pageOf("hostile").replace(
      "</main>",
      "<script>document.title='owned'</script><img src='http://127.0.0.1:9/x'></main>",
    );
    await writeFile(join(shared.folder, "planted.html"), planted);
    const { page, complaints } = await open("planted", 1200);
    expect(await page.title()).not.toBe("owned");
    expect(complaints.filter((text) => text.includes("Content Security Policy"))).toHaveLength(2);
    await page.context().close();
  });
});
