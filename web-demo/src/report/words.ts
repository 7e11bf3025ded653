// The report's terms in words for somebody who installs packages but does not write them.
import type { Finding, Report, Rollback, ScriptVerdict, Severity } from "backstay";
import { count, listOf, t } from "../text";

export type Mood = "good" | "care" | "bad" | "none";

export interface Answer {
  question: string;
  mood: Mood;
  short: string;
  long: string;
  part: string; // where the report says more
}

export const severities: readonly Severity[] = ["error", "warning", "info"];
export const severityMood: Record<Severity, Mood> = { error: "bad", warning: "care", info: "none" };
export const scriptMood: Record<ScriptVerdict, Mood> = { safe: "good", "with-capture": "care", irreversible: "bad", "not-understood": "care" };
const rollbackMoods: Record<Rollback["verdict"], Mood> = { full: "good", "with-capture": "care", suspended: "care", impossible: "bad", "not-applicable": "none" };

export function rollbackMood(rollback: Rollback): Mood {
  return rollbackMoods[rollback.verdict];
}

// Nothing of what was uploaded could be read, so nothing can be said about it.
export function nothingRead(report: Report): boolean {
  return report.inputs.length > 0 && report.inputs.every((input) => input.kind === null);
}

export function unreadable(report: Report): Finding[] {
  const unread = new Set(report.inputs.filter((input) => input.kind === null).map((input) => input.path));
  return report.findings.filter((finding) => finding.severity === "error" && (finding.rule.startsWith("archive/") || unread.has(finding.input ?? "")));
}

export function rollbackAnswer(report: Report): Answer {
  const question = t.answers.undo.question;
  if (nothingRead(report)) return { question, mood: "none", ...t.answers.undo.unknown, part: "findings" };
  return { question, mood: rollbackMood(report.rollback), ...t.answers.undo[report.rollback.verdict], part: "rollback" };
}

export function installAnswer(report: Report): Answer {
  const { order } = report;
  const words = t.answers.install;
  const answer = (mood: Mood, text: { short: string; long: string }, part = "order"): Answer => ({ question: words.question, mood, ...text, part });
  if (nothingRead(report)) return answer("bad", words.nothingRead, "findings");
  const damaged = unreadable(report);
  if (damaged.length > 0) return answer("bad", words.damaged(count(damaged.length, t.nouns.problem)), "findings");
  const needs = [...new Set(order.missing.filter((one) => !one.optional).map((one) => one.needs ?? one.needs_id ?? "?"))];
  switch (order.status) {
    case "deadlock": return answer("bad", words.deadlock);
    case "cycle": return answer("bad", words.cycle);
    case "missing": return answer("care", words.missing(listOf(needs, 4), needs.length));
    case "ok": return answer("good", needs.length > 0 ? words.okWithBase(listOf(needs, 4)) : words.ok(count(order.steps.length, t.nouns.step)));
    case "not-applicable":
      if (report.summary.errors > 0 && report.inputs.some((input) => input.kind === "promotion")) {
        return answer("bad", words.promotionNotReady(count(report.summary.errors, t.nouns.error)), "findings");
      }
      return answer("none", words.noOrder, "findings");
  }
}

export function findingsAnswer(report: Report): Answer {
  const words = t.answers.findings;
  const { errors, warnings, infos } = report.summary;
  const answer = (mood: Mood, short: string, long: string): Answer => ({ question: words.question, mood, short, long, part: "findings" });
  const notes = infos > 0 ? words.plusNotes(count(infos, t.nouns.note)) : "";
  if (errors > 0) return answer("bad", count(errors, t.nouns.error), words.errors(count(warnings, t.nouns.warning), count(infos, t.nouns.note)));
  if (warnings > 0) return answer("care", count(warnings, t.nouns.warning), `${words.warnings} ${notes}`.trim());
  const checked = report.summary.scripts > 0
    ? words.checked(count(report.summary.statements, t.nouns.statement), count(report.summary.scripts, t.nouns.scriptIn)) : words.checkedAll;
  return answer("good", words.nothing, `${checked} ${notes}`.trim());
}

// The sentence on top: the worst of the answers decides.
export function headline(report: Report): { mood: Mood; text: string } {
  const words = t.headline;
  if (nothingRead(report)) return { mood: "bad", text: report.inputs.length === 1 ? words.unreadableOne : words.unreadableAll };
  if (unreadable(report).length > 0) return { mood: "bad", text: words.damaged };
  if (report.order.status === "deadlock" || report.order.status === "cycle") return { mood: "bad", text: words.stuck };
  if (report.rollback.verdict === "impossible") return { mood: "bad", text: words.impossible };
  if (report.summary.errors > 0) return { mood: "bad", text: words.errors };
  if (report.rollback.verdict === "with-capture") return { mood: "care", text: words.withCapture };
  if (report.rollback.verdict === "suspended") return { mood: "care", text: words.suspended };
  if (report.summary.warnings > 0) return { mood: "care", text: words.warnings };
  return { mood: "good", text: words.good };
}

export interface NextStep {
  text: string;
  part: string;
}

// What to do now, most urgent first.
export function nextSteps(report: Report): NextStep[] {
  const words = t.next;
  if (nothingRead(report)) return [{ text: words.getAgain, part: "findings" }];
  const steps: NextStep[] = [];
  if (unreadable(report).length > 0) steps.push({ text: words.getAgain, part: "findings" });
  if (report.order.repairs.length > 0) steps.push({ text: words.repair, part: "order" });
  else if (report.order.status === "cycle" || report.order.status === "deadlock") steps.push({ text: words.breakCircle, part: "order" });
  if (report.rollback.verdict === "impossible") steps.push({ text: words.backup, part: "rollback" });
  if (report.rollback.verdict === "with-capture") steps.push({ text: words.capture, part: "rollback" });
  if (report.rollback.verdict === "suspended") steps.push({ text: words.flags, part: "scripts" });
  const wrong = new Set(report.findings.filter((finding) => finding.severity === "error").map((finding) => finding.file ?? finding.input));
  if (report.summary.errors > 0) steps.push({ text: words.fix(count(report.summary.errors, t.nouns.error), count(wrong.size, t.nouns.fileIn)), part: "findings" });
  else if (report.summary.warnings > 0) steps.push({ text: words.look(count(report.summary.warnings, t.nouns.warning)), part: "findings" });
  const needs = [...new Set(report.order.missing.filter((one) => !one.optional).map((one) => one.needs ?? one.needs_id ?? "?"))];
  if (needs.length > 0) steps.push({ text: words.base(listOf(needs, 3)), part: "order" });
  if (steps.length === 0) steps.push({ text: words.install, part: report.order.steps.length > 0 ? "order" : "findings" });
  return steps.slice(0, 4);
}

export function inputWord(kind: string | null): string {
  return kind === null ? t.inputs.unreadable : t.inputs[kind as keyof typeof t.inputs] ?? kind;
}

// A finding's message as a sentence of its own.
export function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
