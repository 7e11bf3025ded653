// A rehearsal: what the scripts expect is made, they are applied with the captures that the core writes, rolled back
// with its reverse scripts, and the core compares the snapshots of before and after.
import { type Difference, difference, reverse, type ReverseScripts, type Script, snapshot, statements } from "backstay";
import type { Context } from "../report/context";
import { t } from "../text";
import { Database, SqlError } from "./database";
import { EnvironmentBuilder, type Expected } from "./environment";

export type StepState = "waiting" | "applied" | "failed" | "skipped" | "undone" | "partly" | "not-undone";

export interface RehearsedScript {
  script: Script;
  state: StepState;
  message: string | null;
}

export interface Rehearsal {
  scripts: RehearsedScript[];
  tables: string[];            // that were made for it
  changed: Difference[];       // by the apply
  left: Difference[];          // after the rollback
  complete: boolean;           // every script ran and was taken back, and nothing is different
  server: string;
}

export interface Watcher {
  phase: (phase: "starting" | "preparing" | "applying" | "undoing" | "comparing", done: number, total: number) => void;
  note: (what: string) => void;
  changed: () => void;
}

const phaseRank: Record<string, number> = { BeforePackage: 0, AfterPackage: 1, AfterSchemaData: 2 };

// In the order they would run: packages in their order, in each the phases, ORIGAM's versions in theirs.
export function rehearsable({ report }: Context): Script[] {
  const place = new Map(report.order.steps.map((step, index) => [`${step.package} ${step.version ?? ""}`.trim(), index]));
  const packagePlace = new Map(report.order.steps.map((step, index) => [step.package, index]));
  const rank = (script: Script): number => {
    const own = script.deployment_version ? place.get(`${script.package} ${script.deployment_version.trim()}`) : packagePlace.get(script.package ?? "");
    return (own ?? report.order.steps.length) * 10 + (phaseRank[script.install_type ?? ""] ?? 0);
  };
  return report.scripts.filter((script) => script.dialect === "postgresql" && script.install_type !== "UninstallApp" && script.change !== "unchanged" && script.file)
    .map((script, index) => ({ script, index })).sort((a, b) => rank(a.script) - rank(b.script) || a.index - b.index).map(({ script }) => script);
}

export async function rehearse(context: Context, watcher: Watcher, signal: AbortSignal): Promise<Rehearsal> {
  const scripts: RehearsedScript[] = rehearsable(context).map((script) => ({ script, state: "waiting", message: null }));
  watcher.phase("starting", 0, 1);
  const database = new Database(signal);
  try {
    const written = await reversals(context, scripts, signal);
    await database.ready;
    const server = String((await database.rows("SELECT split_part(version(), ' on ', 1)"))[0]?.[0] ?? "PostgreSQL");
    const tables = await prepare(context, database, scripts, watcher);
    const take = () => snapshot((sql) => database.rows(sql), server);
    const before = await take();
    await apply(database, scripts, written, watcher);
    const between = await take();
    await undo(database, scripts, written, watcher);
    watcher.phase("comparing", 0, 1);
    const after = await take();
    const [changed, left] = [await difference(before, between), await difference(before, after)];
    return { scripts, tables, changed, left, server, complete: left.length === 0 && scripts.every(({ state }) => state === "undone") };
  } finally {
    database.end(new Error("over"));
  }
}

async function reversals({ upload }: Context, scripts: RehearsedScript[], signal: AbortSignal): Promise<Map<Script, ReverseScripts>> {
  const written = new Map<Script, ReverseScripts>();
  for (const { script } of scripts) {
    const input = Math.max(0, upload.items.findIndex((item) => item.path === script.input));
    written.set(script, await reverse(upload.items, { input, file: script.file ?? "", server: "postgresql" }, {}, { signal }));
  }
  return written;
}

async function prepare({ sources }: Context, database: Database, scripts: RehearsedScript[], watcher: Watcher): Promise<string[]> {
  watcher.phase("preparing", 0, 1);
  const texts: Expected[] = [];
  for (const one of scripts) {
    const sql = await sources.text(one.script.input, one.script.file ?? "");
    if (await endsTransaction(sql)) {
      one.state = "skipped";
      one.message = t.rehearsal.transaction;
    } else texts.push({ file: `${one.script.input}\n${one.script.file}`, sql });
  }
  const { tables, failing } = await new EnvironmentBuilder(database, watcher.note).build(texts);
  for (const one of scripts) {
    const error = failing.get(`${one.script.input}\n${one.script.file}`);
    if (!error) continue;
    one.state = "skipped";
    one.message = error.message;
  }
  watcher.changed();
  return [...tables.keys()];
}

// Such a script cannot be tried and taken back, and what it does half is not what it does whole.
async function endsTransaction(sql: string): Promise<boolean> {
  return (await statements(sql, "postgresql")).some(({ kind }) => /^(BEGIN|START|COMMIT|END|ROLLBACK|ABORT|PREPARE-TRANSACTION|TRANSACTION)/.test(kind));
}

async function apply(database: Database, scripts: RehearsedScript[], written: Map<Script, ReverseScripts>, watcher: Watcher): Promise<void> {
  const runnable = scripts.filter(({ state }) => state === "waiting");
  for (const [index, one] of runnable.entries()) {
    watcher.phase("applying", index, runnable.length);
    await attempt(database, one, written.get(one.script)?.capture_script ?? "", "applied", "failed");
    watcher.changed();
  }
}

async function undo(database: Database, scripts: RehearsedScript[], written: Map<Script, ReverseScripts>, watcher: Watcher): Promise<void> {
  const applied = scripts.filter(({ state }) => state === "applied").reverse();
  for (const [index, one] of applied.entries()) {
    watcher.phase("undoing", index, applied.length);
    const back = written.get(one.script);
    const complete = back?.class === "safe" || back?.class === "unchanged";
    await attempt(database, one, back?.reverse_script ?? "", complete ? "undone" : "partly", "not-undone");
    if (one.state === "partly") one.message = back?.pieces.find((piece) => piece.class === back.class)?.reasons[0] ?? null;
    watcher.changed();
  }
  for (const { script } of scripts) await database.exec(written.get(script)?.discard_script ?? "").catch(ignoreSql);
}

async function attempt(database: Database, one: RehearsedScript, sql: string, good: StepState, bad: StepState): Promise<void> {
  try {
    await database.exec(sql);
    one.state = good;
  } catch (error) {
    ignoreSql(error);
    await database.exec("ROLLBACK").catch(ignoreSql);
    one.state = bad;
    one.message = (error as Error).message;
  }
}

function ignoreSql(error: unknown): void {
  if (!(error instanceof SqlError)) throw error;
}
