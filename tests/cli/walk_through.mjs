// The commands of native-plugin/README.md, run as they stand there on a copy of what they need.
//
//   node walk_through.mjs build/dev/native-plugin/backstay
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const program = resolve(process.argv[2] ?? 'build/dev/native-plugin/backstay');
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const readme = readFileSync(join(root, 'native-plugin', 'README.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'backstay-walk-'));
after(() => rmSync(folder, { recursive: true, force: true }));

// What the commands are run in: a folder that has the repository's files that they name, and backstay on the path.
mkdirSync(join(folder, 'bin'));
symlinkSync(program, join(folder, 'bin', 'backstay'));
for (const name of ['native-plugin', 'tests']) symlinkSync(join(root, name), join(folder, name));
const environment = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}` };

const commands = readme.slice(readme.indexOf('<!-- walk-through'), readme.indexOf('## In a host'))
  .match(/```sh\n[^]*?```/g).flatMap((block) => block.split('\n').slice(1, -1)).filter(Boolean);
const sql = (text) => execFileSync('sqlite3', [join(folder, 'demo', 'crm.db'), text], { encoding: 'utf8' }).trim();
const points = () => sql('SELECT group_concat(UsrPoints) FROM (SELECT UsrPoints FROM Contact ORDER BY Id)');
const said = [];

test('the README has the commands', () => assert.ok(commands.length >= 7, commands.join('\n')));

for (const command of commands) {
  test(command, () => {
    const expected = Number(command.match(/# code (\d)$/)?.[1] ?? 0);
    const ran = spawnSync('bash', ['-c', command], { cwd: folder, env: environment, encoding: 'utf8', timeout: 120000 });
    assert.equal(ran.status, expected, `${ran.stdout}${ran.stderr}`);
    said.push(ran.stdout);
    if (command.includes('loyalty-1.0')) assert.equal(points(), '40,260,1200');
    if (command.includes('apply') && /loyalty-1\.[12]/.test(command)) assert.equal(points(), '100,260,1200');
    if (command.includes('--dry-run')) {
      assert.match(ran.stdout, /restore: would do this; nothing was changed[^]*R-USERS-WORKED:Contact/);
      assert.equal(points(), '100,260,1200');
    } else if (command.startsWith('backstay restore')) {
      assert.equal(points(), '40,260,1200');
      assert.equal(sql("SELECT Email FROM Contact WHERE Name = 'Ada'"), 'ada@new.example');
    }
    if (command.startsWith('backstay backups')) assert.equal(ran.stdout.trim().split('\n').length, 3);
  });
}

test('what failed says where', () => assert.match(said.join(''), /UsrNewContact\.sql:1:1/));
