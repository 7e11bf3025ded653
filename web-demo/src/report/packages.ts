// What is in the upload: packages with their content, scripts with their verdict.
import type { Package, PackageCounts, Report, Script } from "backstay";
import { bytes, h, longList, plural } from "../dom";
import { listOf, scriptMood, scriptWord } from "./words";

const ROWS_AT_ONCE = 30;

export function packagesSection(packages: readonly Package[]): Node {
  return longList(h("ul", { class: "packages" }), packages, ROWS_AT_ONCE, packageView);
}

function packageView(one: Package): HTMLElement {
  const facts = contents(one.counts);
  const needs = one.dependencies.map((dependency) => dependency.name ?? dependency.id ?? "?");
  return h(
    "li", { class: "package-card" },
    h("h3", {}, one.name ?? one.file ?? "without a name", one.version && h("span", { class: "version" }, one.version)),
    h("p", { class: "about" }, [one.maintainer && `by ${one.maintainer}`, bytes(one.bytes), one.modified && `changed ${one.modified.slice(0, 10)}`].filter(Boolean).join(" · ")),
    one.description && h("p", {}, one.description),
    facts.length > 0 && h("p", { class: "facts" }, facts.join(", ")),
    needs.length > 0 && h("p", { class: "needs" }, h("strong", {}, "Needs "), listOf(needs, 12)),
  );
}

function contents(counts: PackageCounts): string[] {
  const parts: [number, string, string?][] = [
    [counts.schemas, "schema"], [counts.sql_scripts, "SQL script"], [counts.data_bindings, "data binding"], [counts.data_rows, "data row"],
    [counts.resources, "resource"], [counts.assemblies, "assembly", "assemblies"],
    [counts.deployment_versions, "deployment version"], [counts.activities, "activity", "activities"],
  ];
  return parts.filter(([count]) => count > 0).map(([count, one, many]) => plural(count, one, many));
}

const phases: Record<string, string> = {
  BeforePackage: "before the package", AfterPackage: "after the package",
  AfterSchemaData: "after schemas and data", UninstallApp: "when the app is removed",
};

const dialects: Record<string, string> = { postgresql: "PostgreSQL", mssql: "SQL Server", oracle: "Oracle" };

export function scriptsSection(report: Report): Node {
  return longList(h("ul", { class: "scripts" }), report.scripts, ROWS_AT_ONCE, scriptView);
}

function scriptView(script: Script): HTMLElement {
  const when = script.deployment_version ? `version ${script.deployment_version}` : phases[script.install_type ?? ""] && `runs ${phases[script.install_type ?? ""]}`;
  return h(
    "li", {},
    h("span", { class: `verdict ${scriptMood[script.verdict]}` }, scriptWord[script.verdict]),
    h("span", { class: "name" }, script.name ?? script.file ?? "script"),
    h("span", { class: "about" }, [
      script.package, script.dialect && dialects[script.dialect], plural(script.statements, "statement"), when,
      script.backward_compatible === true && "marked backward compatible", script.backward_compatible === false && "marked not backward compatible",
    ].filter(Boolean).join(" · ")),
  );
}
