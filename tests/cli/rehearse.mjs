// The rehearsal through the command line: a script that comes back, one that fails, and nothing left behind.
//   node tests/cli/rehearse.mjs CLI
import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import assert from 'node:assert/strict';

const cli = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), 'backstay-rehearse-'));
try {
  const database = join(folder, 'a.db');
  const sqlite = sql => execFileSync('sqlite3', [database, sql], {encoding: 'utf8'});
  sqlite("CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, 'x'), (2, 'y');");
  const before = sqlite('.dump');
  const rehearse = (name, script) => {
    const file = join(folder, name);
    writeFileSync(file, script);
    const run = spawnSync(cli, ['rehearse', '--database', `sqlite:${database}`, '--store', join(folder, 'store'), '--format', 'json', file], {encoding: 'utf8'});
    return {code: run.status, report: JSON.parse(run.stdout)};
  };

  const fine = rehearse('fine.sql', "UPDATE t SET a = 'z' WHERE id = 1;\nDELETE FROM t WHERE id = 2;\n");
  assert.equal(fine.code, 0);
  assert.equal(fine.report.end, 'DONE');
  assert.deepEqual(fine.report.differences, []);
  assert.deepEqual(fine.report.changes, ['table t: 2 rows became 1']);
  assert.equal(fine.report.repeat.end, 'DONE');

  const broken = rehearse('broken.sql', 'SELECT 1;\nSELECT * FROM nowhere;\n');
  assert.equal(broken.code, 1);
  assert.equal(broken.report.end, 'DIFFERS');
  assert.match(broken.report.problem.message, /nowhere/);

  // What cannot run twice: a row is added without looking whether it is there, and the restore takes it out again.
  const adds = rehearse('adds.sql', "INSERT INTO t VALUES (3, 'new');\n");
  assert.equal(adds.code, 0);

  assert.equal(sqlite('.dump'), before);
  assert.deepEqual(readdirSync(join(folder, 'store', '.backstay', 'scratch')), []);
  console.log('ok');
} finally {
  rmSync(folder, {recursive: true, force: true});
}
