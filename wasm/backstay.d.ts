// Types of the package and of the report. A test checks them against core/report/report.schema.json.

export type Severity = "error" | "warning" | "info";
export type Dialect = "postgresql" | "mssql" | "oracle";
export type InstallType = "BeforePackage" | "AfterPackage" | "AfterSchemaData" | "UninstallApp";
export type InputKind =
  | "creatio-delivery" | "creatio-archive" | "creatio-package" | "creatio-workspace"
  | "origam-model" | "promotion" | "sql-script";
export type Reversibility = "neutral" | "yes" | "with-capture" | "no";
export type ScriptVerdict = "safe" | "with-capture" | "irreversible" | "not-understood";
export type OrderStatus = "ok" | "deadlock" | "cycle" | "missing" | "not-applicable";
export type RollbackVerdict = "full" | "with-capture" | "suspended" | "impossible" | "not-applicable";
export type Format = "text" | "json" | "sarif" | "junit" | "markdown" | "html" | "github";

export interface Reference {
  id: string | null;
  name: string | null;
}

export interface ReportInput {
  path: string;
  /** null: the input could not be read; a finding says why. */
  kind: InputKind | null;
  bytes: number;
  /** Lower-case hex of a single file; null for a folder. */
  sha256: string | null;
  /** Present for a Creatio backup folder. */
  backup?: true;
  delete_list?: Reference[];
}

export interface Dependency {
  name: string | null;
  id: string | null;
  version: string | null;
}

export interface PackageCounts {
  schemas: number;
  sql_scripts: number;
  data_bindings: number;
  resources: number;
  assemblies: number;
  files: number;
  content_files: number;
  other_files: number;
  element_files: number;
  element_bytes: number;
  data_rows: number;
  data_localizations: number;
  deployment_versions: number;
  activities: number;
  schemas_by_manager: Record<string, number>;
  data_by_install_type: Record<string, number>;
  /** Creatio packages only. */
  sql_by_engine_phase_flag?: Record<string, number>;
  metadata_json?: number;
  metadata_lines?: number;
  build_files?: number;
  build_bytes?: number;
  records?: number;
  record_bytes?: number;
  separators?: Record<string, number>;
  first_record?: string | null;
}

export interface DeploymentVersion {
  id: string | null;
  name: string | null;
  version: string;
  file: string | null;
  activities: number;
  dependencies: Dependency[];
}

export interface App {
  name: string | null;
  code: string | null;
  version: string | null;
  packages: Reference[];
}

export interface Package {
  name: string | null;
  id: string | null;
  version: string | null;
  kind: "creatio" | "origam" | "trackvia";
  maintainer: string | null;
  /** ISO 8601, UTC. */
  modified: string | null;
  dependencies: Dependency[];
  counts: PackageCounts;
  bytes: number;
  packed_bytes: number;
  file: string | null;
  description: string | null;
  modified_ms: number | null;
  /** Creatio packages only. */
  type?: number | null;
  install_behavior?: number | null;
  project_path?: string | null;
  install_scripts?: number;
  app?: App | null;
  odd?: string[];
  /** ORIGAM packages only. */
  deployment_versions?: DeploymentVersion[];
}

export interface Script {
  package: string | null;
  name: string | null;
  file: string | null;
  dialect: Dialect | null;
  /** null for a bare script; absent for ORIGAM scripts, which carry deployment_version. */
  install_type?: InstallType | null;
  deployment_version?: string;
  /** null: the descriptor does not say. */
  backward_compatible: boolean | null;
  statements: number;
  verdict: ScriptVerdict;
  reversibility: Reversibility;
  input: string | null;
  folder: string | null;
  bytes: number;
  modified_ms: number | null;
  /** There when the previous version was given; unchanged scripts are not run and count for nothing. */
  change?: "new" | "changed" | "unchanged";
  depends_on: Reference[];
}

export interface OrderStep {
  package: string;
  id: string | null;
  version: string | null;
}

export interface Candidate {
  package: string;
  version: string;
  dependencies: {package: string; version: string; satisfied: boolean; step: boolean}[];
}

export interface Conflict {
  package: string;
  version: string;
  depends_on: string;
  holds_package: string | null;
  holds_version: string | null;
}

export interface Missing {
  package: string;
  needs: string | null;
  needs_id: string | null;
  version: string | null;
  optional: boolean;
}

export interface RepairEdit {
  file: string;
  package: string;
  version: string;
  dependency: string;
  from: string;
  /** Empty: the entry is taken out. */
  to: string;
  version_id: string | null;
  dependency_id: string | null;
}

export interface Repair {
  title: string;
  /** All of them together make the order. */
  edits: RepairEdit[];
  /** The order that results, "Package Version" each; empty when it is too long to repeat. */
  order: string[];
}

export interface Wait {
  package: string;
  version: string | null;
  waits_for: string;
  waits_for_version: string | null;
  kind: "names" | "holds" | "follows" | "depends";
  /** Written down at the place; otherwise implied by what is written there. */
  stated: boolean;
  file: string | null;
  line: number | null;
  column: number | null;
  text: string;
  text_ru: string;
}

export interface Layout {
  lanes: {package: string; id: string | null}[];
  columns: number;
  nodes: {lane: number; column: number; version: string | null; state: "ordered" | "candidate" | "waiting"}[];
  /** From what waits to what it waits for, as indexes into nodes. */
  edges: {from: number; to: number; kind: "names" | "holds" | "follows" | "depends"; cycle: boolean}[];
  left_out: {nodes: number; edges: number};
}

export interface Order {
  status: OrderStatus;
  /** On failure the steps that were placed before it stopped. */
  steps: OrderStep[];
  candidates: Candidate[];
  conflicts: Conflict[];
  cycles: string[][];
  /** Of each cycle: one wait a step. */
  explanation: Wait[][];
  missing: Missing[];
  repairs: Repair[];
  /** The order as a picture; null where there is none. */
  layout: Layout | null;
  error: "deadlock" | "no-free-version" | "self-dependency" | "cycle" | "missing" | null;
  message: string | null;
}

export interface Finding {
  /** "area/name", as in the rule catalogue. */
  rule: string;
  severity: Severity;
  message: string;
  package: string | null;
  /** Path inside the input. */
  file: string | null;
  /** From 1; columns count code points. null: the input has no lines. */
  line: number | null;
  column: number | null;
  end_line: number | null;
  end_column: number | null;
  /** Bytes of the file as stored. */
  offset: number | null;
  length: number | null;
  remedy: string | null;
  reversibility: Reversibility;
  input: string | null;
  /** The line the finding starts on, and the column of its first character. */
  excerpt: string | null;
  excerpt_column: number | null;
}

export interface SuppressedFinding extends Finding {
  suppression_reason: string | null;
}

export interface RollbackStep {
  action:
    | "re-run-previous-script" | "restore-package" | "remove-package" | "reverse-script"
    | "restore-account-backup" | "none";
  package: string | null;
  element: string | null;
  note: string | null;
}

export interface Rollback {
  verdict: RollbackVerdict;
  reasons: string[];
  steps: RollbackStep[];
}

export interface Summary {
  errors: number;
  warnings: number;
  infos: number;
  packages: number;
  scripts: number;
  statements: number;
  milliseconds: number;
  suppressed: number;
}

export interface Report {
  schema: "backstay.report/1";
  generator: {name: "backstay"; version: string};
  inputs: ReportInput[];
  packages: Package[];
  scripts: Script[];
  order: Order;
  findings: Finding[];
  rollback: Rollback;
  summary: Summary;
  /** Covered by an allow comment in the script: shown, not counted. */
  suppressed: SuppressedFinding[];
}

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
