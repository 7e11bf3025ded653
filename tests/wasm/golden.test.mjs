// The golden cases through the module: the same files, the same answers as the command line's.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

import { root } from "./support.mjs";

const HOST_ONLY = /^(version|batch_|bad_|order_exchange|plan_|reverse_|statements_|repair_)/; // cases that need more than the module

test("golden cases", () => {
  const run = spawnSync(process.execPath, [join(root, "tests/golden/run.mjs"), "--adapter", join(root, "tests/wasm/golden_adapter.mjs")], { encoding: "utf8", maxBuffer: 1 << 26 });
  assert.equal(run.status, 0, run.stdout + run.stderr);
  const [, passed] = /(\d+) passed, 0 failed/.exec(run.stdout);
  const skipped = (/not run here: (.*)/.exec(run.stdout)?.[1] ?? "").split(", ").filter(Boolean);
  console.log(`# ${passed} cases, ${skipped.length} for a host only: ${skipped.join(", ")}`);
  assert.deepEqual(skipped.filter((name) => !HOST_ONLY.test(name)), [], "cases that the module should run");
  assert.ok(Number(passed) >= 40);
});
