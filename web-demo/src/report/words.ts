// The report's terms in words for somebody who installs packages but does not write them.
import type { Finding, Report, Reversibility, Rollback, RollbackStep, RollbackVerdict, ScriptVerdict, Severity } from "backstay";
import { plural } from "../dom";

export type Mood = "good" | "care" | "bad" | "none";

export interface Answer {
  question: string;
  mood: Mood;
  short: string;
  long: string;
}

export const severityWord: Record<Severity, string> = { error: "Error", warning: "Warning", info: "Note" };

export const scriptWord: Record<ScriptVerdict, string> = {
  safe: "safe",
  "with-capture": "save rows first",
  irreversible: "cannot be undone",
  "not-understood": "not understood",
};

export const scriptMood: Record<ScriptVerdict, Mood> = {
  safe: "good", "with-capture": "care", irreversible: "bad", "not-understood": "care",
};

export const undoWord: Record<Reversibility, string | null> = {
  neutral: null,
  yes: "A rollback undoes this.",
  "with-capture": "Can be undone only if what it changes is saved first.",
  no: "Cannot be undone: only a database backup brings this back.",
};

const rollbackAnswers: Record<RollbackVerdict, Omit<Answer, "question">> = {
  full: { mood: "good", short: "Yes, completely", long: "Going back to the previous version restores everything these packages change." },
  "with-capture": {
    mood: "care", short: "Yes, with preparation",
    long: "Some rows or definitions are overwritten. Save them before the installation, and they can be put back.",
  },
  suspended: {
    mood: "care", short: "Only after a decision",
    long: "A rollback stops and asks, because a new or changed script is not marked as backward compatible.",
  },
  impossible: { mood: "bad", short: "No", long: "Something is lost for good. Only a backup of the whole database brings it back." },
  "not-applicable": { mood: "none", short: "Nothing to undo", long: "There is nothing here that a rollback would have to restore." },
};

export function rollbackMood(rollback: Rollback): Mood {
  return rollbackAnswers[rollback.verdict].mood;
}

// Nothing of what was uploaded could be read, so nothing can be said about it.
function nothingRead(report: Report): boolean {
  return report.inputs.length > 0 && report.inputs.every((input) => input.kind === null);
}

export function rollbackAnswer(report: Report): Answer {
  if (nothingRead(report)) return { question: "Can it be undone?", mood: "none", short: "Unknown", long: "That depends on what is inside." };
  return { question: "Can it be undone?", ...rollbackAnswers[report.rollback.verdict] };
}

export function unreadable(report: Report): Finding[] {
  const unread = new Set(report.inputs.filter((input) => input.kind === null).map((input) => input.path));
  return report.findings.filter((finding) => finding.severity === "error" && (finding.rule.startsWith("archive/") || unread.has(finding.input ?? "")));
}

export function installAnswer(report: Report): Answer {
  const question = "Will it install?";
  const { order } = report;
  if (nothingRead(report)) return { question, mood: "bad", short: "No, it cannot be read", long: "Nothing in it could be checked. Below is where the reading stopped." };
  const damaged = unreadable(report);
  if (damaged.length > 0) {
    return { question, mood: "bad", short: "Part of it is unreadable", long: `${plural(damaged.length, "problem")} while reading. What could be read was checked.` };
  }
  const needs = [...new Set(order.missing.filter((one) => !one.optional).map((one) => one.needs ?? one.needs_id ?? "another package"))];
  switch (order.status) {
    case "deadlock":
      return { question, mood: "bad", short: "No, it is deadlocked", long: "Some versions wait for each other, so none of them can go first." };
    case "cycle":
      return { question, mood: "bad", short: "No, it goes in circles", long: "Some packages depend on each other in a circle, so none of them can go first." };
    case "missing":
      return {
        question, mood: "care", short: "Only where its base is",
        long: `It needs ${listOf(needs, 4)} on the target, which ${needs.length === 1 ? "is" : "are"} not part of this upload.`,
      };
    case "ok":
      return needs.length > 0
        ? { question, mood: "good", short: "Yes, where its base is", long: `The order is clear. The target has to have ${listOf(needs, 4)}.` }
        : { question, mood: "good", short: "Yes, the order is clear", long: `${plural(order.steps.length, "step")}, with nothing missing.` };
    case "not-applicable":
      if (report.summary.errors > 0 && report.inputs.some((input) => input.kind === "promotion")) {
        return { question, mood: "bad", short: "Not yet", long: `${plural(report.summary.errors, "error")} first: production or the promotion itself is not ready.` };
      }
      return { question, mood: "none", short: "No order to check", long: "This upload has no packages that depend on each other." };
  }
}

export function findingsAnswer(report: Report): Answer {
  const question = "What needs attention?";
  const { errors, warnings, infos } = report.summary;
  if (errors > 0) {
    return {
      question, mood: "bad", short: plural(errors, "error"),
      long: `Plus ${plural(warnings, "warning")} and ${plural(infos, "note")}. Each says where, why, and what to do instead.`,
    };
  }
  if (warnings > 0) return { question, mood: "care", short: plural(warnings, "warning"), long: `Worth a look before installing. ${infos > 0 ? `Plus ${plural(infos, "note")}.` : ""}` };
  const checked = report.summary.scripts > 0 ? `${plural(report.summary.statements, "statement")} in ${plural(report.summary.scripts, "script")} were checked.` : "Everything in it was checked.";
  return { question, mood: "good", short: "Nothing", long: infos > 0 ? `${checked} ${plural(infos, "note")} to read.` : checked };
}

// The sentence on top: the worst of the answers decides.
export function headline(report: Report): { mood: Mood; text: string } {
  const damaged = unreadable(report);
  if (nothingRead(report)) {
    return { mood: "bad", text: report.inputs.length === 1 ? "This file could not be read" : "None of these files could be read" };
  }
  if (damaged.length > 0) return { mood: "bad", text: "Do not install this: part of it is damaged" };
  if (report.order.status === "deadlock" || report.order.status === "cycle") return { mood: "bad", text: "Do not install this yet: it gets stuck halfway" };
  if (report.rollback.verdict === "impossible") return { mood: "bad", text: "Make a database backup first: this cannot be undone" };
  if (report.summary.errors > 0) return { mood: "bad", text: "Fix this before it is installed" };
  if (report.rollback.verdict === "with-capture") return { mood: "care", text: "Can be installed, after saving what it overwrites" };
  if (report.rollback.verdict === "suspended") return { mood: "care", text: "Can be installed, but think about the way back" };
  if (report.summary.warnings > 0) return { mood: "care", text: "Can be installed; a few things deserve a look" };
  return { mood: "good", text: "Good to go" };
}

export function listOf(names: readonly string[], most: number): string {
  const shown = names.slice(0, most);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(", ")} and ${rest.toLocaleString("en")} more`;
  if (shown.length < 2) return shown.join("");
  return `${shown.slice(0, -1).join(", ")} and ${shown[shown.length - 1]}`;
}

export const inputWord: Record<string, string> = {
  "creatio-delivery": "Creatio delivery",
  "creatio-archive": "Creatio package archive",
  "creatio-package": "Creatio package",
  "creatio-workspace": "Creatio workspace",
  "origam-model": "ORIGAM model",
  promotion: "Sandbox promotion",
  "sql-script": "SQL script",
};

export const actionWord: Record<RollbackStep["action"], string> = {
  "re-run-previous-script": "Run the previous version of the script again",
  "restore-package": "Put the previous version of the package back",
  "remove-package": "Remove the package",
  "reverse-script": "Run the reverse script",
  "restore-account-backup": "Restore the backup of the account",
  none: "Left as it is",
};
