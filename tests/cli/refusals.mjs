// What an apply refuses before anything is touched, and what suspends it, through the command line on SQLite; the refusal
// of what only a database backup takes back on PostgreSQL, where BACKSTAY_PG_URL names a database.
//   node tests/cli/refusals.mjs CLI
import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const cli = process.argv[2];
const data = join(dirname(fileURLToPath(import.meta.url)), '..', 'data');
const folder = mkdtempSync(join(tmpdir(), 'backstay-refusals-'));
const write = (file, text) => (mkdirSync(dirname(join(folder, file)), {recursive: true}), writeFileSync(join(folder, file), text), join(folder, file));

function run(command, url, ...rest) {
  const ran = spawnSync(cli, [command, '--database', url, '--store', join(folder, 'store'), '--format', 'json', ...rest], {encoding: 'utf8'});
  assert.notEqual(ran.stdout, '', ran.stderr);
  return {code: ran.status, report: JSON.parse(ran.stdout), text: ran.stdout};
}

// A package with one script that its author has not confirmed.
function unconfirmed(sql) {
  const uid = '573ff599-429c-5f3a-8cd0-0101ca91e401';
  write('UsrProbe/descriptor.json', '{"Descriptor":{"UId":"a41c4041-e45d-5cd6-9ec8-c50af49fe600","PackageVersion":"1.0.0.0","Name":"UsrProbe","Type":1,"ModifiedOnUtc":"\\/Date(1704103200000)\\/","Maintainer":"Backstay","DependsOn":[]}}');
  write('UsrProbe/SqlScripts/UsrFill/UsrFill.sql', sql);
  write('UsrProbe/SqlScripts/UsrFill/descriptor.json', `{"SqlScript":{"UId":"${uid}","Name":"UsrFill","DBEngineType":2,"InstallType":1,"ModifiedOnUtc":"\\/Date(1704103200000)\\/","DependsOn":[]}}`);
  return [join(folder, 'UsrProbe'), `R-NBC-SCRIPT:${uid}`];
}

try {
  const url = `sqlite:${join(folder, 'a.db')}`, state = join(folder, 'store', '.backstay');
  const sqlite = sql => execFileSync('sqlite3', [join(folder, 'a.db'), sql], {encoding: 'utf8'}).trim();
  sqlite('CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER); INSERT INTO t VALUES (1, 1)');
  const script = write('fine.sql', 'UPDATE t SET a = 2;\n');

  const late = run('apply', url, '--not-after', '2020-01-01T00:00:00Z', script);
  assert.deepEqual([late.code, late.report.problem.code], [6, 'window']);
  assert.equal(run('apply', url, '--not-after', 'yesterday', script).code, 2);

  const full = run('apply', url, '--settings', write('full.json', '{"policy": {"min_free_bytes": 4611686018427387904}}'), script);
  assert.deepEqual([full.code, full.report.problem.code], [6, 'no-space']);

  mkdirSync(join(state, 'jobs'), {recursive: true});
  writeFileSync(join(state, 'jobs', 'import.json'), JSON.stringify({kind: 'import', pid: process.pid, table: 't'}));
  const busy = run('apply', url, script);
  assert.deepEqual([busy.code, busy.report.problem.code], [6, 'jobs']);
  rmSync(join(state, 'jobs', 'import.json'));

  const blocked = run('apply', url, join(data, 'promotion', 'autumn-rework-blocked.json'));
  assert.equal(blocked.code, 6);
  assert.equal(existsSync(join(state, 'maintenance.json')), false);
  assert.equal(sqlite('SELECT a FROM t'), '1');

  // Creatio's rule to the letter: the transaction is gone, and still somebody has to decide.
  const [probe, risk] = unconfirmed('INSERT INTO t VALUES (1, 5);\n');
  const vendor = write('vendor.json', '{"policy": {"suspend": "vendor"}}');
  const suspended = run('apply', url, '--settings', vendor, '--notify', 'ada@norrvik.example', probe);
  assert.equal(suspended.code, 5, suspended.text);
  assert.equal(suspended.report.end, 'SUSPENDED');
  assert.deepEqual(suspended.report.risks.map(one => one.id), [risk]);
  assert.equal(existsSync(join(state, 'maintenance.json')), true);
  assert.equal(run('apply', url, script).code, 6);
  const decided = run('recover', url, '--decision', 'restore', '--force');
  assert.equal(decided.code, 0, decided.text);
  assert.equal(existsSync(join(state, 'maintenance.json')), false);
  assert.equal(sqlite('SELECT a FROM t'), '1');
  assert.equal(run('apply', url, '--settings', vendor, '--force', probe).code, 4);

  // A package that another maintainer has there is applied, and people are told.
  sqlite('CREATE TABLE SysPackage(Name TEXT, UId TEXT, Version TEXT, Maintainer TEXT)');
  sqlite("INSERT INTO SysPackage VALUES ('UsrProbe', 'a41c4041-e45d-5cd6-9ec8-c50af49fe600', '1.0.0.0', 'Somebody')");
  const foreign = run('apply', url, '--dry-run', probe);
  assert.ok(foreign.report.warnings.some(line => line.startsWith('order/foreign-maintainer: ')), foreign.text);
  sqlite('DROP TABLE SysPackage');

  // What is kept as it is, is neither as before nor as planned; it no longer stands in the way.
  assert.equal(run('apply', url, '--settings', vendor, probe).code, 5);
  const kept = run('recover', url, '--decision', 'keep-applied');
  assert.equal(kept.code, 5, kept.text);
  assert.equal(existsSync(join(state, 'maintenance.json')), false);
  assert.equal(run('recover', url).code, 0);
  const mails = readdirSync(join(state, 'outbox')).filter(name => name.endsWith('.eml')).map(name => readFileSync(join(state, 'outbox', name), 'utf8'));
  assert.ok(mails.some(mail => /To: ada@norrvik\.example/.test(mail) && /waits for a decision/.test(mail)), mails.join());

  const server = process.env.BACKSTAY_PG_URL;
  if (server) {
    execFileSync('psql', ['-qAtX', server, '-c', "CREATE TABLE t(id int primary key, a int); INSERT INTO t VALUES (1, 1)"]);
    const nothing = write('vacuum.sql', "VACUUM t;\n");
    const refused = run('apply', server, '--force', nothing);
    assert.equal(refused.code, 6, refused.text);
    const needed = refused.report.risks.filter(one => one.required).map(one => one.id);
    assert.ok(needed[0].startsWith('R-R3-STEP:'), refused.text);
    assert.equal(run('apply', server, '--force', '--acknowledge', needed[0], nothing).code, 0);
    assert.equal(run('apply', server, '--force', '--database-backup', 'nightly', nothing).code, 0);
    // What the server quotes is somebody's data.
    const failed = run('apply', server, '--force', write('values.sql', "INSERT INTO t SELECT 7, s::int FROM (VALUES ('secret-42')) v(s);\n"));
    assert.equal(failed.code, 4, failed.text);
    assert.equal(/secret-42/.test(failed.text), false, failed.text);
  }
  console.log(server ? 'ok, on both' : 'ok, on SQLite');
} finally {
  rmSync(folder, {recursive: true, force: true});
}
