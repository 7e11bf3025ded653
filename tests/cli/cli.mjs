// What needs a process to be tested: exit codes, streams, interrupts, files that appear whole or not.
//
//   node cli.mjs build/dev/native-plugin/backstay
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const program = resolve(process.argv[2] ?? process.env.BACKSTAY ?? 'build/dev/native-plugin/backstay');
const data = join(dirname(fileURLToPath(import.meta.url)), '..', 'data');
const folder = mkdtempSync(join(tmpdir(), 'backstay-cli-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const BAD = 'UPDATE "Contact" SET "Name" = \'x\';\n';
const GOOD = 'SELECT 1;\n';

function run(args, options = {}) {
  const ended = spawnSync(program, args, { cwd: folder, encoding: 'utf8', timeout: 60000, maxBuffer: 1 << 28, input: '', ...options });
  if (ended.error) throw ended.error;
  return { code: ended.status, out: ended.stdout, err: ended.stderr, signal: ended.signal };
}

function file(name, text) {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return name;
}

function json(result) {
  return JSON.parse(result.out);
}

test('exit codes of check', () => {
  file('good.sql', GOOD);
  file('bad.sql', BAD);
  const codes = [
    [['check', 'good.sql'], 0],
    [['check', 'bad.sql'], 1],
    [['check', 'bad.sql', '--fail-on', 'never'], 0],
    [['check', 'good.sql', 'bad.sql'], 1],
    [['check', 'nowhere.sql'], 3],
    [['check', 'bad.sql', 'nowhere.sql'], 3],
    [['check', 'bad.sql', '--rule', 'sql/update-data=off', '--rule', 'update-without-where=off'], 0],
    [['check'], 2],
    [['check', '--formt', 'json', 'good.sql'], 2],
    [['check', '--format', 'yaml', 'good.sql'], 2],
    [['check', '--fail-on', 'fatal', 'good.sql'], 2],
    [['check', '--jobs', '0', 'good.sql'], 2],
    [['check', '--rule', 'sql/no-such-rule=off', 'good.sql'], 2],
    [['check', '--rule', 'update-data=loud', 'good.sql'], 2],
    [['check', '--rule', 'update-data', 'good.sql'], 2],
    [['check', '--config', 'nowhere.json', 'good.sql'], 2],
    [['check', '--environment', 'nowhere.json', 'good.sql'], 2],
    [[], 2],
    [['chekc'], 2],
    [['help', 'chekc'], 2],
    [['rules', 'sql/no-such-rule'], 2],
  ];
  for (const [args, expected] of codes) {
    const result = run(args);
    assert.equal(result.code, expected, `${args.join(' ')}: ${result.err}`);
    if (expected === 2) assert.match(result.err, /^backstay: ./m, args.join(' '));
    if (expected === 2) assert.equal(result.out, '', args.join(' '));
  }
});

test('every command has help, on standard output', () => {
  for (const name of ['check', 'order', 'repair', 'plan', 'reverse', 'statements', 'batch', 'rules', 'pack', 'unpack',
    'rehearse', 'snapshot', 'apply', 'restore', 'backups', 'recover', 'version', 'help']) {
    for (const args of [['help', name], [name, '--help']]) {
      const result = run(args);
      assert.equal(result.code, 0, args.join(' '));
      assert.match(result.out, new RegExp(`Usage: backstay ${name}`), args.join(' '));
      assert.equal(result.err, '');
    }
  }
});

function model(name) {
  cpSync(join(data, 'origam', 'deadlock'), join(folder, name), { recursive: true });
  return join(folder, name, 'A', 'DeploymentVersion', 'A', '1.0.origam');
}

test('repair --write changes the bytes of one number, and what was there stays beside it', () => {
  const edited = model('repair/model');
  const before = readFileSync(edited);
  const expected = readFileSync(join(data, 'origam', 'deadlock-repair', 'A 1.0.origam.expected'));
  chmodSync(edited, 0o640);
  assert.equal(run(['repair', 'repair/model']).code, 1);
  assert.ok(readFileSync(edited).equals(before), 'showing writes nothing');
  const result = run(['repair', '--write', '--format', 'json', 'repair/model']);
  assert.equal(result.code, 0, result.err);
  assert.deepEqual(json(result).written, [{ input: 'repair/model', file: 'A/DeploymentVersion/A/1.0.origam', backup: 'A/DeploymentVersion/A/1.0.origam.bak' }]);
  assert.ok(readFileSync(edited).equals(expected));
  assert.ok(readFileSync(`${edited}.bak`).equals(before));
  assert.equal(statSync(edited).mode & 0o777, 0o640);
  assert.equal(run(['order', 'repair/model']).code, 0);
  // A second run finds nothing to do.
  assert.equal(run(['repair', '--write', 'repair/model']).code, 0);
  assert.ok(readFileSync(edited).equals(expected));
  assert.deepEqual(readdirSync(dirname(edited)).filter((name) => name.startsWith('1.0.origam') && !name.includes('___')).sort(), ['1.0.origam', '1.0.origam.bak']);
});

test('repair --write keeps no copy when told so, and overwrites none', () => {
  const edited = model('repair/bare');
  assert.equal(run(['repair', '--write', '--no-backup', 'repair/bare']).code, 0);
  assert.ok(!existsSync(`${edited}.bak`));
  const kept = model('repair/kept');
  const before = readFileSync(kept);
  writeFileSync(`${kept}.bak`, 'precious');
  const refused = run(['repair', '--write', 'repair/kept']);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /1\.0\.origam\.bak: is there already and is not overwritten/);
  assert.ok(readFileSync(kept).equals(before));
  assert.equal(readFileSync(`${kept}.bak`, 'utf8'), 'precious');
});

test('repair --write leaves a link in the folder a link', () => {
  const edited = model('repair/linked');
  const real = join(folder, 'repair', 'linked', 'A', 'real.xml');
  renameSync(edited, real);
  symlinkSync('../../real.xml', edited);
  assert.equal(run(['repair', '--write', '--no-backup', 'repair/linked']).code, 0);
  assert.ok(lstatSync(edited).isSymbolicLink());
  assert.ok(readFileSync(real).equals(readFileSync(join(data, 'origam', 'deadlock-repair', 'A 1.0.origam.expected'))));
});

test('repair --write refuses a file that changes while it works', async () => {
  const edited = model('repair/busy');
  const before = readFileSync(edited);
  const script = readdirSync(dirname(edited)).find((name) => name.includes('___'));
  writeFileSync(join(dirname(edited), script), 'SELECT 1;\n'.repeat(300000));  // so that it works for a while
  const output = join(folder, 'repair', 'busy.txt');
  let err = '', code = 0;
  // Somebody else touches it again and again until the program has its answer. On a busy machine that somebody may sleep
  // for as long as the program works, which is then right to write; so there are a few tries.
  for (let tries = 0; code === 0 && tries < 10; ++tries) {
    for (const left of [output, `${edited}.bak`]) rmSync(left, { force: true });
    writeFileSync(edited, before);
    err = '';
    const child = spawn(program, ['repair', '--write', '--output', output, 'repair/busy'], { cwd: folder });
    child.stderr.on('data', (text) => { err += text; });
    const ended = new Promise((finish) => { child.on('close', finish); });
    for (const end = Date.now() + 30000; !existsSync(output) && Date.now() < end;) utimesSync(edited, 1, 1);
    code = await ended;
  }
  assert.equal(code, 1);
  assert.match(err, /1\.0\.origam: has changed since it was read; nothing was written/);
  assert.ok(readFileSync(edited).equals(before));
  assert.ok(!existsSync(`${edited}.bak`));
});

// A model of packages without scripts: name -> { after: packages it references, list: raw dependency list of its
// 1.0 }. A capital letter before a comma stands for the id of that package.
function lists(name, packages) {
  const id = (of) => `${of.charCodeAt(0)}000000-0000-4000-8000-000000000000`;
  const path = (own) => `${name}/${own}/DeploymentVersion/${own}/1.0.origam`;
  for (const [own, { after: referenced = [], list }] of Object.entries(packages)) {
    const references = referenced.map((other) => `<packageReference referencedPackage="${other}/.origamPackage#${id(other)}"/>`).join('');
    file(`${name}/${own}/.origamPackage`, `<f xmlns:x="x"><package x:id="${id(own)}" name="${own}" version="1.0">${references}</package></f>`);
    const text = list.replace(/[A-Z](?=,)/g, id);
    file(path(own), `<f xmlns:x="x">\n  <DeploymentVersion deploymentDependenciesCsv='${text}' x:id="${id(own).replace(/0$/, '1')}" name="1.0" version="1.0"/>\n</f>`);
  }
  return (own) => readFileSync(join(folder, path(own)), 'utf8').match(/Csv='([^']*)'/)[1]
    .replace(/(\d\d)000000-0000-4000-8000-000000000000/g, (_, code) => String.fromCharCode(code));
}

test('repair makes several edits of one file together, and takes a line out when no number fits', () => {
  const list = lists('repair/two', { A: { list: 'X, 1.0' }, B: { list: 'X, 1.0' }, X: { after: ['A', 'B'], list: '&#xA;A, 1.0, note&#xA;Q, 3.0\nB,1.0&#xA;' } });
  const shown = run(['repair', '--format', 'json', 'repair/two']);
  assert.equal(shown.code, 1, shown.err);
  const [first] = json(shown).repairs;
  assert.deepEqual(first.edits.map((edit) => [edit.package, edit.dependency, edit.from, edit.to]), [['X', 'A', '1.0', ''], ['X', 'B', '1.0', '']]);
  assert.deepEqual(first.order, ['X 1.0', 'A 1.0', 'B 1.0']);
  assert.equal(run(['repair', '--write', 'repair/two']).code, 0);
  assert.equal(list('X'), '&#xA;Q, 3.0&#xA;');
  assert.equal(list('A'), 'X, 1.0');
  assert.equal(run(['order', 'repair/two']).out, 'X 1.0\nA 1.0\nB 1.0\n');
});

test('the target may be the database itself', () => {
  lists('target/model', { A: { list: '' }, B: { after: ['A'], list: 'A, 1.0' } });
  const sql = `CREATE TABLE OrigamModelVersion (refSchemaExtensionId TEXT PRIMARY KEY, Version TEXT, DateUpdated TEXT NOT NULL);
    INSERT INTO OrigamModelVersion VALUES ('65000000-0000-4000-8000-000000000000', '1.0', '2026-01-01');
    CREATE TABLE Contact (Id TEXT, Name TEXT); CREATE VIEW VwContact AS SELECT * FROM Contact;`;
  assert.equal(spawnSync('sqlite3', [join(folder, 'target', 'crm.db')], { input: sql }).status, 0);
  assert.equal(run(['order', 'target/model']).out, 'A 1.0\nB 1.0\n');
  for (const args of [['--deployed', 'sqlite:target/crm.db'], ['--environment', 'sqlite:target/crm.db'], ['--deployed', 'env:CRM']]) {
    const result = run(['order', ...args, 'target/model'], { env: { ...process.env, CRM: `sqlite:${folder}/target/crm.db` } });
    assert.equal(result.out, 'B 1.0\n', result.err);
    assert.equal(result.code, 0);
  }
  assert.match(run(['plan', '--environment', 'sqlite:target/crm.db', 'target/model']).out, /B: OrigamModelVersion/);
  // The same from its description, and what scripts need is looked for in it.
  const described = run(['snapshot', '--database', 'sqlite:target/crm.db']);
  file('target/crm.json', described.out);
  assert.equal(run(['order', '--deployed', 'target/crm.json', 'target/model']).out, 'B 1.0\n');
  file('target/a.sql', 'UPDATE "Contact" SET "Nmae" = 1;\nDELETE FROM "Kontakt";\nDELETE FROM "VwContact" WHERE "Id" = 1;\n');
  for (const environment of ['sqlite:target/crm.db', 'target/crm.json']) {
    const found = json(run(['check', '--format', 'json', '--dialect', 'postgresql', '--environment', environment, 'target/a.sql'])).findings;
    assert.deepEqual(found.filter(({ rule }) => rule.startsWith('order/')).map(({ rule, line }) => [rule, line]), [['order/unknown-column', 1], ['order/unknown-table', 2]]);
  }
  const absent = run(['order', '--deployed', 'sqlite:target/nowhere/crm.db', 'target/model']);
  assert.equal(absent.code, 2);
  assert.match(absent.err, /^backstay: the database cannot be looked at/m);
  const unset = run(['order', '--deployed', 'env:BACKSTAY_NO_SUCH_VARIABLE', 'target/model']);
  assert.equal(unset.code, 2);
});

test('one package of a model can be chosen, and a second model in a folder is not mixed in', () => {
  const model = { A: { list: '' }, B: { after: ['A'], list: 'A, 1.0' }, C: { after: ['A'], list: 'A, 1.0' } };
  lists('models/new', model);
  assert.equal(run(['order', 'models/new']).out, 'A 1.0\nB 1.0\nC 1.0\n');
  assert.equal(run(['order', '--active', 'C', 'models/new']).out, 'A 1.0\nC 1.0\n');
  assert.equal(run(['order', '--active', '67000000-0000-4000-8000-000000000000', 'models/new']).out, 'A 1.0\nC 1.0\n');
  for (const command of ['order', 'plan', 'repair']) {
    const wrong = run([command, '--active', 'X', 'models/new']);
    assert.equal(wrong.code, 2, command);
    assert.match(wrong.err, /there is no package "X"/);
  }
  assert.equal(run(['check', '--active', 'X', 'models/new']).code, 1);
  lists('models/old', model);
  const both = run(['order', 'models']);
  assert.equal(both.code, 3);
  assert.equal(both.out, 'A 1.0\nB 1.0\nC 1.0\n');
  assert.match(both.err, /"old" is a model of its own and was not read/);
  assert.equal(run(['order', 'models/new', 'models/old']).code, 0);
});

test('repair: wrong use and inputs that are none', () => {
  file('repair/x.zip', 'PK');
  for (const [args, code] of [[['repair'], 2], [['repair', '--write', 'repair/x.zip'], 2], [['repair', '--format', 'sarif', 'repair'], 2],
    [['repair', '--no-backup', 'repair'], 2], [['repair', 'nowhere'], 3], [['repair', '--write', 'nowhere'], 3], [['repair', 'repair/x.zip'], 3]]) {
    const result = run(args);
    assert.equal(result.code, code, `${args.join(' ')}: ${result.err}`);
    assert.match(result.err, /^backstay: ./m, args.join(' '));
  }
});

test('the configuration: nearest one upwards from here, never one inside an input, errors with a place', () => {
  file('project/backstay.json', '{"rules": {"sql/update-data": "off", "sql/update-without-where": "off"}}');
  file('project/deep/er/bad.sql', BAD);
  assert.equal(run(['check', 'bad.sql'], { cwd: join(folder, 'project', 'deep', 'er') }).code, 0);
  // The same file from outside: the folder of an input does not decide what it is checked for.
  assert.equal(run(['check', 'project/deep/er/bad.sql']).code, 1);
  file('wrong.json', '{\n  "fail_on": "never",\n  "rulez": {}\n}');
  const wrong = run(['check', '--config', 'wrong.json', 'good.sql']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /^backstay: wrong\.json:3:\d+: unknown setting "rulez"\n$/);
  // The command line is nearer than the file.
  file('never.json', '{"fail_on": "never"}');
  assert.equal(run(['check', '--config', 'never.json', 'bad.sql']).code, 0);
  assert.equal(run(['check', '--config', 'never.json', '--fail-on', 'error', 'bad.sql']).code, 1);
});

test('inputs are reported in the order given, whatever the number of jobs', () => {
  const names = [];
  for (let i = 0; i < 40; i++) names.push(file(`many/${String(i).padStart(2, '0')}.sql`, i % 3 ? GOOD : BAD.repeat(1 + (i % 7) * 40)));
  const plain = (result) => result.out.replace(/"milliseconds": \d+/, '');
  const one = run(['check', '--format', 'json', '--jobs', '1', ...names]);
  const eight = run(['check', '--format', 'json', '--jobs', '8', ...names]);
  assert.equal(one.code, 1);
  assert.deepEqual(json(one).inputs.map((input) => input.path), names);
  assert.equal(plain(one), plain(eight));
});

test('standard input is a script; sha256 and size are those of the bytes', () => {
  const report = json(run(['check', '--format', 'json', '-'], { input: BAD }));
  assert.equal(report.inputs[0].kind, 'sql-script');
  assert.equal(report.inputs[0].bytes, Buffer.byteLength(BAD));
  assert.ok(report.findings.some((finding) => finding.rule === 'sql/update-data'));
  file('abc.sql', 'abc');
  const known = json(run(['check', '--format', 'json', 'abc.sql', '--fail-on', 'never']));
  assert.equal(known.inputs[0].sha256, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('a pipe can be given as a path', () => {
  const result = spawnSync('bash', ['-c', `"${program}" check --format json <(printf 'UPDATE t SET a = 1;')`], { encoding: 'utf8', cwd: folder });
  assert.equal(result.status, 1, result.stderr);
  assert.equal(JSON.parse(result.stdout).scripts.length, 1);
});

test('one unreadable input does not keep the others from being reported', () => {
  file('broken.gz', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3, 4, 5]));
  const result = run(['check', '--format', 'json', 'broken.gz', 'bad.sql', 'nowhere']);
  assert.equal(result.code, 3);
  const report = json(result);
  assert.deepEqual(report.inputs.map((input) => input.kind), [null, 'sql-script', null]);
  assert.ok(report.findings.some((finding) => finding.input === 'nowhere' && finding.rule === 'archive/missing'));
  assert.ok(report.findings.some((finding) => finding.input === 'broken.gz' && finding.rule.startsWith('archive/')));
  assert.ok(report.findings.some((finding) => finding.input === 'bad.sql' && finding.rule === 'sql/update-data'));
});

test('a folder: links that leave it are not followed, version control is left out, an unreadable part is told', (t) => {
  const root = join(folder, 'linked');
  file('secret.txt', 'outside');
  file('linked/descriptor.json', readFileSync(join(data, 'creatio/safe-loyalty/1.0/UsrBsLoyalty/descriptor.json')));
  file('linked/.git/config', 'x');
  symlinkSync(join(folder, 'secret.txt'), join(root, 'out.txt'));
  symlinkSync('..', join(root, 'loop'));
  symlinkSync('descriptor.json', join(root, 'inside.json'));
  const report = json(run(['check', '--format', 'json', 'linked']));
  assert.equal(report.packages.length, 1);
  const unsafe = report.findings.filter((finding) => finding.rule === 'archive/unsafe').map((finding) => finding.file).sort();
  assert.deepEqual(unsafe, ['loop', 'out.txt']);
  assert.ok(!JSON.stringify(report).includes('.git/config'));

  if (process.getuid() === 0) return t.diagnostic('root reads everything: the unreadable folder was not tried');
  mkdirSync(join(root, 'Schemas'));
  chmodSync(join(root, 'Schemas'), 0);
  const partly = run(['check', '--format', 'json', 'linked']);
  chmodSync(join(root, 'Schemas'), 0o755);
  assert.equal(partly.code, 3);
  assert.ok(json(partly).findings.some((finding) => finding.rule === 'archive/unreadable' && finding.file === 'Schemas'));
});

test('a named pipe inside a folder is left out rather than waited for', () => {
  file('piped/descriptor.json', readFileSync(join(data, 'creatio/safe-loyalty/1.0/UsrBsLoyalty/descriptor.json')));
  assert.equal(spawnSync('mkfifo', [join(folder, 'piped', 'Files')]).status, 0);
  const result = run(['check', '--format', 'json', 'piped'], { timeout: 20000 });
  assert.ok(json(result).findings.some((finding) => finding.file === 'Files' && finding.rule === 'archive/unreadable'));
});

test('--output writes the whole file or none, and keeps the mode of one that is replaced', () => {
  const result = run(['check', 'bad.sql', '--format', 'json', '--output', 'report.json']);
  assert.equal(result.code, 1);
  assert.equal(result.out, '');
  assert.equal(JSON.parse(readFileSync(join(folder, 'report.json'))).schema, 'backstay.report/1');
  chmodSync(join(folder, 'report.json'), 0o600);
  run(['check', 'good.sql', '--output', 'report.json']);
  assert.equal(statSync(join(folder, 'report.json')).mode & 0o777, 0o600);
  for (const target of ['no/such/folder/report.json', '.']) {
    const failed = run(['check', 'good.sql', '--output', target]);
    assert.equal(failed.code, 2, target);
    assert.match(failed.err, /cannot write/);
  }
  assert.deepEqual(readdirSync(folder).filter((name) => name.startsWith('report.json.')), []);
});

test('a full disk and a closed pipe are errors, not silence', () => {
  const full = spawnSync('bash', ['-c', `"${program}" check good.sql > /dev/full`], { encoding: 'utf8', cwd: folder });
  assert.equal(full.status, 2);
  assert.match(full.stderr, /cannot write the result to standard output: No space left/);
  const named = run(['check', 'good.sql', '--output', '/dev/full']);
  assert.equal(named.code, 2);
  // Far more than a pipe holds, to a reader that leaves at once.
  file('huge.sql', BAD.repeat(20000));
  const closed = spawnSync('bash', ['-c', `"${program}" check huge.sql --format json | head -c 10 > /dev/null; echo "\${PIPESTATUS[0]}"`], { encoding: 'utf8', cwd: folder });
  assert.equal(closed.stdout, '2\n');
  assert.match(closed.stderr, /Broken pipe/);
});

test('colour only on a terminal; progress only there or when asked for', () => {
  const result = run(['check', 'bad.sql']);
  assert.ok(!result.out.includes('\x1b'));
  assert.equal(result.err, '');
  const asked = run(['check', 'bad.sql', '--progress', 'always']);
  assert.equal(asked.out.replace(/ in \d+ ms/, ''), result.out.replace(/ in \d+ ms/, ''));
  // util-linux's script gives the program a terminal.
  const terminal = spawnSync('script', ['-qec', `"${program}" check bad.sql`, '/dev/null'], { encoding: 'utf8', cwd: folder, env: { ...process.env, NO_COLOR: '', TERM: 'xterm' } });
  if (terminal.error) return;
  assert.ok(terminal.stdout.includes('\x1b[1;31m'));
  const without = spawnSync('script', ['-qec', `"${program}" check bad.sql`, '/dev/null'], { encoding: 'utf8', cwd: folder, env: { ...process.env, NO_COLOR: '1', TERM: 'xterm' } });
  assert.ok(!without.stdout.includes('\x1b[1;31m'));
});

test('batch: one answer a line in order, bad lines go on, ids stay as they are', () => {
  const lines = [
    '{"id": 1, "dialect": "postgresql", "install_type": "AfterPackage", "sql": "UPDATE \\"Contact\\" SET a = 1"}',
    'not json',
    '{"id": "two", "dialect": "postgresql", "sql": "SELECT 1"}',
    '{"id": {"a": [1.50, null]}, "dialect": "mysql", "sql": "SELECT 1"}',
    '[]',
    '{"id": 12345678901234567890123}',
    '{"id": null, "path": "bad.sql"}',
    '{"id": 7, "path": "nowhere.zip"}',
    '{"id": 8, "sql": 5}',
    '',
    '{"id": 9, "dialect": "postgresql", "sql": "SELECT 2", "expect": [], "notes": "not ours"}',
  ];
  const result = run(['batch'], { input: lines.join('\n') });
  assert.equal(result.code, 0);
  const raw = result.out.trimEnd().split('\n');
  const answers = raw.map((line) => JSON.parse(line));
  assert.equal(answers.length, 10);
  assert.deepEqual(answers.map((answer) => ('error' in answer ? 'error' : answer.verdict)),
    ['with-capture', 'error', 'safe', 'error', 'error', 'error', 'with-capture', 'not-applicable', 'error', 'safe']);
  assert.ok(answers[0].findings.some((finding) => finding.rule === 'sql/update-data'));
  assert.equal(answers[1].id, null);
  assert.ok(raw[3].startsWith('{"id":{"a": [1.50, null]},'));
  assert.ok(raw[5].startsWith('{"id":12345678901234567890123,'));
  assert.equal(answers[6].exit, 1);
  assert.equal(answers[6].order.status, 'not-applicable');
  assert.equal(answers[7].exit, 3);
});

test('batch answers each line before the next one comes', async () => {
  const child = spawn(program, ['batch'], { cwd: folder });
  const answers = [];
  let wake;
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text) => {
    answers.push(text);
    wake?.();
  });
  for (let i = 0; i < 3; i++) {
    const answered = new Promise((done, failed) => {
      wake = done;
      setTimeout(() => failed(new Error('no answer within 20 s')), 20000).unref();
    });
    child.stdin.write(`{"id": ${i}, "dialect": "mssql", "sql": "SELECT ${i}"}\n`);
    await answered;
    assert.equal(JSON.parse(answers.at(-1)).id, i);
  }
  child.stdin.end();
  assert.equal(await new Promise((done) => child.on('close', done)), 0);
});

test('batch: a line over the limit is answered, and the next one too', () => {
  file('small.json', '{"limits": {"max_script_bytes": 1000}}');
  const input = `{"id": 1, "sql": "${'x'.repeat(300000)}"}\n{"id": 2, "dialect": "postgresql", "sql": "SELECT 1"}\n`;
  const answers = run(['batch', '--config', 'small.json'], { input }).out.trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.match(answers[0].error, /longer than/);
  assert.equal(answers[1].id, 2);
});

test('pack and unpack: there and back, nothing is overwritten, nothing is written outside', () => {
  const source = join(data, 'creatio/safe-loyalty/1.1/UsrBsLoyalty');
  assert.equal(run(['pack', source, '-o', 'a.gz']).code, 0);
  assert.equal(run(['pack', source, '-o', 'b.gz']).code, 0);
  assert.deepEqual(readFileSync(join(folder, 'a.gz')), readFileSync(join(folder, 'b.gz')));
  assert.deepEqual(readFileSync(join(folder, 'a.gz')), readFileSync(join(data, 'creatio/packed/UsrBsLoyalty-1.1.gz')));
  assert.equal(run(['unpack', 'a.gz', '-o', 'out']).code, 0);
  assert.deepEqual(readFileSync(join(folder, 'out/a/descriptor.json')), readFileSync(join(source, 'descriptor.json')));
  const again = run(['unpack', 'a.gz', '-o', 'out']);
  assert.equal(again.code, 2);
  assert.match(again.err, /exists already/);
  assert.equal(run(['pack', source, '-o', 'one.zip']).code, 0);
  assert.equal(json(run(['check', '--format', 'json', 'one.zip'])).inputs[0].kind, 'creatio-delivery');
  assert.equal(run(['pack', 'nowhere', '-o', 'c.gz']).code, 3);
  assert.ok(!existsSync(join(folder, 'c.gz')));
  assert.equal(run(['unpack', 'bad.sql', '-o', 'out2']).code, 3);
  assert.ok(!existsSync(join(folder, 'out2')));

  // A link that lies in the target already must not lead a file out of it.
  mkdirSync(join(folder, 'trap'));
  mkdirSync(join(folder, 'elsewhere'));
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'trap/a'));
  assert.equal(run(['unpack', 'a.gz', '-o', 'trap']).code, 2);
  assert.deepEqual(readdirSync(join(folder, 'elsewhere')), []);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  test(`${signal} ends with code 7 at once and leaves no file`, async () => {
    const name = `interrupted-${signal}.json`;
    const child = spawn(program, ['check', '--format', 'json', '--output', name, 'good.sql', '-'], { cwd: folder });
    child.stdin.write('SELECT 1;\n');  // and no end: the program waits for more
    await new Promise((done) => setTimeout(done, 300));
    const sent = Date.now();
    child.kill(signal);
    const code = await new Promise((done) => child.on('close', done));
    assert.equal(code, 7);
    assert.ok(Date.now() - sent < 2000);
    assert.deepEqual(readdirSync(folder).filter((entry) => entry.startsWith(name)), []);
  });
}

test('an interrupt at any moment leaves the whole report or none', async () => {
  file('long.sql', BAD.repeat(3000));
  for (let delay = 4; delay < 100; delay += 8) {
    const name = `moment-${delay}.json`;
    const child = spawn(program, ['check', '--dialect', 'postgresql', '--format', 'json', '--output', name, 'long.sql'], { cwd: folder });
    const ended = new Promise((done) => child.on('close', (...how) => done(how)));
    await new Promise((done) => setTimeout(done, delay));
    child.kill('SIGINT');
    const [code, signal] = await ended;
    // Killed before main() began, or after everything was written: both are fine.
    assert.ok(code === 7 || code === 1 || (code === null && signal === 'SIGINT'), `code ${code}, signal ${signal}`);
    const left = readdirSync(folder).filter((entry) => entry.startsWith(name));
    if (left.length === 0) continue;
    assert.deepEqual(left, [name]);
    assert.equal(JSON.parse(readFileSync(join(folder, name))).schema, 'backstay.report/1');
  }
});

test('every damaged archive is refused with a finding of its own, and unpacks to nothing', () => {
  const damaged = join(data, 'damaged');
  const names = readdirSync(damaged).filter((name) => /\.(gz|zip)$/.test(name));
  assert.ok(names.length > 50);
  const paths = names.map((name) => join(damaged, name));
  const all = run(['check', '--format', 'json', '--jobs', '4', ...paths, 'bad.sql']);
  assert.equal(all.code, 3);
  const report = json(all);
  assert.equal(report.inputs.length, names.length + 1);
  for (const path of paths) {
    assert.ok(report.findings.some((finding) => finding.input === path && finding.severity === 'error' && finding.rule.startsWith('archive/')), path);
  }
  assert.ok(report.findings.some((finding) => finding.input === 'bad.sql' && finding.rule === 'sql/update-data'));
  for (const path of paths.filter((path) => /name-|zip-(parent|absolute|drive|two)/.test(path))) {
    const unpacked = run(['unpack', path, '-o', 'nothing']);
    assert.equal(unpacked.code, 3, path);
    assert.ok(!existsSync(join(folder, 'nothing')), path);
  }
});

test('version', () => {
  assert.match(run(['version']).out, /^backstay \d+\.\d+\.\d+\n$/);
  assert.equal(run(['--version']).out, run(['version']).out);
});
