// The rehearsal on PGlite: scripts are applied and taken back in the page, and what is different is shown.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { pictures } from "./browser.mjs";
import { openPart, site, until, verdict, violations } from "./pages.mjs";

const made = site();
const withPage = (body, options) => made.page(body, options);
const PATIENCE = { timeout: 120_000 }; // a fresh PostgreSQL takes seconds, on a busy machine many

async function offer(page, sql) {
  await page.click("text=Or paste a SQL script");
  await page.fill("#script", sql);
  await page.selectOption("#dialect", "postgresql");
  await page.click("text=Check the script");
  await verdict(page);
  await openPart(page, "rehearsal");
}

async function rehearse(page) {
  await page.click(".rehearsal-offer button");
  await page.waitForSelector(".rehearsal-part .timeline", PATIENCE);
}

test("rows that a script changes come back, in tables made from what it says; nothing is fetched from elsewhere", async () => {
  await withPage(async ({ page, requested }) => {
    assert.ok(!requested.some((url) => url.includes("/pglite/")), "the database is not loaded before it is asked for");
    await offer(page, `UPDATE "Lead" SET "Name" = 'x' WHERE "IsActive" = true;\nDELETE FROM "UsrLog" WHERE "Text" <> '';\nINSERT INTO "UsrLog" ("Id", "Text") VALUES (gen_random_uuid(), 'a');\n`);
    assert.deepEqual(await violations(page), []);
    await rehearse(page);
    assert.ok(requested.some((url) => url.includes("/pglite/")));
    assert.match(await page.textContent(".compare-verdict"), /Everything came back/);
    assert.match(await page.textContent(".rehearsal-part"), /PostgreSQL \d+.*Lead, UsrLog|PostgreSQL \d+.*Lead and UsrLog/s);
    assert.equal(await page.locator(".timeline li.good").count(), 1);
    const lists = await page.$$eval(".compare-lists section", (sections) => sections.map((section) => section.textContent));
    assert.match(lists[0], /Nothing is different/);
    assert.match(lists[1], /Lead/);
    assert.match(lists[1], /UsrLog/);
    assert.deepEqual(await violations(page), []);
    await page.screenshot({ path: join(pictures, "rehearsal.png"), fullPage: true });
  }, { bypassCSP: true });
});

test("under the policy: what the database in the page cannot do is said, and the rest is rehearsed", async () => {
  await withPage(async ({ page }) => {
    await offer(page, `CREATE EXTENSION dblink;\n`);
    await rehearse(page);
    assert.match(await page.textContent(".compare-verdict"), /None of the scripts/);
    assert.match(await page.textContent(".timeline .note"), /dblink/);
  });
});

test("a rehearsal is cancelled at once, and the page goes on", async () => {
  await withPage(async ({ page }) => {
    await offer(page, `UPDATE "Lead" SET "Name" = 'x';\n`);
    await page.click(".rehearsal-offer button");
    await page.waitForSelector(".rehearsal-running");
    await page.click(".rehearsal-running button");
    await until(page, () => document.querySelector(".rehearsal-offer .notice")?.textContent.includes("cancelled"));
    await openPart(page, "scripts");
  });
});
