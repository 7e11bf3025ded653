// Reads and writes golden cases: reason, command, inputs, expected output in one file. Format: README.md.
import { readFileSync, writeFileSync } from 'node:fs';

const SECTION = /^--- (input|stdin|expect|stderr|exit)(?: (.*))?$/;

/** \xNN, \r, \n, \t, \0 and \\ in an `escaped` block: bytes that a text file should not hold. */
function unescape_bytes(text) {
  const out = [];
  const bytes = Buffer.from(text, 'utf8');
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== 0x5c) {
      out.push(bytes[i]);
      continue;
    }
    const next = String.fromCharCode(bytes[++i]);
    const simple = { r: 13, n: 10, t: 9, 0: 0, '\\': 0x5c }[next];
    if (simple !== undefined) {
      out.push(simple);
    } else if (next === 'x') {
      out.push(parseInt(bytes.toString('latin1', i + 1, i + 3), 16));
      i += 2;
    } else {
      throw new Error(`unknown escape \\${next}`);
    }
  }
  return Buffer.from(out);
}

/** { run: [args], data: [{from, to}], inputs: [{path, bytes}], stdin, expect, stderr, exit, head } */
export function read_case(path) {
  const lines = readFileSync(path, 'utf8').split('\n');
  const made = { path, run: null, data: [], inputs: [], stdin: null, expect: null, stderr: null, exit: null, head: '' };
  let block = null;
  const close = () => {
    if (!block) return;
    let text = block.lines.length ? block.lines.join('\n') + '\n' : '';
    if (block.bare) text = text.replace(/\n$/, '');
    const bytes = block.escaped ? unescape_bytes(text) : Buffer.from(text, 'utf8');
    if (block.kind === 'input') made.inputs.push({ path: block.path, bytes });
    if (block.kind === 'stdin') made.stdin = bytes;
    if (block.kind === 'expect') made.expect = text;
    if (block.kind === 'stderr') made.stderr = text;
  };
  if (lines.at(-1) === '') lines.pop();
  const head = [];
  for (const line of lines) {
    const section = SECTION.exec(line);
    if (!section) {
      if (block) {
        block.lines.push(line);
      } else if (line.startsWith('run: ')) {
        made.run = line.slice(5).split(' ').filter(Boolean);
        head.push(line);
      } else if (line.startsWith('data: ')) {
        const [from, as, to] = line.slice(6).split(' ');
        made.data.push({ from, to: as === 'as' ? to : from.split('/').at(-1) });
        head.push(line);
      } else if (line.startsWith('#') || line === '') {
        head.push(line);
      } else {
        throw new Error(`${path}: "${line}" is neither a comment nor run: nor data:`);
      }
      continue;
    }
    close();
    const words = (section[2] ?? '').split(' ').filter(Boolean);
    const flags = new Set(words.filter((word) => word === 'escaped' || word === 'bare'));
    const rest = words.filter((word) => !flags.has(word));
    block = { kind: section[1], path: rest[0], lines: [], escaped: flags.has('escaped'), bare: flags.has('bare') };
    if (section[1] === 'exit') {
      made.exit = Number(rest[0]);
      block = null;
    } else if (section[1] !== 'expect' && section[1] !== 'stderr') {
      head.push(line);
    }
  }
  close();
  if (!made.run) throw new Error(`${path}: no run: line`);
  if (!lines.some((line) => line.startsWith('#'))) throw new Error(`${path}: no reason: a case says why it is there`);
  return made;
}

/** Replaces what is expected and keeps everything before it as it stands. */
export function rewrite_case(path, made, result) {
  const text = readFileSync(path, 'utf8');
  const cut = text.search(/^--- (expect|stderr|exit)/m);
  let out = cut < 0 ? text : text.slice(0, cut);
  if (!out.endsWith('\n')) out += '\n';
  out += '--- expect\n' + result.stdout;
  if (result.stdout && !result.stdout.endsWith('\n')) throw new Error(`${path}: the output does not end with a line break`);
  if (result.stderr) out += '--- stderr\n' + result.stderr;
  out += `--- exit ${result.exit}\n`;
  writeFileSync(path, out);
}

/** What may differ from run to run or from version to version. */
export function normalise(text) {
  return text
    // Rule pages have tests of their own.
    .replace(/"markdown": "# .*$/gm, '"markdown": "PAGE"')
    .replace(/"milliseconds": ?\d+/g, '"milliseconds": 0')
    .replace(/( statements?) in \d+ ms$/gm, '$1')
    .replace(/(<testsuites [^>]*time=")[0-9.]+"/g, '$10.000"')
    .replace(/("name": "backstay",\s+"version": ")[0-9][^"]*"/g, '$1VERSION"')
    .replace(/\bbackstay [0-9]+\.[0-9]+\.[0-9]+\b/g, 'backstay VERSION');
}
