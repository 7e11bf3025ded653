// The example host, run on a sample CRM: it applies, and says why when it cannot.
//   node minimal_host.mjs MINIMAL_HOST PLUGIN
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const [host, plugin] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'backstay-minimal-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const crm = join(folder, 'crm "quoted"');
execFileSync('python3', [join(dirname(fileURLToPath(import.meta.url)), '../../native-plugin/examples/sample-crm/make.py'), crm]);
const run = (...parameters) => spawnSync(host, [plugin, ...parameters], { encoding: 'utf8', timeout: 60000 });

test('a package that is fine', () => {
  const ran = run(`sqlite:${crm}/crm.db`, `${crm}/store`, `${crm}/packages/loyalty-1.0`);
  assert.equal(ran.status, 0, ran.stdout + ran.stderr);
  assert.equal(JSON.parse(ran.stdout).end, 'DONE');
  assert.equal(ran.stderr, 'BACKSTAY_OK\n');
  assert.ok(existsSync(`${crm}/store/UsrBsLoyalty/descriptor.json`));
});

test('a package that fails, and a database that is none', () => {
  const failed = run(`sqlite:${crm}/crm.db`, `${crm}/store`, `${crm}/packages/loyalty-1.2`);
  assert.equal(failed.status, 1);
  assert.equal(JSON.parse(failed.stdout).end, 'ROLLED_BACK');
  const refused = run('nothing', `${crm}/store`, `${crm}/packages/loyalty-1.0`);
  assert.equal(refused.status, 1);
  assert.equal(JSON.parse(refused.stdout).schema, 'backstay.problem/1');
  assert.equal(refused.stderr, 'BACKSTAY_E_ARG\n');
});
