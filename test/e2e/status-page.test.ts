import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { busy, crowd, empty, malicious, single } from "../fixtures/records/views.ts";
import { openPage, startChromium, type OpenPage } from "../support/chromium.ts";
import { serveStatus, type StatusServer } from "../support/status-server.ts";
import type { StatusView } from "../../src/report/index.ts";

const shared = { browser: undefined as Browser | undefined };
const opened: StatusServer[] = [];
const VIEWS = { empty, single, busy, crowd, malicious } as const;

beforeAll(async () => {
  shared.browser = await startChromium();
});

afterEach(async () => {
  for (const context of shared.browser?.contexts() ?? []) await context.close();
  for (const server of opened.splice(0)) await server.die();
});

afterAll(async () => {
  await shared.browser?.close();
});

type Options = Parameters<typeof openPage>[2];

/** Longer than the two seconds after which the page asks by itself. */
const PATIENCE = { timeout: 8000 };

async function open(view: StatusView, options: Options = {}): Promise<OpenPage & { readonly server: StatusServer }> {
  const server = await serveStatus(view);
  opened.push(server);
  const viewport = { width: 1280, height: 900 };
  return { ...(await openPage(shared.browser!, server.url, { offline: false, viewport, ...options })), server };
}

/** Asks now instead of after two seconds, as when somebody comes back to the page. */
async function comeBack(page: Page): Promise<void> {
  await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
}

/** The focused element, the part it belongs to, and whether it is in view. */
function focused(page: Page): Promise<unknown> {
  return page.evaluate(
    "((e, at) => [e.tagName, e.closest('[data-key]')?.dataset.key, at.top >= 0 && at.top < innerHeight])(document.activeElement, document.activeElement.getBoundingClientRect())",
  );
}

function hide(page: Page, hidden: boolean): Promise<unknown> {
  return page.evaluate(`Object.defineProperty(document,"hidden",{configurable:true,get:()=>${String(hidden)}})`);
}

describe.each(Object.entries(VIEWS))("the status page with %s", (_, view) => {
  it("breaks no rule of its policy, asks for nothing but itself, and has each id and each picture once, told in words", async () => {
    const { page, complaints, requests, server } = await open(view());
    await comeBack(page);
    await expect.poll(() => server.asked(), PATIENCE).toBeGreaterThan(1);
    expect(complaints).toEqual([]);
    expect(new Set(requests)).toEqual(new Set([page.url()]));
    expect(await page.locator("h1").count()).toBe(1);
    expect(await page.locator("main img, main script, main iframe, main form").count()).toBe(0);
    const ids = await page.evaluate<string[]>("[...document.querySelectorAll('[id]')].map((e) => e.id)");
    expect(new Set(ids).size).toBe(ids.length);
    expect(await page.locator("svg[role=img]:not([aria-label*=P95])").count()).toBe(0);
    expect(await page.locator("table:not(:has(> caption)), thead th:not([scope=col])").count()).toBe(0);
  });

  it("does not scroll sideways on a phone or anywhere else, whatever is opened", async () => {
    const { page } = await open(view());
    await page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true");
    for (const width of [320, 360, 640, 641, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const [inner, outer] = await page.evaluate<[number, number]>(
        "[document.documentElement.scrollWidth, window.innerWidth]",
      );
      expect.soft(inner, `${width} px`).toBeLessThanOrEqual(outer);
    }
  });
});

describe("by keyboard", () => {
  it("begins with a skip link that can be seen, and leads past the links to the content", async () => {
    const { page } = await open(busy());
    await page.keyboard.press("Tab");
    const box = await page.locator(".skip").boundingBox();
    expect(await page.evaluate("document.activeElement.className")).toBe("skip");
    expect(box?.y).toBeGreaterThanOrEqual(0);
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
  });

  it("reaches every link and every fold in the order of the page, each with a visible ring", async () => {
    const { page } = await open(busy());
    const wanted = await page.locator("a[href]:visible, summary:visible").count();
    const order: number[] = [];
    for (let step = 0; step < wanted; step += 1) {
      await page.keyboard.press("Tab");
      const [at, ring] = await page.evaluate<[number, string]>(
        "[[...document.querySelectorAll('a[href], summary')].indexOf(document.activeElement), getComputedStyle(document.activeElement).outlineStyle]",
      );
      expect(ring).toBe("solid");
      order.push(at);
    }
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(new Set(order).size).toBe(wanted);
  });

  it("opens and closes a table of targets, and no update closes it again", async () => {
    const { page, server } = await open(busy());
    const summary = page.locator("[data-key=scenario-chat-api] summary");
    await summary.focus();
    await page.keyboard.press("Enter");
    const table = page.locator("[data-key=scenario-chat-api] table");
    expect(await table.isVisible()).toBe(true);
    server.show(busy(320));
    await expect.poll(() => page.locator("#running .elapsed").textContent(), PATIENCE).toContain("5 min 20 s");
    expect(await table.isVisible()).toBe(true);
    expect(await focused(page)).toEqual(["SUMMARY", "scenario-chat-api", true]);
  });
});

describe("while it is looked at", () => {
  it("shows new numbers by itself without being loaded again, at the same place and with the same focus", async () => {
    const { page, server } = await open(busy(10), { viewport: { width: 1280, height: 500 } });
    await page.evaluate("window.same = true");
    const link = page.locator("[data-key='run-20261123T033000Z-chat-spike-b81x'] a");
    await link.focus();
    const before = await page.evaluate<number>("scrollY");
    expect(before).toBeGreaterThan(500);
    const after = busy(400);
    const [spike] = after.queued;
    const again = { ...after.runs[0]!, id: "20261123T095900Z-my-chat-zz99" };
    server.show({ ...after, runs: [again, ...after.runs], queued: after.queued.filter((run) => run !== spike) });
    await expect
      .poll(() => page.locator("#running .elapsed").textContent(), PATIENCE)
      .toBe("6 min 40 s of 11 min, judged window");
    expect(await page.locator("#running [aria-live]").textContent()).toBe("chat-api: Running, judged window.");
    expect(await page.locator("progress").getAttribute("value")).toBe("61");
    expect(await page.locator("#queue tbody tr").count()).toBe(2);
    expect(await page.locator("#runs tbody tr").first().getAttribute("data-key")).toBe(`run-${again.id}`);
    expect(await page.evaluate("window.same")).toBe(true);
    expect(await focused(page)).toEqual(["A", "run-20261123T033000Z-chat-spike-b81x", true]);
  });

  it("becomes what a page loaded anew would be, from any view to any other", async () => {
    const { page, server } = await open(empty());
    const main = "document.getElementById('main').innerHTML.replaceAll(' open=\"\"', '')";
    for (const view of [busy(), crowd(), single(), malicious(), busy(400), empty(), busy(20)]) {
      server.show(view);
      const asked = server.asked();
      await comeBack(page);
      await expect.poll(() => server.asked(), PATIENCE).toBeGreaterThan(asked);
      const fresh = await openPage(shared.browser!, server.url, { offline: false });
      const wanted = await fresh.page.evaluate<string>(main);
      await fresh.page.context().close();
      await expect.poll(() => page.evaluate<string>(main).then((text) => text === wanted), PATIENCE).toBe(true);
    }
  });

  it("asks nothing while it is hidden, and at once when it is seen again", async () => {
    const { page, server } = await open(busy(10));
    await hide(page, true);
    await page.waitForLoadState("networkidle"); // what it had asked before is answered
    const still = server.asked();
    server.show(busy(200));
    // Nothing happens that could be waited for: longer than the two seconds after which it would ask.
    await page.waitForTimeout(2600);
    expect(server.asked()).toBe(still);
    await hide(page, false);
    await comeBack(page);
    await expect.poll(() => server.asked(), { timeout: 1000 }).toBe(still + 1);
    await expect.poll(() => page.locator("#running .elapsed").textContent(), PATIENCE).toContain("3 min 20 s");
  });

  it("is loaded as a whole when the program behind it is another", async () => {
    const { page, server } = await open(busy());
    await page.evaluate("window.same = true");
    server.change((markup) => markup.replace("base-uri 'none'; form", "base-uri 'none'; img-src 'none'; form"));
    await comeBack(page);
    await expect
      .poll(() => page.evaluate("window.same === undefined && document.readyState === 'complete'"), PATIENCE)
      .toBe(true);
  });
});

describe("when the daemon does not answer", () => {
  it("says so and how old the state is, marks it as old, and is well again when the daemon is", async () => {
    const { page, server } = await open(busy(10));
    const told = page.locator("#gone");
    expect(await told.isVisible()).toBe(false);
    await server.die();
    await comeBack(page);
    await expect.poll(() => told.isVisible(), PATIENCE).toBe(true);
    expect(await page.locator("#gone-why[role=alert]").textContent()).toBe(
      "Chatbench does not answer. Below is what was last heard, not what is now.",
    );
    expect(await page.locator("#gone-age").textContent()).toMatch(/^Last heard \d+ s ago\./);
    expect(await page.title()).toMatch(/^\(no answer\) /);
    expect(await page.evaluate("getComputedStyle(document.querySelector('#running h2'), '::after').content")).toContain(
      "when last heard",
    );
    const first = await page.locator("#gone-age").textContent();
    await expect.poll(() => page.locator("#gone-age").textContent(), PATIENCE).not.toBe(first);
    server.show(busy(60));
    await server.revive();
    await expect.poll(() => told.isVisible(), PATIENCE).toBe(false);
    expect(await page.locator("#running .elapsed").textContent()).toContain("1 min of 11 min");
    expect(await page.title()).not.toContain("no answer");
  });

  it("tells an answer that is an error from none", async () => {
    const { page, server } = await open(busy());
    server.refuse(503);
    await comeBack(page);
    await expect
      .poll(() => page.locator("#gone-why").textContent(), PATIENCE)
      .toContain("Chatbench answers with status 503.");
    server.change(() => "<p>A page of something else</p>");
    await comeBack(page);
    await expect
      .poll(() => page.locator("#gone-why").textContent(), PATIENCE)
      .toContain("something else than this page.");
    expect(await page.locator("#running .work").count()).toBe(1);
  });
});

describe("for everybody", () => {
  it("is dark for those who ask for it", async () => {
    const background = "getComputedStyle(document.body).backgroundColor";
    const { page } = await open(busy(), { colorScheme: "dark" });
    expect(await page.evaluate(background)).toBe("rgb(18, 22, 27)");
    await page.emulateMedia({ colorScheme: "light" });
    expect(await page.evaluate(background)).toBe("rgb(252, 252, 251)");
  });

  it("is whole without script, and loads itself again", async () => {
    const { page, server } = await open(busy(), { javaScriptEnabled: false });
    expect(await page.locator("#running .work").count()).toBe(1);
    expect(await page.locator("footer").textContent()).toContain("loaded again every 5 s");
    await expect.poll(() => server.asked(), PATIENCE).toBeGreaterThan(1);
  });
});

it("case 61: is under a policy that stops a planted script and a planted handler", async () => {
  const { page, server } = await open(malicious());
  server.change((markup) =>
    markup.replace("</main>", "<script>document.title='owned'</script><b onclick='1'>x</b></main>"),
  );
  const planted = await openPage(shared.browser!, page.url(), { offline: false });
  expect(await planted.page.title()).not.toBe("owned");
  expect(planted.complaints.filter((text) => text.includes("Content Security Policy")).length).toBeGreaterThan(0);
});
