// The package as a program uses it: inputs of every form, options, progress, cancel, refusals.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";

import { toInputs } from "../../wasm/client.mjs";
import { BackstayModule } from "../../wasm/module.mjs";
import { backstay, data, packageFolder, root } from "./support.mjs";

const { preflight, render, rules, statements, fromPath, close, BackstayError } = backstay;
const archive = readFileSync(join(data, "creatio/packed/UsrBsRiskyPatch.gz"));
const script = (text) => ({ path: "script.sql", data: new TextEncoder().encode(text) });

after(() => close());

test("bytes, a Blob and a path give the same report", async () => {
  const bytes = await preflight({ path: "a.gz", data: new Uint8Array(archive) });
  const blob = await preflight({ path: "a.gz", data: new Blob([archive]) });
  const path = await preflight({ ...fromPath(join(data, "creatio/packed/UsrBsRiskyPatch.gz")), path: "a.gz" });
  for (const report of [bytes, blob, path]) report.summary.milliseconds = 0;
  assert.deepEqual(blob, bytes);
  assert.deepEqual(path, bytes);
  assert.equal(bytes.schema, "backstay.report/1");
  assert.equal(bytes.inputs[0].kind, "creatio-archive");
  assert.equal(bytes.inputs[0].sha256, createHash("sha256").update(archive).digest("hex"));
});

test("the module's own SHA-256 agrees with node's, over the edges of its pieces", async () => {
  const compiled = await WebAssembly.compile(readFileSync(join(packageFolder, "backstay.wasm")));
  for (const size of [0, 1, 55, 56, 64, 1 << 20, (1 << 20) + 1, 3_000_001]) {
    const bytes = Uint8Array.from({ length: size }, (_, index) => (index * 31) & 255);
    const module = await BackstayModule.create(compiled, (name) => readFileSync(join(packageFolder, name)));
    const request = { inputs: [{ path: "x", folder: false, files: [{ path: "x", size }] }] };
    const { text } = module.preflight(request, [{ size, read: (at, length) => bytes.subarray(at, at + length) }]);
    assert.equal(JSON.parse(text).inputs[0].sha256, createHash("sha256").update(bytes).digest("hex"), `${size} bytes`);
  }
});

test("several inputs make one report, in their order", async () => {
  const report = await preflight([script("SELECT 1;"), { path: "b.gz", data: archive }]);
  assert.deepEqual(report.inputs.map((input) => input.path), ["script.sql", "b.gz"]);
});

test("folders come as such, or as files with a relative path", () => {
  const file = Object.assign(new Blob(["x"]), { name: "a.sql", webkitRelativePath: "Usr/SqlScripts/a.sql" });
  const other = Object.assign(new Blob(["y"]), { name: "b.json", webkitRelativePath: "Usr/b.json" });
  assert.deepEqual(toInputs([file, other]), [
    { path: "Usr", folder: true, files: [{ path: "SqlScripts/a.sql", data: file }, { path: "b.json", data: other }] },
  ]);
  const folder = { path: "Usr", files: [{ path: "b.json", data: other }] };
  assert.deepEqual(toInputs(folder), [{ path: "Usr", folder: true, files: [{ path: "b.json", data: other }] }]);
  assert.equal(toInputs(new Uint8Array(1))[0].path, "input-1");
});

test("a broken input rejects with its finding and the whole report", async () => {
  const broken = { path: "broken.gz", data: archive.subarray(0, 200) };
  await assert.rejects(preflight([broken, script("DELETE FROM t;")]), (error) => {
    assert.ok(error instanceof BackstayError);
    assert.equal(error.code, "unreadable-input");
    assert.equal(error.finding.input, "broken.gz");
    assert.deepEqual(error.report.findings.filter((finding) => finding.input === "broken.gz")[0], error.finding);
    assert.match(error.message, /broken\.gz/);
    assert.ok(error.report.findings.some((finding) => finding.rule === "sql/delete-data"), "the other input is checked");
    return true;
  });
});

test("options are those of backstay.json, and a wrong one is refused with its place", async () => {
  const rule = "sql/delete-data";
  const report = await preflight(script("DELETE FROM t;"), { rules: { [rule]: "off" } });
  assert.ok(!report.findings.some((finding) => finding.rule === rule));
  await assert.rejects(preflight(script("SELECT 1;"), { rules: { [rule]: "loud" } }), (error) => {
    assert.equal(error.code, "bad-options");
    assert.match(error.message, /^options:1:\d+: /);
    return true;
  });
});

test("progress comes with what is being done", async () => {
  const seen = [];
  await preflight({ path: "a.gz", data: archive }, {}, { onProgress: (progress) => seen.push(progress) });
  assert.ok(seen.length > 0);
  for (const { what, done, total } of seen) assert.ok(what.length > 0 && done <= total);
});

test("aborting rejects with the signal's reason, and the next call works", async () => {
  const large = new Uint8Array(64 << 20);
  large.set(archive.subarray(0, 4));
  const control = new AbortController();
  const waiting = preflight({ path: "large.gz", data: large }, {}, { signal: control.signal, onProgress: () => control.abort(new Error("enough")) });
  await assert.rejects(waiting, /enough/);
  await assert.rejects(preflight(script("SELECT 1;"), {}, { signal: AbortSignal.abort(new Error("never")) }), /never/);
  assert.equal((await preflight(script("SELECT 1;"))).summary.statements, 1);
});

test("calls at the same time wait for each other", async () => {
  const reports = await Promise.all([1, 2, 3].map((count) => preflight(script("SELECT 1;\n".repeat(count)))));
  assert.deepEqual(reports.map((report) => report.summary.statements), [1, 2, 3]);
});

test("every format of the command line is written", async () => {
  const item = { path: "a.gz", data: archive };
  assert.equal(JSON.parse(await render(item, "sarif")).version, "2.1.0");
  assert.match(await render(item, "html"), /^<!doctype html>/i);
  assert.match(await render(item, "junit"), /<testsuites?/);
  for (const format of ["text", "markdown", "github"]) assert.ok((await render(item, format)).length > 0, format);
  await assert.rejects(render(item, "pdf"), /unknown format/);
});

test("the rule catalogue has every rule of a report, with a page", async () => {
  const catalogue = await rules();
  const ids = new Set(catalogue.map((rule) => rule.id));
  const report = await preflight({ path: "a.gz", data: archive });
  for (const finding of report.findings) assert.ok(ids.has(finding.rule), finding.rule);
  for (const rule of catalogue) assert.ok(rule.page.startsWith("# ") && rule.title.length > 0, rule.id);
});

test("every rule has a title in Russian for the page, and no other has", async () => {
  const titles = JSON.parse(readFileSync(join(root, "web-demo/src/text/rule_titles.ru.json"), "utf8"));
  const catalogue = await rules();
  assert.deepEqual(Object.keys(titles).sort(), catalogue.map((rule) => rule.id).sort());
  for (const [id, title] of Object.entries(titles)) assert.match(title, /[А-Яа-яё].*[.]$/, id);
});

test("statements are listed as the command line lists them", async () => {
  assert.deepEqual(await statements("SELECT 1;\nUPDATE t SET a = 1;\n", "postgresql"), [
    { line: 1, end_line: 1, kind: "SELECT", context: "top" },
    { line: 2, end_line: 2, kind: "UPDATE", context: "top" },
  ]);
});
