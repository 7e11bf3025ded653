// Types of the package: what it does with what is given to it. report.d.ts has those of the report.
import type { Dialect, Finding, Report, Severity } from "./report.js";

export * from "./report.js";

export type Format = "text" | "json" | "sarif" | "junit" | "markdown" | "html" | "github";

/** A file inside an item that is to be read as this text instead of what is stored. */
export interface Change {
  path: string;
  text: string;
}

export interface NamedFile {
  path: string;
  data: Blob | Uint8Array;
  /** Of files inside an archive: for what repair() gave. */
  changes?: Change[];
}

export interface Folder {
  path: string;
  /** Paths relative to the folder, with "/". */
  files: NamedFile[];
  changes?: Change[];
}

/** A File that carries webkitRelativePath is gathered with the others of its folder. */
export type Item = Blob | Uint8Array | NamedFile | Folder;

/** The members of backstay.json (core/config.schema.json), and what the command line takes besides. */
export interface Options {
  dialect?: Dialect | "auto";
  rules?: Record<string, Severity | "off">;
  service_tables?: string[];
  separators_allowed?: ("GO" | "/")[];
  builtin_routines?: string[];
  default_schema?: {postgresql?: string; mssql?: string; oracle?: string};
  client_commands_allowed?: boolean;
  limits?: Record<string, number>;
  labelled_severities?: Severity[];
  fail_on?: Severity | "never";
  lang?: "en" | "ru";
  /** render() as text: findings and the last line only. */
  quiet?: boolean;
  /** What the target has: the environment description as object or text (core/deploy/environment.md). */
  environment?: object | string;
  /** What the items replace: scripts are compared with it, and scripts[].change says how. */
  previous?: Item | Iterable<Item>;
}

export interface Progress {
  /** A short phrase such as "reading UsrCalls.gz". */
  what: string;
  /** Bytes of the input. */
  done: number;
  total: number;
}

export interface Control {
  /** Aborting ends the worker at once and rejects with the signal's reason. */
  signal?: AbortSignal;
  /** At most twenty times a second. */
  onProgress?: (progress: Progress) => void;
}

export class BackstayError extends Error {
  readonly code: "unreadable-input" | "bad-options" | "crashed";
  /** Why: the same finding as in the report. null when the worker crashed. */
  readonly finding: Finding | null;
  /** For unreadable-input: the complete report; other inputs are checked all the same. */
  readonly report: Report | null;
}

/**
 * Checks the items together, in a worker. Bytes of a Blob are read by ranges, not held.
 * Rejects with BackstayError when an input or a part of it could not be read, or an option is wrong.
 */
export function preflight(items: Item | Iterable<Item>, options?: Options, control?: Control): Promise<Report>;

/** The report as text in one of the command line's formats, also when an input could not be read. */
export function render(items: Item | Iterable<Item>, format: Format, options?: Options, control?: Control): Promise<string>;

/** What `backstay order` prints: one step a line, or what stands in its way. */
export function order(items: Item | Iterable<Item>, options?: Options, control?: Control): Promise<string>;

export interface SourceText {
  file: string;
  /** Without a byte order mark: lines and columns are those of findings. */
  text: string;
  /** Some bytes were no text of any encoding that is known. */
  damaged: boolean;
}

/** One file of an input, by its path in the report; `input` counts the items from 0. */
export function source(items: Item | Iterable<Item>, which: {input?: number; file: string}, options?: Options, control?: Control): Promise<SourceText>;

export type Server = Dialect | "sqlite";
export type ReverseClass = "unchanged" | "safe" | "needs-review" | "not-undone";

export interface ReversePiece {
  step: number;
  line: number;
  end_line: number;
  kind: string;
  class: ReverseClass;
  /** Why it needs review or is not undone. */
  reasons: string[];
  tables: string[];
  /** SQL for the server; null when there is nothing to do. */
  capture_before: string | null;
  statement: string | null;
  capture_after: string | null;
  reverse: string | null;
}

export interface ReverseScripts {
  schema: "backstay.reverse/1";
  generator: {name: "backstay"; version: string};
  file: string;
  server: Server;
  /** The generator is proved on a real server of this kind. */
  verified_on_server: boolean;
  /** Joins both scripts. */
  script_id: string;
  class: ReverseClass;
  pieces: ReversePiece[];
  /** Run this instead of the script. */
  capture_script: string;
  /** Run this to take it back. */
  reverse_script: string;
  discard_script: string;
}

/** What `backstay reverse` gives for one script of an upload. */
export function reverse(items: Item | Iterable<Item>, which: {input?: number; file: string; server?: Server}, options?: Options, control?: Control): Promise<ReverseScripts>;

/**
 * The files that one of the proposed repairs changes, complete; no byte but those of the edited entries differs.
 * `repair` counts that input's own proposals from 0. Proved by reading the edited input again.
 */
export function repair(items: Item | Iterable<Item>, which?: {input?: number; repair?: number}, options?: Options, control?: Control): Promise<Change[]>;

/**
 * A snapshot of a PostgreSQL database (core/schema): its objects and a hash over the rows of every table, as text.
 * `query` runs one statement and gives its rows: whole numbers as numbers, booleans as 0 and 1, the rest as text or null.
 */
export function snapshot(query: (sql: string) => Promise<(string | number | null)[][]>, product?: string): Promise<string>;

export interface Difference {
  kind: "added" | "removed" | "changed";
  object_kind: string;
  object: string;
  what: string | null;
  name: string | null;
  before: string | null;
  after: string | null;
  sentence: string;
}

/** What changed from one snapshot to another of the same server. */
export function difference(before: string, after: string): Promise<Difference[]>;

/** A whole number that a double cannot hold is {integer}; bytes are {blob}, base64. */
export type DatabaseValue = null | number | string | {real: number} | {integer: string} | {blob: string};

/** What the core asks of the database; members that say nothing are absent. */
export interface RehearsalRequest {
  kind: "lock" | "unlock" | "begin" | "commit" | "rollback" | "savepoint" | "release" | "rollback-to" | "run-script" | "execute"
    | "read-rows" | "progress" | "done" | (string & {});
  /** Of a savepoint; "snapshot" for the query that begins one; the phase of a progress. */
  name?: string;
  /** Id of the plan's step that this belongs to. */
  step?: string;
  text?: string;
  sql?: string;
  values?: DatabaseValue[];
  done?: number;
  total?: number;
  /** run-script: it may begin and end transactions itself. */
  outside?: true;
}

export interface RehearsalAnswer {
  /** "transaction-ended": a script that is not `outside` ended the transaction it was given. */
  outcome: "ok" | "failed" | "busy" | "cancelled" | "lost" | "transaction-ended" | "unsupported";
  problem?: {code: string; message: string; sqlstate?: string; hint?: string; context?: string; offset?: number};
  /** `affected`: rows changed, -1 when none by nature. */
  rows?: {columns: string[]; rows: DatabaseValue[][]; affected: number};
}

/** A step of the plan (core/apply/plan.schema.json), as far as a rehearsal shows it. */
export interface PlanStep {
  id: string;
  kind: string;
  package: string;
  element: string;
  contents?: {key: string}[];
  [member: string]: unknown;
}

export interface RehearsalPlan {
  plan: {steps: PlanStep[]; [member: string]: unknown};
  /** What the steps will run, in their order. */
  expected: {step: string; name: string; sql: string}[];
}

export interface RehearsalFinding {
  rule: string;
  severity: "error";
  message: string;
  package: string | null;
  file: string | null;
  line: number;
  column: number;
}

export interface OperationProblem {
  code: string;
  message: string;
  step?: string | null;
  where?: {file: string; line: number; column: number; offset: number} | null;
  sqlstate?: string | null;
  hint?: string | null;
}

export interface OperationOutcome {
  end: string;
  steps: number;
  steps_done: number;
  risks: string[];
  conflicts: string[];
  left: string[];
  warnings: string[];
  problem: OperationProblem | null;
}

export interface RehearsalOutcome {
  schema: "backstay.operation/1";
  kind: "rehearse";
  /** "DONE": everything came back, and came out alike the second time. */
  end: "DONE" | "DIFFERS" | "ABANDONED" | "CANCELLED";
  apply?: OperationOutcome;
  restore?: OperationOutcome;
  repeat?: OperationOutcome;
  risks: string[];
  /** What the apply changed, a sentence each. */
  changes: string[];
  findings: RehearsalFinding[];
  differences_left_out: number;
  problem?: OperationProblem;
}

/**
 * Applies, takes back and applies once more on a scratch PostgreSQL of yours (PGlite, or any), by the machine that the
 * plugin applies with. `perform` does one request at a time; `onPlan` comes before the first one, while the target can
 * still be filled, and may give ids of steps to leave out. Aborting ends the conversation; what is in the scratch
 * database then is yours to throw away.
 */
export function rehearse(items: Item | Iterable<Item>, perform: (request: RehearsalRequest) => Promise<RehearsalAnswer>, options?: Options,
  control?: {signal?: AbortSignal; product?: string; onPlan?: (plan: RehearsalPlan) => Promise<string[] | void> | string[] | void}): Promise<RehearsalOutcome>;

export interface Rule {
  id: string;
  title: string;
  severity: Severity;
  /** Markdown. */
  page: string;
}

/** The rule catalogue. */
export function rules(): Promise<Rule[]>;

export interface Statement {
  line: number;
  end_line: number;
  kind: string;
  context: string;
}

/** What the splitter and recogniser made of a script. */
export function statements(sql: string, dialect?: Dialect | "auto"): Promise<Statement[]>;

/** Ends the worker; the next call starts a new one. */
export function close(): void;

/** Node only: a file or folder on disk, read by ranges. */
export function fromPath(path: string): Item;
