// Restore on demand through the command line: dry run and digest, risks, scope, drift, overlap, and a restore that is
// taken back itself. On SQLite, and on PostgreSQL where BACKSTAY_PG_URL names a database (tests/support/with_postgres.sh).
//   node tests/cli/restore.mjs CLI
import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const cli = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), 'backstay-restore-'));

const start = `CREATE TABLE contact(id int primary key, name text, points int);
INSERT INTO contact VALUES (1, 'Ada', 10), (2, 'Grace', 20), (3, 'Edsger', 300);
CREATE TABLE town(id int primary key, name text); INSERT INTO town VALUES (1, 'Riga'), (2, 'Lviv');
CREATE VIEW rich AS SELECT id, name FROM contact;`;
const change = `CREATE TABLE fresh(id int primary key, t text);
INSERT INTO fresh VALUES (1, 'one'), (2, 'two');
UPDATE contact SET points = 100 WHERE points < 30;
UPDATE town SET name = 'Kyiv' WHERE id = 2;
DROP VIEW rich;
CREATE VIEW rich AS SELECT id, name, points FROM contact;
`;
const old_state = '1 Ada 10,2 Grace 20,3 Edsger 300|1 Riga,2 Lviv|no fresh|2 columns';
const new_state = '1 Ada 100,2 Grace 100,3 Edsger 300|1 Riga,2 Kyiv|1 one,2 two|3 columns';

function succeeds(ended) {
  assert.equal(ended.code, 0, JSON.stringify(ended.report));
}

function scenario(url, sql) {
  const place = join(folder, url.startsWith('sqlite') ? 'sqlite' : 'postgresql');
  mkdirSync(place);
  const file = (name, text) => (writeFileSync(join(place, name), text), join(place, name));
  const run = (command, ...rest) => {
    const ran = spawnSync(cli, [command, '--database', url, '--store', join(place, 'store'), '--format', 'json', ...rest], {encoding: 'utf8'});
    assert.notEqual(ran.stdout, '', ran.stderr);
    return {code: ran.status, report: JSON.parse(ran.stdout)};
  };
  const list = (columns, table) => sql(`SELECT ${columns} FROM ${table} ORDER BY id`).trim().split('\n').join(',');
  const state = () => {
    let fresh = 'no fresh';
    try { fresh = list("id || ' ' || t", 'fresh'); } catch { /* not there */ }
    let columns = '2 columns';
    try { sql('SELECT points FROM rich'), columns = '3 columns'; } catch { /* the old one */ }
    return [list("id || ' ' || name || ' ' || points", 'contact'), list("id || ' ' || name", 'town'), fresh, columns].join('|');
  };
  const ids = report => report.risks.map(risk => risk.id);

  sql(start);
  const first = run('apply', '--force', file('change.sql', change));
  assert.equal(first.code, 0, JSON.stringify(first.report));
  assert.equal(state(), new_state);

  // There and back and there again, rows, tables and views alike.
  for (const expected of [old_state, new_state, old_state]) {
    const back = run('restore', '--force');
    assert.equal(back.code, 0, JSON.stringify(back.report));
    assert.deepEqual(back.report.conflicts, []);
    assert.equal(state(), expected);
  }

  const applied = run('apply', '--force', file('change.sql', change));
  assert.equal(applied.code, 0, JSON.stringify(applied.report));
  assert.equal(state(), new_state);

  // A dry run lists everything and changes nothing; what it promises is what happens.
  sql("UPDATE contact SET points = 7 WHERE id = 1; UPDATE contact SET name = 'Grace H' WHERE id = 2");
  const before = state();
  const dry = run('restore', '--dry-run', '--backup', applied.report.backup_id);
  assert.equal(dry.code, 0);
  assert.equal(dry.report.end, 'DRY_RUN');
  assert.ok(dry.report.actions.length >= 1);
  assert.match(dry.report.digest, /^[0-9a-f]{64}$/);
  assert.equal(state(), before);
  assert.ok(dry.report.drift.some(line => /contact/.test(line)), JSON.stringify(dry.report.drift));
  assert.ok(ids(dry.report).some(id => /^R-USERS-WORKED:.*contact$/.test(id)), ids(dry.report).join());
  assert.equal(dry.report.conflicts.length, 1, JSON.stringify(dry.report.conflicts));

  // An unknown risk, and a digest of another state, are refused with nothing changed.
  assert.equal(run('restore', '--acknowledge', 'R-NONE').code, 6);
  const stale = run('restore', '--digest', '00');
  assert.equal(stale.code, 6);
  assert.equal(stale.report.problem.code, 'drift');

  // Only the rows of one table.
  succeeds(run('restore', '--backup', applied.report.backup_id, '--table', 'town'));
  assert.equal(state(), before.replace('2 Kyiv', '2 Lviv'));

  // A later operation on the same rows has to be named; the users' edits stay.
  const second = run('apply', '--force', file('second.sql', "UPDATE contact SET points = 1 WHERE id = 3;\n"));
  assert.equal(second.code, 0);
  const overlap = run('restore', '--backup', applied.report.backup_id, '--force');
  assert.equal(overlap.code, 6, JSON.stringify(overlap.report));
  const named = overlap.report.risks.filter(risk => risk.required && !risk.acknowledged).map(risk => risk.id);
  assert.ok(named.includes(`R-OVERLAP:${second.report.op_id}`), named.join());
  const accepted = run('restore', '--backup', applied.report.backup_id, '--force', ...named.flatMap(id => ['--acknowledge', id]));
  assert.equal(accepted.code, 0, JSON.stringify(accepted.report));
  assert.equal(state(), '1 Ada 7,2 Grace H 20,3 Edsger 1|1 Riga,2 Lviv|no fresh|2 columns');
  assert.ok(accepted.report.conflicts.some(line => /contact.*1.*points/.test(line)), JSON.stringify(accepted.report.conflicts));

  // Told to overwrite, what users made of the rows goes as well; that has to be acknowledged.
  const third = run('apply', '--force', file('third.sql', "UPDATE contact SET points = 5, name = 'All' WHERE id < 3;\nINSERT INTO town VALUES (3, 'Oslo'), (4, 'Bergen');\n"));
  assert.equal(third.code, 0, JSON.stringify(third.report));
  sql("UPDATE contact SET points = 77 WHERE id = 1; UPDATE contact SET name = NULL WHERE id = 2; UPDATE town SET name = 'Tromso' WHERE id = 4");
  const unasked = run('restore', '--force', '--on-conflict', 'overwrite');
  assert.equal(unasked.code, 6);
  assert.deepEqual(unasked.report.risks.filter(risk => risk.required && !risk.acknowledged).map(risk => risk.id.replace(/:.*[.]/, ':')).sort(), ['R-USERS-WORKED:contact', 'R-USERS-WORKED:town']);
  const worked = unasked.report.risks.filter(risk => risk.required && !risk.acknowledged).flatMap(risk => ['--acknowledge', risk.id]);
  const overwritten = run('restore', '--force', '--on-conflict', 'overwrite', ...worked);
  assert.equal(overwritten.code, 0, JSON.stringify(overwritten.report));
  assert.deepEqual(overwritten.report.conflicts, []);
  assert.equal(state(), '1 Ada 7,2 Grace H 20,3 Edsger 1|1 Riga,2 Lviv|no fresh|2 columns');
  // And back: the users' own values are there again.
  succeeds(run('restore', '--force'));
  assert.equal(sql('SELECT points FROM contact WHERE id = 1').trim(), '77');
  assert.equal(sql('SELECT name FROM town WHERE id = 4').trim(), 'Tromso');
  succeeds(run('restore', '--force'));

  // A column that the operation added goes with what the operation wrote into it; what somebody has entered since keeps it.
  const wide = file('wide.sql', "ALTER TABLE town ADD COLUMN grade int DEFAULT 5;\nDELETE FROM town WHERE id = 2;\nUPDATE town SET grade = 9 WHERE id = 1;\n");
  const has_grade = () => { try { return list('grade', 'town'); } catch { return 'no grade'; } };
  succeeds(run('apply', '--force', wide));
  assert.equal(has_grade(), '9');
  succeeds(run('restore', '--force'));
  assert.equal(has_grade(), 'no grade');
  assert.equal(list("id || ' ' || name", 'town'), '1 Riga,2 Lviv');
  const widened = run('apply', '--force', wide);
  sql("INSERT INTO town(id, name, grade) VALUES (9, 'Oslo', 7)");
  const kept = run('restore', '--force', '--backup', widened.report.backup_id);
  assert.equal(kept.code, 0, JSON.stringify(kept.report));
  assert.ok(kept.report.conflicts.some(line => /town.*grade.*: in use/.test(line)), JSON.stringify(kept.report.conflicts));
  assert.equal(has_grade(), '5,5,7');
  sql("DELETE FROM town WHERE id = 9; ALTER TABLE town DROP COLUMN grade");
  return {run, state, file, place};
}

// What was captured lies in the backup and nowhere else: as often as it is wanted, whatever became of the database, and
// for an administrator with psql as well.
const rich = `CREATE SCHEMA shop;
CREATE TYPE shop.size AS ENUM ('small', 'large');
CREATE TABLE shop.owner(id int PRIMARY KEY);
INSERT INTO shop.owner VALUES (1);
CREATE TABLE shop.thing(id serial PRIMARY KEY, no bigint GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 5), owner int REFERENCES shop.owner ON DELETE CASCADE,
  name varchar(20) COLLATE "C" NOT NULL DEFAULT 'none', how shop.size, tags text[], raw bytea, at timestamptz, took interval, price numeric(12,4), half real,
  twice int GENERATED ALWAYS AS (id * 2) STORED, CONSTRAINT priced CHECK (price >= 0));
CREATE INDEX thing_name ON shop.thing (lower(name)) WHERE how = 'large';
COMMENT ON TABLE shop.thing IS 'a comment';
COMMENT ON COLUMN shop.thing.name IS 'another';
GRANT SELECT ON shop.thing TO PUBLIC;
ALTER TABLE shop.thing ALTER COLUMN tags SET STORAGE EXTERNAL;
CREATE FUNCTION shop.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touched BEFORE UPDATE ON shop.thing FOR EACH ROW EXECUTE FUNCTION shop.nothing();
INSERT INTO shop.thing(owner, name, how, tags, raw, at, took, price, half) VALUES
  (1, E'tab\\t and \\\\ line\\n end', 'large', ARRAY['a,b', NULL, '"'], '\\x00ff0a', '2026-01-02 03:04:05.678901+03', '-1 day 02:03:04', 12.3400, 0.1),
  (NULL, '', NULL, '{}', '', 'infinity', NULL, NULL, 'NaN'), (NULL, '\\.', 'small', NULL, NULL, NULL, '1 year', 0, 1e30);
`;

function out_of_the_database(psql, run, file, place) {
  psql(rich);
  const shape = () => psql("SELECT * FROM shop.thing ORDER BY id") + psql("SELECT pg_get_constraintdef(oid), conname FROM pg_constraint WHERE conrelid = 'shop.thing'::regclass ORDER BY conname") +
    psql("SELECT indexdef FROM pg_indexes WHERE tablename = 'thing' ORDER BY 1") + psql("SELECT last_value, is_called FROM shop.thing_id_seq") + psql("SELECT last_value, is_called FROM shop.thing_no_seq") +
    psql("SELECT relacl, obj_description(oid) FROM pg_class WHERE oid = 'shop.thing'::regclass") + psql("SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'shop.thing'::regclass AND NOT tgisinternal") +
    psql("SELECT attname, atttypid::regtype, atttypmod, attcollation, attnotnull, attidentity, attgenerated, attstorage, pg_get_expr(adbin, adrelid), col_description(attrelid, attnum) FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = 'shop.thing'::regclass AND attnum > 0 ORDER BY attname");
  const left = () => psql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'backstay%'").trim();
  const before = shape();
  const change = file('shop.sql', "UPDATE shop.thing SET price = 5, tags = '{x}' WHERE id = 1;\nDELETE FROM shop.thing WHERE id = 3;\nDROP TABLE shop.thing;\n");
  const applied = run('apply', '--force', change);
  assert.equal(applied.code, 0, JSON.stringify(applied.report));
  assert.equal(left(), '', 'nothing of ours stays in the database');
  // There and back again, for a column with a default and rows that come and go.
  psql("CREATE TABLE shop.wide(id int PRIMARY KEY, name text); INSERT INTO shop.wide VALUES (1, 'a'), (2, 'b'), (3, 'c')");
  const wide = () => psql("SELECT string_agg(w::text, ' ' ORDER BY id) FROM shop.wide w").trim();
  const narrow = wide();
  succeeds(run('apply', '--force', file('wider.sql', 'ALTER TABLE shop.wide ADD c int DEFAULT 5; DELETE FROM shop.wide WHERE id = 2; UPDATE shop.wide SET c = 9 WHERE id = 3;')));
  const widened = wide();
  for (const expected of [narrow, widened, narrow, widened]) {
    assert.deepEqual(run('restore', '--force').report.conflicts, []);
    assert.equal(wide(), expected);
  }
  const back = () => {
    const options = ['--force', '--backup', applied.report.backup_id];
    const asked = run('restore', ...options, '--dry-run').report.risks.filter(risk => risk.required && !risk.acknowledged);
    return run('restore', ...options, ...asked.flatMap(risk => ['--acknowledge', risk.id]));
  };
  for (let round = 1; round <= 3; ++round) {
    const restored = back();
    assert.equal(restored.code, 0, JSON.stringify(restored.report));
    assert.deepEqual(restored.report.conflicts, [], `round ${round}`);
    assert.equal(shape(), before, `round ${round}`);
    assert.equal(left(), '');
    // The second time there is nothing left to do; before the third a user deletes the table for good.
    if (round === 2) psql('DROP TABLE shop.thing');
  }
  psql('DROP TABLE shop.thing');
  const part = readdirSync(join(place, 'store/.backstay/backups')).find(name => name.includes(applied.report.op_id) && name.endsWith('.rows.backup.zip'));
  execFileSync('python3', ['-m', 'zipfile', '-e', join(place, 'store/.backstay/backups', part), join(place, 'by-hand')]);
  execFileSync('psql', ['-qX', '-v', 'ON_ERROR_STOP=1', process.env.BACKSTAY_PG_URL, '-f', join(place, 'by-hand/reverse.sql')], {stdio: 'pipe'});
  assert.equal(shape(), before, 'by hand');
}

try {
  const database = join(folder, 'a.db');
  const sqlite = sql => execFileSync('sqlite3', [database, sql], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']});
  const {run, file} = scenario(`sqlite:${database}`, sqlite);

  // Rows that are older than a column with a default hold nothing for it on disk; SQLite's hook then says null.
  for (const [name, kind] of [['late', ''], ['late_key', ' WITHOUT ROWID']]) {
    sqlite(`CREATE TABLE ${name}(a text primary key, n int)${kind}; INSERT INTO ${name} VALUES ('x', 1), ('y', 2), ('z', 3);
      ALTER TABLE ${name} ADD COLUMN d int DEFAULT 5; ALTER TABLE ${name} ADD COLUMN e text NOT NULL DEFAULT 'dd'; UPDATE ${name} SET d = NULL WHERE a = 'z'`);
    const rows = () => sqlite(`SELECT * FROM ${name} ORDER BY a`);
    const before = rows();
    succeeds(run('apply', '--force', file('late.sql', `DELETE FROM ${name} WHERE a = 'x'; UPDATE ${name} SET n = 9; UPDATE ${name} SET a = 'q' WHERE a = 'z';\n`)));
    succeeds(run('restore', '--force'));
    assert.equal(rows(), before);
  }

  // A table that is dropped can only come back with the full copy: by itself where nobody has written since, else on
  // request, and then what was entered goes.
  const dropped = run('apply', '--force', '--acknowledge', 'R-R3-STEP:S0001', file('drop.sql', 'DROP TABLE town;\n'));
  assert.equal(dropped.code, 0, JSON.stringify(dropped.report));
  const copied = run('restore', '--force');
  assert.equal(copied.code, 0, JSON.stringify(copied.report));
  assert.equal(sqlite('SELECT count(*) FROM town').trim(), '2');
  succeeds(run('apply', '--force', '--acknowledge', 'R-R3-STEP:S0001', file('drop.sql', 'DROP TABLE town;\n')));
  sqlite("INSERT INTO contact VALUES (9, 'Late', 1)");
  assert.equal(run('restore', '--force').code, 6);
  const lost = run('restore', '--force', '--whole-database');
  assert.equal(lost.code, 6);
  const worked = lost.report.risks.filter(risk => risk.required).map(risk => risk.id);
  assert.deepEqual(worked, ['R-USERS-WORKED:contact']);
  succeeds(run('restore', '--force', '--whole-database', '--acknowledge', worked[0]));
  assert.equal(sqlite('SELECT count(*) FROM town').trim(), '2');
  assert.equal(sqlite('SELECT count(*) FROM contact WHERE id = 9').trim(), '0');

  const url = process.env.BACKSTAY_PG_URL;
  if (url) {
    const psql = sql => execFileSync('psql', ['-qAtX', '-v', 'ON_ERROR_STOP=1', url, '-c', sql], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']});
    const {run: run_there, file: file_there, place} = scenario(url, psql);
    out_of_the_database(psql, run_there, file_there, place);
  }
  console.log(url ? 'ok, on both' : 'ok, on SQLite');
} finally {
  rmSync(folder, {recursive: true, force: true});
}
