// Makes the pictures of the READMEs from the built page: node tests/web/screenshot.mjs
import { statSync } from "node:fs";
import { join } from "node:path";

import { launch, open, root, serve } from "./browser.mjs";

const LIMIT = 200_000;
const server = await serve();
const { browser, close } = await launch();

async function picture(name, sample, part, height) {
  const { page, context } = await open(browser, server.url, { viewport: { width: 1120, height }, reducedMotion: "reduce" });
  await page.click(`[data-sample="${sample}"]`);
  await page.waitForSelector("#verdict");
  await page.click(`[data-part="${part}"]`);
  if (part === "rehearsal") {
    await page.click(".rehearsal-offer button");
    await page.waitForSelector(".compare-verdict", { timeout: 180_000 });
  }
  if (part === "findings") await page.waitForSelector(".finding-detail .editor:not([hidden])");
  else await page.evaluate(() => document.querySelector(".tabs").scrollIntoView());
  await page.evaluate(() => document.fonts.ready.then(() => new Promise((resolve) => setTimeout(resolve, 300))));
  const file = join(root, "web-demo", name);
  await page.screenshot({ path: file });
  await context.close();
  const { size } = statSync(file);
  if (size > LIMIT) throw new Error(`${file} has ${size} bytes, more than ${LIMIT}`);
  console.log(`${file}: ${size} bytes`);
}

await picture("screenshot.png", "risky", "findings", 880);
await picture("order.png", "deadlock", "order", 860);
await picture("rehearsal.png", "risky", "rehearsal", 860);
await close();
server.close();
