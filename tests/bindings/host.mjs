// A Node host: what the plugin tells it arrives, and a callback that throws is a status, not a yes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import koffi from "koffi";
import { BackstayError, loadPlugin, operation, status } from "../../native-plugin/bindings/node/backstay.mjs";

const [library, ...files] = process.argv.slice(2);
const [config, params] = files.map((file) => JSON.parse(readFileSync(file, "utf8")));
const plugin = loadPlugin(koffi, library);
assert.match(plugin.build, /^backstay /);
assert.equal(plugin.name(-13), "BACKSTAY_E_LOCKED");

const throwing = plugin.open(config, { jobsRunning() { throw new RangeError("über the border"); } });
assert.throws(() => throwing.run(operation.apply, params), (error) => {
  assert.ok(error instanceof BackstayError);
  assert.equal(error.status, status.host);
  assert.equal(error.cause?.message, "über the border");
  return true;
});
throwing.close();

const seen = new Set();
let holder = "";
const engine = plugin.open(config, {
  jobsRunning: () => { seen.add("jobs"); return []; },
  enter: (op) => { holder = op; }, leave: () => { holder = ""; }, holder: () => holder,
  notify: () => { seen.add("notify"); }, verify: () => { seen.add("verify"); return {}; }, progress: () => { seen.add("progress"); },
});
const report = engine.run(operation.apply, params);
assert.equal(report.end, "DONE");
assert.deepEqual([...seen].sort(), ["jobs", "notify", "progress", "verify"]);
assert.equal(holder, "");
assert.equal(engine.query("backups").backups[0].backup_id, report.backup_id);
engine.close();
assert.throws(() => plugin.open({ database: 7 }), (error) => error.code === "BACKSTAY_E_ARG" && error.document.schema === "backstay.problem/1");
console.log("ok");
