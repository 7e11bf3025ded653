// Runs the golden cases. Each is run in a folder of its own that holds its inputs.
//
//   node run.mjs --cli build/dev/native-plugin/backstay [--reports DIR] [NAME...]
//   node run.mjs --cli build/wasm/tests/wasm/command_line/backstay.cjs
//   node run.mjs --adapter tests/wasm/golden_adapter.mjs [NAME...]
//
// An adapter is a module with `run(args, { cwd, stdin })` that resolves to { stdout, stderr, exit }, or to
// null for a command that it does not have; such cases are counted and named at the end.
// BACKSTAY_REWRITE_GOLDEN=1 rewrites what is expected: read the diff like code.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { normalise, read_case, rewrite_case } from './case_file.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const data = join(here, '..', 'data');

function command_line(path) {
  const [program, ...before] = /\.[cm]?js$/.test(path) ? [process.execPath, path] : [path];
  return {
    async run(args, { cwd, stdin }) {
      const ended = spawnSync(program, [...before, ...args], { cwd, input: stdin ?? '', maxBuffer: 1 << 28, timeout: 60000, env: { ...process.env, NO_COLOR: '1', LC_ALL: 'C.UTF-8' } });
      if (ended.error) throw ended.error;
      return { stdout: ended.stdout.toString('utf8'), stderr: ended.stderr.toString('utf8'), exit: ended.status ?? `signal ${ended.signal}` };
    },
  };
}

function lay_out(made, folder) {
  for (const { from, to } of made.data) {
    const target = join(folder, to);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(data, from), target, { recursive: true });
  }
  for (const { path, bytes } of made.inputs) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
}

function first_difference(expected, actual) {
  const a = expected.split('\n');
  const b = actual.split('\n');
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const part = (lines) => lines.slice(Math.max(0, i - 2), i + 6).map((line) => '      ' + line).join('\n');
  return `    first difference in line ${i + 1}\n    expected:\n${part(a)}\n    got:\n${part(b)}`;
}

function differences(made, result) {
  const found = [];
  if (made.exit !== result.exit) found.push(`    exit code ${result.exit}, expected ${made.exit}`);
  if (normalise(made.expect ?? '') !== result.stdout) found.push(first_difference(made.expect ?? '', result.stdout));
  if (made.stderr !== null && normalise(made.stderr) !== result.stderr) found.push('    standard error:\n' + first_difference(made.stderr, result.stderr));
  if (made.stderr === null && result.stderr) found.push(`    unexpected on standard error: ${result.stderr}`);
  return found;
}

async function main() {
  const names = [];
  let target = null;
  let reports = null;
  for (let i = 2; i < process.argv.length; i++) {
    const argument = process.argv[i];
    if (argument === '--cli') target = command_line(resolve(process.argv[++i]));
    else if (argument === '--adapter') target = await import(pathToFileURL(resolve(process.argv[++i])));
    else if (argument === '--reports') reports = resolve(process.argv[++i]);
    else names.push(argument);
  }
  if (!target) throw new Error('say --cli PROGRAM or --adapter MODULE');
  if (reports) mkdirSync(reports, { recursive: true });
  const rewrite = process.env.BACKSTAY_REWRITE_GOLDEN === '1';
  const files = readdirSync(here).filter((name) => name.endsWith('.case')).filter((name) => names.length === 0 || names.some((wanted) => name.includes(wanted))).sort();
  if (files.length === 0) throw new Error('no golden case found');

  const skipped = [];
  let failed = 0;
  for (const name of files) {
    const path = join(here, name);
    const made = read_case(path);
    const folder = mkdtempSync(join(tmpdir(), 'backstay-golden-'));
    try {
      lay_out(made, folder);
      const raw = await target.run(made.run, { cwd: folder, stdin: made.stdin });
      if (raw === null) {
        skipped.push(basename(name, '.case'));
        continue;
      }
      const result = { stdout: normalise(raw.stdout), stderr: normalise(raw.stderr ?? ''), exit: raw.exit };
      // Kept for the test that validates every report against its schema.
      if (reports && raw.exit !== 2 && made.run.includes('json') && ['check', 'plan', 'reverse'].includes(made.run[0])) writeFileSync(join(reports, basename(name, '.case') + '.json'), raw.stdout);
      if (reports && raw.exit !== 2 && made.run.includes('sarif')) writeFileSync(join(reports, basename(name, '.case') + '.sarif'), raw.stdout);
      if (rewrite) rewrite_case(path, made, result);
      const found = rewrite ? [] : differences(made, result);
      if (found.length > 0) {
        failed++;
        console.log(`FAILED ${name} (${made.run.join(' ')})\n${found.join('\n')}`);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const ran = files.length - skipped.length;
  if (skipped.length > 0) console.log(`not run here: ${skipped.join(', ')}`);
  if (ran === 0) throw new Error('every case was skipped');
  console.log(`${ran - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

await main();
