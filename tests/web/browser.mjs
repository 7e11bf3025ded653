// The built page on a loopback server, opened in a real Chromium.
import { createServer } from "node:http";
import { accessSync, constants, createReadStream, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const dist = join(root, "web-demo/dist");
export const pictures = join(root, "build/web");

const types = {
  ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml",
  ".json": "application/json", ".webmanifest": "application/manifest+json", ".wasm": "application/wasm",
};

// Serves a folder under /some/folder/, because a static host rarely gives a page its root.
// `requests` lists the paths asked for.
export async function serve(folder = dist) {
  const base = "/some/folder/";
  const requests = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://page").pathname);
    requests.push(path);
    const file = join(folder, normalize(path.slice(base.length - 1)), path.endsWith("/") ? "index.html" : "");
    let found = path.startsWith(base);
    try {
      found &&= statSync(file).isFile();
    } catch {
      found = false;
    }
    if (!found) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}${base}`, requests, close: () => server.close() };
}

export function chromiumPath() {
  if (process.env.BACKSTAY_CHROMIUM) return process.env.BACKSTAY_CHROMIUM;
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    for (const folder of (process.env.PATH ?? "").split(delimiter)) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // the next one
      }
    }
  }
  throw new Error("no Chromium found: install it, or name it in BACKSTAY_CHROMIUM");
}

export async function launch() {
  mkdirSync(pictures, { recursive: true });
  const profile = mkdtempSync(join(tmpdir(), "backstay-web-"));
  const browser = await chromium.launch({
    executablePath: chromiumPath(), headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", `--crash-dumps-dir=${profile}`],
  });
  const close = async () => {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { browser, close };
}

// A page that remembers everything that must not happen: policy violations, errors, requests elsewhere.
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  const trouble = [];
  const requested = [];
  page.on("pageerror", (error) => trouble.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) trouble.push(`${message.type()}: ${message.text()}`);
  });
  context.on("request", (request) => requested.push(request.url()));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`));
  });
  await page.goto(url);
  return { page, context, trouble, requested };
}
