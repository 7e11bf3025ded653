// Runs a golden case through the module: what the command line does with its arguments, done with the
// package's functions. Commands and options that only a host has give null, and the runner says so.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { backstay } from "./support.mjs";

const RANK = { info: 0, warning: 1, error: 2, never: 3 };

// As the command line writes it: nodes and edges of the picture stand on a line each.
function orderText(order) {
  const text = `${JSON.stringify(order, null, 2)}\n`;
  return text.replace(/^( *)\{\n\s*("(?:lane|from)": [^{}]*?)\n\s*\}/gm, (_, indent, members) => `${indent}{${members.replace(/,\n\s*/g, ", ")}}`);
}

export async function run(args, { cwd, stdin }) {
  const parsed = parse(args);
  const missing = (path) => path !== "-" && parsed.command !== "rules" && !existsSync(join(cwd, path));
  if (!parsed || parsed.paths.length === 0 || parsed.paths.some(missing)) return null;
  try {
    const answer = await perform(parsed, cwd, stdin);
    return answer && { stderr: "", ...answer };
  } catch (error) {
    // The place of a wrong setting differs: options come as an object, not as the file's text.
    const refused = error.code === "bad-options" || error instanceof SyntaxError;
    if (refused && (parsed.options.last("--config") || parsed.options.last("--rule"))) return null;
    throw error;
  } finally {
    backstay.close(); // the runner ends when nothing is left to do
  }
}

// { command, paths, options: Map } of the arguments, or null when one of them is unknown here.
function parse([command, ...rest]) {
  const known = {
    check: ["--format", "--dialect", "--environment", "--config", "--fail-on", "--rule", "--lang", "--jobs", "--progress", "--quiet"],
    order: ["--deployed", "--format", "--lang"],
    rules: [],
    statements: ["--dialect"],
  }[command];
  if (!known) return null;
  const paths = [];
  const options = new Map();
  for (let at = 0; at < rest.length; at += 1) {
    const [name, glued] = rest[at].startsWith("--") ? rest[at].split(/=(.*)/s) : ["", null];
    if (name === "") paths.push(rest[at]);
    else if (!known.includes(name)) return null;
    else if (name === "--quiet") options.set(name, ["yes"]);
    else options.set(name, [...(options.get(name) ?? []), glued ?? rest[(at += 1)]]);
  }
  return { command, paths, options: { last: (name) => options.get(name)?.at(-1), all: (name) => options.get(name) ?? [] } };
}

function settingsOf(options, cwd) {
  const read = (name) => (options.last(name) ? readFileSync(join(cwd, options.last(name)), "utf8") : null);
  const config = read("--config");
  const settings = config ? JSON.parse(config) : {};
  if (options.last("--dialect")) settings.dialect = options.last("--dialect");
  for (const rule of options.all("--rule")) settings.rules = { ...settings.rules, [rule.split("=")[0]]: rule.split("=")[1] };
  if (options.last("--lang")) settings.lang = options.last("--lang");
  if (options.last("--quiet")) settings.quiet = true;
  const environment = read("--environment") ?? read("--deployed");
  return environment ? { ...settings, environment } : settings;
}

function itemOf(path, cwd, stdin) {
  if (path === "-") return { path: "-", data: new Uint8Array(stdin ?? []) };
  return { ...backstay.fromPath(join(cwd, path)), path };
}

async function perform({ command, paths, options }, cwd, stdin) {
  if (command === "rules") {
    const page = (await backstay.rules()).find(({ id }) => id.endsWith(`/${paths[0]}`))?.page;
    return { stdout: page ?? "", exit: page ? 0 : 2 };
  }
  if (command === "statements") {
    if (!options.last("--dialect")) return null;
    const sql = paths[0] === "-" ? stdin.toString("utf8") : readFileSync(join(cwd, paths[0]), "utf8");
    const list = await backstay.statements(sql, options.last("--dialect"));
    return { stdout: list.map((one) => `${JSON.stringify(one)}\n`).join(""), exit: 0 };
  }
  const items = paths.map((path) => itemOf(path, cwd, stdin));
  const settings = settingsOf(options, cwd);
  const { report, unread } = await check(items, settings);
  if (command === "order") {
    const stuck = ["deadlock", "cycle"].includes(report.order.status);
    const stdout = options.last("--format") === "json" ? orderText(report.order) : await backstay.order(items, settings);
    return { stdout, exit: unread ? 3 : stuck ? 1 : 0 };
  }
  const stdout = await backstay.render(items, options.last("--format") ?? "text", settings);
  const threshold = RANK[options.last("--fail-on") ?? settings.fail_on ?? "error"];
  const fails = report.findings.some((finding) => RANK[finding.severity] >= threshold);
  return { stdout, exit: unread ? 3 : fails ? 1 : 0 };
}

async function check(items, settings) {
  try {
    return { report: await backstay.preflight(items, settings), unread: false };
  } catch (error) {
    if (error.code !== "unreadable-input") throw error;
    return { report: error.report, unread: true };
  }
}
