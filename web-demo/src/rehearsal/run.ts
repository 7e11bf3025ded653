// A rehearsal: the plan's scripts and bound data are applied to a PostgreSQL in this page, taken back, and applied once
// more. The core decides every step, by the machine that applies for real (core/apply); here is what answers it.
import { type OperationProblem, type PlanStep, rehearse as converse, type RehearsalFinding, type RehearsalOutcome, type RehearsalPlan, type RehearsalRequest, statements } from "backstay";
import { t } from "../text";
import type { Context } from "../report/context";
import { Database } from "./database";
import { EnvironmentBuilder, type Expected } from "./environment";
import { perform } from "./perform";
import { describedTables } from "./tables";

export type StepState = "waiting" | "applied" | "failed" | "skipped" | "undone" | "not-undone";

export interface RehearsedStep {
  step: PlanStep;
  file: string;
  state: StepState;
  message: string | null;
}

export interface Rehearsal {
  steps: RehearsedStep[];
  tables: string[];              // that were made for it
  described: boolean;            // they are those of the environment file
  changes: string[];             // by the apply, a sentence each
  findings: RehearsalFinding[];  // what did not come back, or came out otherwise the second time
  problem: OperationProblem | null;
  repeated: boolean;             // it was applied a second time, with the same result
  complete: boolean;
  server: string;
}

export type Phase = "starting" | "preparing" | "reading" | "applying" | "undoing" | "repeating";

export interface Watcher {
  phase: (phase: Phase, done: number, total: number) => void;
  note: (what: string) => void;
}

export const NOT_REPEATABLE = "rehearsal/not-repeatable";
const runsInDatabase = ({ kind }: PlanStep): boolean => kind === "sql" || kind === "data_binding";
// Between the snapshots the core applies, takes back and applies again.
const phases: Phase[] = ["preparing", "applying", "undoing", "repeating", "repeating"];

export async function rehearse(context: Context, watcher: Watcher, signal: AbortSignal): Promise<Rehearsal> {
  watcher.phase("starting", 0, 1);
  const database = new Database(signal);
  try {
    await database.ready;
    const server = String((await database.rows("SELECT split_part(version(), ' on ', 1)")).rows[0]?.[0] ?? "PostgreSQL");
    const run = new Run(context, database, watcher, server);
    const outcome = await converse(context.upload.items, (request) => run.answer(request), await run.options(), { signal, product: server, onPlan: (plan) => run.prepare(plan) });
    return run.outcome(outcome);
  } finally {
    database.end(new Error("over"));
  }
}

class Run {
  #context: Context;
  #database: Database;
  #watcher: Watcher;
  #server: string;
  #steps = new Map<string, RehearsedStep>();
  #tables: string[] = [];
  #environment = "";
  #described = false;
  #snapshots = 0;
  #done = 0;

  constructor(context: Context, database: Database, watcher: Watcher, server: string) {
    this.#context = context;
    this.#database = database;
    this.#watcher = watcher;
    this.#server = server;
  }

  async options() {
    const { environment } = this.#context.upload;
    if (environment) this.#environment = await new Response(environment.data as BodyInit).text();
    return this.#environment ? { environment: this.#environment } : {};
  }

  // Fills the target before the first request; gives the steps that this database cannot run.
  async prepare({ plan, expected }: RehearsalPlan): Promise<string[]> {
    for (const step of plan.steps.filter(runsInDatabase)) this.#steps.set(step.id, { step, file: step.contents?.[0]?.key ?? "", state: "waiting", message: null });
    this.#watcher.phase("preparing", 0, 1);
    const builder = new EnvironmentBuilder(this.#database, this.#watcher.note);
    const described = describedTables(this.#environment);
    this.#described = described.length > 0;
    if (this.#described) await builder.create(described);
    const texts: Expected[] = [];
    for (const { step, sql } of expected) {
      if (sql && !(await endsTransaction(sql))) texts.push({ file: step, sql });
    }
    const failing = this.#described ? await builder.trial(texts) : await builder.build(texts);
    this.#tables = builder.tables();
    const leftOut: string[] = [];
    for (const [id, error] of failing) {
      const one = this.#steps.get(id);
      const cannot = cannotBeHere(error.code, error.message);
      // What made-up tables lack says nothing about the script; anything else is its own fault, and shows in the rehearsal.
      if (!one || !(cannot || (!this.#described && missing.has(error.code)))) continue;
      one.state = "skipped";
      one.message = (cannot ? t.rehearsal.notHere : t.rehearsal.missingHere)(error.message);
      leftOut.push(id);
    }
    return leftOut;
  }

  async answer(request: RehearsalRequest) {
    if (request.kind === "read-rows" && request.name === "snapshot") {
      this.#snapshots += 1;
      this.#done = 0;
    }
    const one = this.#steps.get(request.step ?? "");
    const total = [...this.#steps.values()].filter(({ state }) => state !== "skipped").length;
    const isScript = request.kind === "run-script";
    if (isScript) this.#done += 1;
    this.#watcher.phase(phases[this.#snapshots] ?? "repeating", Math.min(this.#done, total), total);
    const answer = await perform(this.#database, request);
    if (isScript && one && this.#snapshots === 1) {
      one.state = answer.outcome === "ok" ? "applied" : "failed";
      if (answer.outcome !== "ok") one.message = answer.problem?.message ?? null;
    }
    return answer;
  }

  outcome(outcome: RehearsalOutcome): Rehearsal {
    const { findings, changes } = outcome;
    const restored = outcome.restore?.end === "DONE";
    for (const one of this.#steps.values()) {
      if (one.state !== "applied") continue;
      const own = findings.find(({ file, rule }) => file !== null && file === one.file && rule !== NOT_REPEATABLE);
      one.state = own ? "not-undone" : restored || outcome.apply?.end !== "DONE" ? "undone" : "not-undone";
      one.message = own?.message ?? null;
    }
    const problem = outcome.apply?.problem ?? outcome.restore?.problem ?? outcome.repeat?.problem ?? outcome.problem ?? null;
    return {
      steps: [...this.#steps.values()], tables: this.#tables, described: this.#described, changes, findings, problem, server: this.#server,
      repeated: outcome.repeat?.end === "DONE" && outcome.end === "DONE", complete: outcome.end === "DONE",
    };
  }
}

// Undefined tables, columns, routines, objects and schemas.
const missing = new Set(["42P01", "42703", "42883", "42704", "3F000"]);

// What the PostgreSQL in a page lacks: extensions, other languages, files and programs of a server, connections to others.
function cannotBeHere(code: string, message: string): boolean {
  return code === "0A000" || code === "58P01" || code.startsWith("08") || /extension|language ".*" does not exist|collation .* does not exist|could not (open|access) file/.test(message)
    || (code === "42883" && /(uuid_generate|digest|gen_salt|crypt|dblink|similarity)/.test(message));
}

// Trying such a script would not be taken back.
async function endsTransaction(sql: string): Promise<boolean> {
  return (await statements(sql, "postgresql")).some(({ kind }) => /^(BEGIN|START|COMMIT|END|ROLLBACK|ABORT|PREPARE-TRANSACTION|TRANSACTION)/.test(kind));
}

// Scripts of the report that are for this database; the plan says more once it is made.
export function rehearsable({ report }: Context): number {
  return report.scripts.filter(({ dialect, install_type, change, file }) => dialect === "postgresql" && install_type !== "UninstallApp" && change !== "unchanged" && file).length;
}
