// The page, used as people use it, in a real Chromium: dropped files, samples, broken uploads, cancel,
// keyboard, a phone's width. Needs web-demo/dist (npm run build --prefix web-demo).
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { readSamples } from "../../web-demo/samples.mjs";
import { dist, launch, open, pictures, root, serve } from "./browser.mjs";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const samples = readSamples();
let server;
let browser;
let shut;

before(async () => {
  assert.ok(existsSync(join(dist, "index.html")), "web-demo/dist is missing: npm run build --prefix web-demo");
  server = await serve();
  ({ browser, close: shut } = await launch());
});

after(async () => {
  await shut?.();
  server?.close();
});

// Opens the page, runs `body`, and then demands that nothing went wrong on the way.
async function withPage(body, options) {
  const opened = await open(browser, server.url, options);
  try {
    await opened.page.waitForSelector("[data-sample]");
    await body(opened);
    const foreign = opened.requested.filter((url) => !url.startsWith(server.url) && !url.startsWith("blob:"));
    assert.deepEqual(foreign, [], "requests that leave the page's own folder");
    assert.deepEqual(opened.trouble, []);
  } finally {
    await opened.context.close();
  }
}

async function dropFiles(page, files) {
  const transfer = await page.evaluateHandle((list) => {
    const data = new DataTransfer();
    for (const { name, base64 } of list) data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
    return data;
  }, files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString("base64") })));
  for (const type of ["dragenter", "dragover", "drop"]) await page.dispatchEvent("main", type, { dataTransfer: transfer });
}

const verdict = (page) => page.waitForSelector("#verdict");
const runSample = async (page, id) => {
  await page.click(`[data-sample="${id}"]`);
  await verdict(page);
};

// Playwright's own waitForFunction evaluates text in the page, which the policy forbids.
async function until(page, condition, argument) {
  for (let tries = 0; tries < 1500; tries += 1) {
    const value = await page.evaluate(condition, argument);
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return assert.fail(`waited in vain for ${condition}`);
}

async function violations(page) {
  await page.evaluate(axeSource);
  const { violations: found } = await page.evaluate(() => globalThis.axe.run());
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ").slice(0, 300)}`);
}

async function downloadedReport(page) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Download the report")]);
  return JSON.parse(readFileSync(await download.path(), "utf8"));
}

test("the policy is the strict one", () => {
  const html = readFileSync(join(dist, "index.html"), "utf8");
  const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(html)?.[1];
  assert.equal(policy, "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; "
    + "style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'");
  assert.doesNotMatch(html, /https?:\/\//, "the page names another host");
});

for (const sample of samples) {
  test(`sample ${sample.id}: a report, the same as under node, and accessible`, async () => {
    await withPage(async ({ page }) => {
      await runSample(page, sample.id);
      assert.ok((await page.textContent("#verdict")).trim().length > 5);
      const report = await downloadedReport(page);
      assert.equal(report.schema, "backstay.report/1");
      assert.ok(report.inputs.every((input) => input.kind !== null), "the sample was read");
      assert.equal(await page.locator(".answer").count(), 3);
      const groups = new Set(report.findings.map((finding) => `${finding.severity} ${finding.rule}`));
      assert.equal(await page.locator(".groups > .group").count(), groups.size);
      await page.screenshot({ path: join(pictures, `sample-${sample.id}.png`), fullPage: true });
    });
    for (const colorScheme of ["light", "dark"]) {
      await withPage(async ({ page }) => {
        await runSample(page, sample.id);
        assert.deepEqual(await violations(page), []);
      }, { bypassCSP: true, colorScheme });
    }
  });
}

test("the start page is accessible in light and dark", async () => {
  for (const colorScheme of ["light", "dark"]) {
    await withPage(async ({ page }) => {
      assert.deepEqual(await violations(page), []);
      await page.screenshot({ path: join(pictures, `start-${colorScheme}.png`), fullPage: true });
    }, { bypassCSP: true, colorScheme });
  }
});

test("dropped files are checked together, without a network request", async () => {
  await withPage(async ({ page, requested }) => {
    await until(page, () => performance.getEntriesByName("backstay-ready").length > 0);
    const before = requested.length;
    const archives = samples.filter((sample) => !sample.folder).slice(0, 2);
    await dropFiles(page, archives.map((sample) => ({ name: sample.name, bytes: readFileSync(sample.source) })));
    await verdict(page);
    assert.equal(await page.locator(".inputs p").count(), archives.length);
    assert.deepEqual(requested.slice(before), [], "a preflight asked the network");
  });
});

test("a chosen folder keeps the paths of its files", async () => {
  const folder = join(mkdtempSync(join(tmpdir(), "backstay-folder-")), "UsrPage");
  mkdirSync(join(folder, "SqlScripts", "UsrOne"), { recursive: true });
  writeFileSync(join(folder, "descriptor.json"), JSON.stringify({
    Descriptor: { UId: "6b4c1f5e-9a37-4b0d-8a54-0c2f5a1d3e77", PackageVersion: "1.0.0", Name: "UsrPage", ModifiedOnUtc: "/Date(1700000000000)/", Maintainer: "Us", DependsOn: [] },
  }));
  writeFileSync(join(folder, "SqlScripts", "UsrOne", "descriptor.json"), JSON.stringify({
    Descriptor: { UId: "0c0b9a0e-52f1-4a5d-9a40-6ad8c83f5b11", Name: "UsrOne", ModifiedOnUtc: "/Date(1700000000000)/", DBEngineType: 2, InstallType: 1, DependsOn: [] },
  }));
  writeFileSync(join(folder, "SqlScripts", "UsrOne", "UsrOne.sql"), 'UPDATE "Lead" SET "Name" = \'x\';\n');
  await withPage(async ({ page }) => {
    await page.setInputFiles(".choose-folder", folder);
    await verdict(page);
    const report = await downloadedReport(page);
    assert.equal(report.inputs[0].path, "UsrPage");
    assert.equal(report.packages[0].name, "UsrPage");
    assert.ok(report.findings.some((finding) => finding.rule === "sql/update-data" && finding.file.endsWith("SqlScripts/UsrOne/UsrOne.sql")));
  });
  rmSync(folder, { recursive: true });
});

test("a broken upload says what is wrong, and the next one works", async () => {
  await withPage(async ({ page }) => {
    const whole = readFileSync(samples.find((sample) => sample.name.endsWith(".zip")).source);
    await dropFiles(page, [{ name: "cut-off.zip", bytes: whole.subarray(0, whole.length >> 1) }]);
    await verdict(page);
    assert.match(await page.textContent("#verdict"), /could not be read/);
    assert.ok((await page.locator(".finding").count()) >= 1);
    await page.screenshot({ path: join(pictures, "broken.png"), fullPage: true });
    await dropFiles(page, [{ name: "nothing.gz", bytes: Buffer.alloc(0) }]);
    await until(page, () => document.querySelector(".inputs")?.textContent.includes("nothing.gz"));
    await page.click("text=Check something else");
    await runSample(page, samples[0].id);
  });
});

test("cancel ends the check at once and the page goes on", async () => {
  const folder = mkdtempSync(join(tmpdir(), "backstay-large-"));
  const large = join(folder, "large.zip");
  writeFileSync(large, "PK");
  truncateSync(large, 4_000_000_000); // hashing its zeros takes longer than this test
  await withPage(async ({ page }) => {
    await page.setInputFiles(".choose-files", large);
    await until(page, () => /of \d/.test(document.querySelector(".checking .amount")?.textContent ?? ""));
    assert.match(await page.textContent(".checking"), /large\.zip/);
    await page.screenshot({ path: join(pictures, "checking.png") });
    const took = await page.evaluate(async () => {
      const start = performance.now();
      document.querySelector(".checking button").click();
      while (document.querySelector(".checking")) await new Promise((resolve) => setTimeout(resolve, 1));
      return performance.now() - start;
    });
    assert.ok(took < 100, `cancel took ${took} ms`);
    assert.match(await page.textContent(".notice"), /cancelled/);
    await runSample(page, samples[0].id);
  });
  rmSync(folder, { recursive: true });
});

test("a file that cannot be read any more is said to be just that", async () => {
  await withPage(async ({ page }) => {
    await page.evaluate(() => {
      Object.defineProperty(Blob.prototype, "size", { get: () => 1000 }); // longer than there are bytes
      const data = new DataTransfer();
      data.items.add(new File(["PK"], "gone.zip"));
      const input = document.querySelector(".choose-files");
      input.files = data.files;
      input.dispatchEvent(new Event("change"));
    });
    await verdict(page);
    assert.match(await page.textContent("#findings"), /could not be read|cut off|no central directory/i);
  });
});

test("markup in names, scripts and messages stays text", async () => {
  const hostile = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
  await withPage(async ({ page }) => {
    await dropFiles(page, [{ name: `${hostile.replaceAll("/", "")}.sql`, bytes: Buffer.from(`UPDATE "${hostile}" SET "a" = '${hostile}';\nDROP TABLE "${hostile}";\n`) }]);
    await verdict(page);
    assert.equal(await page.locator("main img, main script").count(), 0);
    assert.ok((await page.textContent(".findings")).includes("<img src=x"));
    assert.ok(!(await page.title()).startsWith("owned"));
  });
});

test("a pasted script is checked in the chosen dialect", async () => {
  await withPage(async ({ page }) => {
    await page.click("text=Or paste a SQL script");
    await page.fill("#script", "DELETE FROM [dbo].[Lead];\nGO\n");
    await page.selectOption("#dialect", "mssql");
    await page.click("text=Check the script");
    await verdict(page);
    assert.match(await page.textContent("#findings"), /delete-data/);
    assert.match(await page.textContent(".excerpt mark"), /DELETE/);
  });
});

test("everything is reachable with the keyboard", async () => {
  await withPage(async ({ page }) => {
    const tabTo = async (selector) => {
      for (let presses = 0; presses < 80; presses += 1) {
        await page.keyboard.press("Tab");
        if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
      }
      assert.fail(`${selector} was not reached with Tab`);
    };
    await tabTo(".drop button");
    await tabTo(".paste summary");
    await tabTo(`[data-sample="risky"]`);
    await page.keyboard.press("Enter");
    await verdict(page);
    assert.equal(await page.evaluate(() => document.activeElement?.id), "verdict", "the focus is on the verdict");
    await tabTo(".parts a");
    await tabTo(".chip input");
    await tabTo(".group button.link");
    await page.keyboard.press("Enter");
    assert.ok(await page.evaluate(() => document.querySelector("dialog.rule").open));
    await page.screenshot({ path: join(pictures, "rule.png") });
    await page.keyboard.press("Escape");
    assert.ok(await page.evaluate(() => !document.querySelector("dialog.rule").open && document.activeElement.matches("button.link")));
  });
});

test("320 pixels are wide enough", async () => {
  await withPage(async ({ page }) => {
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok((await overflow()) <= 320);
    for (const sample of samples) {
      await runSample(page, sample.id);
      await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
      assert.ok((await overflow()) <= 320, `${sample.id} scrolls sideways`);
      if (sample.id === "risky") await page.screenshot({ path: join(pictures, "narrow.png"), fullPage: true });
      await page.click("#home");
      await page.waitForSelector("[data-sample]");
    }
  }, { viewport: { width: 320, height: 640 } });
});

test("the module is ready and a small report appears within their budgets", async () => {
  await withPage(async ({ page }) => {
    const ready = await until(page, () => performance.getEntriesByName("backstay-ready")[0]?.startTime);
    const start = await page.evaluate(async (id) => {
      const from = performance.now();
      document.querySelector(`[data-sample="${id}"]`).click();
      while (!document.querySelector("#verdict")) await new Promise((resolve) => setTimeout(resolve, 1));
      return performance.now() - from;
    }, samples[0].id);
    console.log(`# module ready ${Math.round(ready)} ms after navigation, report after ${Math.round(start)} ms`);
    assert.ok(start < 5000);
  });
});
