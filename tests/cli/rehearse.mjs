// The rehearsal through the command line: a script that comes back, one that fails, and nothing left behind.
//   node tests/cli/rehearse.mjs CLI
import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
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

  // What does not come back is a finding on the script.
  const altered = rehearse('altered.sql', "-- the width\nALTER TABLE t RENAME COLUMN a TO b;\n");
  if (altered.report.differences.length) {
    assert.equal(altered.code, 1);
    assert.equal(altered.report.findings[0].rule, 'rehearsal/not-restored');
    assert.equal(altered.report.findings[0].line, 2);
  }
  // In the database itself, in a transaction that is taken back.
  const inPlace = (name, script) => {
    const file = join(folder, name);
    writeFileSync(file, script);
    const run = spawnSync(cli, ['rehearse', '--scratch', 'in-place', '--database', `sqlite:${database}`, '--store', join(folder, 'store'), '--format', 'json', file], {encoding: 'utf8'});
    return {code: run.status, report: JSON.parse(run.stdout)};
  };
  const there = inPlace('there.sql', "UPDATE t SET a = 'z' WHERE id = 1;\nCREATE TABLE u(id INTEGER PRIMARY KEY);\n");
  assert.equal(there.code, 0, JSON.stringify(there.report));
  assert.equal(there.report.end, 'DONE');
  assert.equal(there.report.repeat.end, 'DONE');
  assert.ok(there.report.changes.length >= 2);
  const wrong = inPlace('wrong.sql', 'SELECT * FROM nowhere;\n');
  assert.equal(wrong.code, 1, JSON.stringify(wrong.report));

  assert.equal(sqlite('.dump'), before);
  const scratch = join(folder, 'store', '.backstay', 'scratch');
  assert.deepEqual(existsSync(scratch) ? readdirSync(scratch) : [], []);
  console.log('ok');
} finally {
  rmSync(folder, {recursive: true, force: true});
}
