// Types of the report. A test checks them against core/report/report.schema.json.

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
