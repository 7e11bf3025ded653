// Single files of an upload: their text, the files of a repair, the reverse of a script. All packings give the same.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { deflateRawSync } from "node:zlib";

import { backstay, data, nativeCommand } from "./support.mjs";

const { preflight, source, repair, reverse, fromPath, close, BackstayError } = backstay;
const model = join(data, "origam/deadlock");
const work = mkdtempSync(join(tmpdir(), "backstay-files-"));
after(() => {
  close();
  rmSync(work, { recursive: true });
});

// CRC-32 of zip.
function crcOf(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

// A zip of { path: bytes }, deflated.
function zipOf(files) {
  const locals = [];
  const directory = [];
  let offset = 0;
  for (const [path, bytes] of Object.entries(files)) {
    const name = Buffer.from(path);
    const packed = deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crcOf(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    locals.push(Buffer.from("PK\x03\x04", "latin1"), common, name, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), common, tail, name);
    offset += 30 + name.length + packed.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}

function filesBelow(folder, prefix = "") {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name), `${prefix}${entry.name}/`) : [`${prefix}${entry.name}`]);
}

const zipped = () => ({ path: "model.zip", data: zipOf(Object.fromEntries(filesBelow(model).map((path) => [path, readFileSync(join(model, path))]))) });

test("the text of every file that a report names can be had, packed or not", async () => {
  const inputs = ["creatio/packed/UsrBsRiskyPatch.zip", "creatio/packed/UsrBsRiskyPatch.gz", "creatio/packed/tangled-delivery.zip", "creatio/unsafe-patch", "origam/deadlock", "origam/quirks", "promotion/autumn-rework-blocked.json"];
  let seen = 0;
  for (const input of inputs) {
    const item = fromPath(join(data, input));
    const report = await preflight(item);
    const files = new Map();
    for (const finding of report.findings) if (finding.file && finding.line !== null && finding.excerpt) files.set(finding.file, [...(files.get(finding.file) ?? []), finding]);
    for (const [file, findings] of files) {
      const { text } = await source(item, { file });
      const lines = text.split(/\r\n|\n|\r/);
      for (const finding of findings) {
        const line = Array.from(lines[finding.line - 1] ?? "").slice(finding.excerpt_column - 1).join("");
        // Control characters are shown in another way in an excerpt.
        assert.ok(line.slice(0, 20).replace(/[\x00-\x1f]/g, "") === "" || finding.excerpt.startsWith(line.slice(0, 20).replace(/\t/g, finding.excerpt.includes("\t") ? "\t" : " ")), `${file}:${finding.line}`);
        seen += 1;
      }
    }
  }
  assert.ok(seen > 60, `${seen} places`);
  await assert.rejects(source(fromPath(model), { file: "nothing/here" }), BackstayError);
});

test("a repair is the command line's, byte for byte, from a folder and from a zip", async () => {
  const native = nativeCommand();
  assert.ok(native, "build a native preset first, or set BACKSTAY_CLI");
  const copy = join(work, "model");
  cpSync(model, copy, { recursive: true });
  assert.equal(spawnSync(native, ["repair", "--write", "--no-backup", copy]).status, 0);
  for (const item of [fromPath(model), zipped()]) {
    const before = await preflight(item);
    assert.equal(before.order.status, "deadlock");
    const changes = await repair(item);
    assert.ok(changes.length >= 1);
    for (const { path, text } of changes) {
      assert.deepEqual(Buffer.from(text), readFileSync(join(copy, path)), path);
      assert.notDeepEqual(Buffer.from(text), readFileSync(join(model, path)));
    }
    const after = await preflight({ ...item, changes });
    assert.equal(after.order.status, "ok");
    assert.equal(after.order.steps.length, 7);
  }
});

test("each of the proposed repairs can be made, and one that is not there is refused", async () => {
  const item = fromPath(model);
  const { order } = await preflight(item);
  for (let index = 0; index < order.repairs.length; index += 1) {
    const report = await preflight({ ...item, changes: await repair(item, { repair: index }) });
    assert.equal(report.order.status, "ok", order.repairs[index].title);
  }
  await assert.rejects(repair(item, { repair: order.repairs.length }), /no such repair/);
  await assert.rejects(repair(item, { input: 1 }), /no such input/);
});

test("a reverse script is the command line's", async () => {
  const native = nativeCommand();
  const script = join(work, "script.sql");
  writeFileSync(script, "UPDATE \"Lead\" SET \"Name\" = 'x' WHERE \"Id\" = 1;\n");
  const run = spawnSync(native, ["reverse", "--dialect", "postgresql", "--format", "json", script], { encoding: "utf8" });
  const made = await reverse({ path: "script.sql", data: readFileSync(script) }, { file: "script.sql" });
  assert.ok(made.pieces.length === 1 && made.reverse_script.length > 0);
  assert.deepEqual({ ...made, file: "" }, { ...JSON.parse(run.stdout), file: "" });
});
