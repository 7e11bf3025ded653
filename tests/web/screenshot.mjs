// Makes web-demo/screenshot.png for the README from the built page: node tests/web/screenshot.mjs
import { statSync } from "node:fs";
import { join } from "node:path";

import { launch, open, root, serve } from "./browser.mjs";

const LIMIT = 200_000;
const picture = join(root, "web-demo/screenshot.png");
const server = await serve();
const { browser, close } = await launch();
const { page } = await open(browser, server.url, { viewport: { width: 1080, height: 900 }, reducedMotion: "reduce" });
await page.click(`[data-sample="risky"]`);
await page.waitForSelector("#verdict");
await page.screenshot({ path: picture });
await close();
server.close();
if (statSync(picture).size > LIMIT) throw new Error(`${picture} has ${statSync(picture).size} bytes, more than ${LIMIT}`);
console.log(`${picture}: ${statSync(picture).size} bytes`);
