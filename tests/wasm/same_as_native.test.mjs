// The module and the native command line write the same report for every sample, byte for byte but for times.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, test } from "node:test";
import { relative } from "node:path";

import { backstay, nativeCommand, root, sampleInputs, withoutTimes } from "./support.mjs";

const native = nativeCommand();
const inputs = sampleInputs();
after(() => backstay.close());

test("there is a native build and there are samples", () => {
  assert.ok(native, "build a native preset first, or set BACKSTAY_CLI");
  assert.ok(inputs.length >= 8, `${inputs.length} samples`);
});

for (const input of native ? inputs : []) {
  const path = relative(root, input);
  test(path, async () => {
    const run = spawnSync(native, ["check", "--format", "json", "--fail-on", "never", path], { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
    assert.ok([0, 1, 3].includes(run.status), run.stderr);
    const module = await backstay.render({ ...backstay.fromPath(input), path }, "json");
    assert.equal(withoutTimes(module), withoutTimes(run.stdout));
  });
}
