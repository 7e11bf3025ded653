// ORIGAM through the command line: versions not yet stored, the platform's scripts, files below the configured roots
// and the version row, all taken back together.
//   node tests/cli/origam.mjs CLI
import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';

const cli = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), 'backstay-origam-'));
const id = '147fa70d-6519-4393-b5d0-87931f9fd609';

// A zip with one stored entry.
function zip(name, text) {
  const bytes = Buffer.from(text), title = Buffer.from(name);
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(0x21, 8);
  common.writeInt32LE(~crc, 10);
  common.writeUInt32LE(bytes.length, 14);
  common.writeUInt32LE(bytes.length, 18);
  common.writeUInt16LE(title.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, title, bytes]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), common, Buffer.alloc(14), title]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

const deployment = 'http://schemas.origam.com/Origam.Schema.DeploymentModel.';
function model(name, packageVersion, versions) {
  const root = join(folder, name);
  const write = (file, bytes) => (mkdirSync(dirname(join(root, file)), {recursive: true}), writeFileSync(join(root, file), bytes));
  write('Root/.origamPackage', `<x:file xmlns:x="http://schemas.origam.com/model-persistence/1.0.0" xmlns:p="http://schemas.origam.com/Origam.Schema.Package/6.0.0"><p:package x:id="${id}" p:name="Root" p:version="${packageVersion}"/></x:file>`);
  versions.forEach(([number, sql, target, content], index) => {
    const script = `0000000${index}-0000-4000-8000-000000000001`, file = `0000000${index}-0000-4000-8000-000000000002`;
    const stem = `Root/DeploymentVersion/Root/${number}.origam`;
    write(stem, `<x:file xmlns:x="http://schemas.origam.com/model-persistence/1.0.0" xmlns:dv="${deployment}DeploymentVersion/6.0.0" xmlns:a="${deployment}AbstractUpdateScriptActivity/6.0.0"
  xmlns:s="${deployment}ServiceCommandUpdateScriptActivity/6.0.0" xmlns:r="${deployment}FileRestoreUpdateScriptActivity/6.0.0">
<dv:DeploymentVersion x:id="1000000${index}-0000-4000-8000-000000000001" dv:version="${number}">
<r:DeploymentUpdateScriptActivity a:activityOrder="10" x:id="${file}" r:fileName="${target}" r:targetLocation="ReportsFolder" r:content="-***-ExternalFile:${number}.origam___content___${file}.bin"/>
<s:DeploymentUpdateScriptActivity a:activityOrder="20" x:id="${script}" s:platform="PgSql" s:commandText="-***-ExternalFile:${number}.origam___commandText___${script}.txt"/>
</dv:DeploymentVersion></x:file>`);
    write(`${stem}___commandText___${script}.txt`, sql);
    write(`${stem}___content___${file}.bin`, zip('report.rpt', content));
  });
  return root;
}

try {
  const database = join(folder, 'a.db'), reports = join(folder, 'reports');
  mkdirSync(reports);
  const sqlite = sql => execFileSync('sqlite3', [database, sql], {encoding: 'utf8'}).trim();
  sqlite('CREATE TABLE users(id INTEGER PRIMARY KEY)');
  const settings = join(folder, 'settings.json');
  writeFileSync(settings, JSON.stringify({file_roots: {ReportsFolder: reports}}));
  const run = (command, ...rest) => {
    const ran = spawnSync(cli, [command, '--database', `sqlite:${database}`, '--store', join(folder, 'store'), '--settings', settings, '--format', 'json', ...rest], {encoding: 'utf8'});
    assert.notEqual(ran.stdout, '', ran.stderr);
    return {code: ran.status, report: JSON.parse(ran.stdout)};
  };
  const stored = () => sqlite('SELECT "Version" FROM "OrigamModelVersion"');
  const report = () => readFileSync(join(reports, 'sales', 'report.rpt'), 'utf8');

  const first = ['1.0', 'CREATE TABLE sale(id INTEGER PRIMARY KEY, price INTEGER);\nINSERT INTO sale VALUES (1, 10);\n', 'sales/report.rpt', 'one'];
  const applied = run('apply', model('one', '1.0', [first]));
  assert.equal(applied.code, 0, JSON.stringify(applied.report));
  assert.equal(stored(), '1.0');
  assert.equal(report(), 'one');

  // Only what is not stored yet runs; a failure takes the file along with everything else.
  const broken = run('apply', model('two', '1.1', [first, ['1.1', 'UPDATE sale SET price = 11;\nSELECT * FROM nowhere;\n', 'sales/report.rpt', 'two']]));
  assert.equal(broken.code, 4, JSON.stringify(broken.report));
  assert.equal(stored(), '1.0');
  assert.equal(report(), 'one');
  assert.equal(sqlite('SELECT price FROM sale'), '10');

  const second = run('apply', model('three', '1.1', [first, ['1.1', 'UPDATE sale SET price = 11;\n', 'sales/report.rpt', 'two']]));
  assert.equal(second.code, 0, JSON.stringify(second.report));
  assert.deepEqual([stored(), report(), sqlite('SELECT price FROM sale')], ['1.1', 'two', '11']);
  for (const expected of [['1.0', 'one', '10'], ['1.1', 'two', '11']]) {
    const back = run('restore', '--force');
    assert.equal(back.code, 0, JSON.stringify(back.report));
    assert.deepEqual([stored(), report(), sqlite('SELECT price FROM sale')], expected);
  }

  // No way out of the root.
  const outside = run('apply', model('four', '1.2', [['1.2', 'SELECT 1;\n', '../escaped.rpt', 'no']]));
  assert.notEqual(outside.code, 0);
  assert.equal(existsSync(join(folder, 'escaped.rpt')), false);
  assert.deepEqual(readdirSync(join(reports, 'sales')), ['report.rpt']);
  console.log('ok');
} finally {
  rmSync(folder, {recursive: true, force: true});
}
