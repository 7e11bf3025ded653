// What is in the upload: packages with their content and what they need.
import type { Package, PackageCounts } from "backstay";
import { button, h, longList } from "../dom";
import { bytes, count, listOf, t } from "../text";
import type { Context } from "./context";

const ROWS_AT_ONCE = 30;

export function packagesPart(context: Context, showFindings: (name: string) => void): HTMLElement {
  const found = new Map<string, number>();
  for (const finding of context.report.findings) if (finding.package) found.set(finding.package, (found.get(finding.package) ?? 0) + 1);
  return longList(h("ul", { class: "packages" }), context.report.packages, ROWS_AT_ONCE, (one) => packageView(one, found.get(one.name ?? "") ?? 0, showFindings));
}

function packageView(one: Package, findings: number, showFindings: (name: string) => void): HTMLElement {
  const facts = contents(one.counts);
  const needs = one.dependencies.map((dependency) => [dependency.name ?? dependency.id ?? "?", dependency.version].filter(Boolean).join(" "));
  return h(
    "li", { class: "package-card" },
    h("h3", {}, one.name ?? one.file ?? t.packages.noName, one.version && h("span", { class: "version" }, one.version)),
    h("p", { class: "about" }, [one.maintainer && t.packages.by(one.maintainer), bytes(one.bytes), one.modified && t.packages.changed(one.modified.slice(0, 10))].filter(Boolean).join(" · ")),
    one.description && h("p", {}, one.description),
    facts.length > 0 && h("p", { class: "facts" }, facts.join(", ")),
    needs.length > 0 && h("p", { class: "needs" }, h("strong", {}, `${t.packages.needs} `), listOf(needs, 12)),
    findings > 0 && h("p", {}, button(count(findings, t.nouns.finding), () => showFindings(one.name ?? ""), "link")),
  );
}

function contents(counts: PackageCounts): string[] {
  const parts: [number, readonly string[]][] = [
    [counts.schemas, t.nouns.schema], [counts.sql_scripts, t.nouns.sqlScript], [counts.data_bindings, t.nouns.dataBinding], [counts.data_rows, t.nouns.dataRow],
    [counts.resources, t.nouns.resource], [counts.assemblies, t.nouns.assembly], [counts.deployment_versions, t.nouns.deploymentVersion], [counts.activities, t.nouns.activity],
  ];
  return parts.filter(([value]) => value > 0).map(([value, forms]) => count(value, forms));
}
