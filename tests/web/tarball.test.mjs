// The npm package as somebody else gets it: packed, installed into an empty project, run in node and in a Vite page.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import { data, packageFolder, root } from "../wasm/support.mjs";
import { launch, open, serve } from "./browser.mjs";

const ofPage = createRequire(join(root, "web-demo/package.json")); // npm ci --prefix web-demo
const project = mkdtempSync(join(tmpdir(), "backstay-project-"));
const npm = (...args) => execFileSync("npm", args, { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, npm_config_cache: join(project, ".npm") } });
const installed = () => join(project, "node_modules/backstay");

before(() => {
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "empty-project", private: true, type: "module" }));
  const [{ filename }] = JSON.parse(npm("pack", "--json", packageFolder));
  npm("install", "--offline", "--no-audit", "--no-fund", `./${filename}`);
  copyFileSync(join(data, "creatio/packed/UsrBsRiskyPatch.zip"), join(project, "delivery.zip"));
});
after(() => rmSync(project, { recursive: true, force: true }));

// The first ```js block of a README.
function example(file) {
  return /```js\n([\s\S]*?)```/.exec(readFileSync(file, "utf8"))[1];
}

test("the tarball holds what it needs, nothing else, and has no dependency", () => {
  const files = readdirSync(installed()).sort();
  for (const needed of ["LICENSE", "README.md", "backstay.d.ts", "backstay.mjs", "backstay-node.mjs", "backstay.wasm", "backstay-rest.wasm", "report.d.ts", "rule-pages.txt", "messages.txt", "reverse-sql.txt", "worker.mjs"]) assert.ok(files.includes(needed), needed);
  assert.ok(files.every((name) => /\.(mjs|d\.ts|wasm|txt|md|json)$|^LICENSE$/.test(name)), files.join(" "));
  const meta = JSON.parse(readFileSync(join(installed(), "package.json"), "utf8"));
  assert.deepEqual(Object.keys(meta.dependencies ?? {}), []);
  assert.ok(!meta.scripts?.postinstall && !meta.scripts?.install);
});

test("in node: a report of a file on disk", () => {
  writeFileSync(join(project, "check.mjs"), `
    import { preflight, fromPath } from "backstay";
    const report = await preflight(fromPath("delivery.zip"));
    console.log(report.schema, report.rollback.verdict, report.findings.length > 0);`);
  assert.equal(execFileSync(process.execPath, ["check.mjs"], { cwd: project, encoding: "utf8" }).trim(), "backstay.report/1 impossible true");
});

test("the README's example is ten lines and passes the compiler against the installed types", () => {
  const lines = example(join(installed(), "README.md")).trim().split("\n").filter((line) => line.trim() !== "");
  assert.ok(lines.length <= 11, `${lines.length} lines`);
  writeFileSync(join(project, "example.mts"), lines.join("\n").replace("document.querySelector(", "document.querySelector<HTMLInputElement>(").replace(".files;", "!.files!;"));
  const ts = ofPage("typescript");
  for (const moduleResolution of [ts.ModuleResolutionKind.Bundler, ts.ModuleResolutionKind.Node16]) {
    const program = ts.createProgram([join(project, "example.mts")], {
      strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, moduleResolution, types: [], lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
      module: moduleResolution === ts.ModuleResolutionKind.Node16 ? ts.ModuleKind.Node16 : ts.ModuleKind.ESNext,
    });
    assert.deepEqual(ts.getPreEmitDiagnostics(program).map((one) => ts.flattenDiagnosticMessageText(one.messageText, "\n")), []);
  }
});

test("in a Vite page, built and served from a folder", async () => {
  writeFileSync(join(project, "index.html"), `<!doctype html><html lang="en"><head><title>x</title><link rel="icon" href="data:," /></head><body><input type="file" /><script type="module" src="./main.js"></script></body></html>`);
  writeFileSync(join(project, "main.js"), `${example(join(installed(), "README.md")).replace("const chosen", "document.querySelector('input').addEventListener('change', async () => {\nconst chosen").replace('import { preflight, BackstayError } from "backstay";', "")
    .replaceAll("console.log(report.rollback", "document.title = report.schema; console.log(report.rollback")}\n});`.replace(/^/, 'import { preflight, BackstayError } from "backstay";\n'));
  const { build } = await import(pathToFileURL(join(root, "web-demo/node_modules/vite/dist/node/index.js")).href);
  await build({ root: project, base: "./", logLevel: "error", build: { target: "es2022", assetsInlineLimit: 0 } });
  const server = await serve(join(project, "dist"));
  const { browser, close } = await launch();
  try {
    const { page, trouble } = await open(browser, server.url);
    await page.setInputFiles("input", join(project, "delivery.zip"));
    for (let tries = 0; tries < 500 && (await page.title()) === "x"; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(await page.title(), "backstay.report/1");
    assert.deepEqual(trouble, []);
  } finally {
    await close();
    server.close();
  }
});
