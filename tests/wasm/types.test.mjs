// backstay.d.ts is written by hand: it has to say what the report's JSON Schema says, and what reports are.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, test } from "node:test";

import { backstay, root, sampleInputs } from "./support.mjs";

const ts = createRequire(join(root, "web-demo/package.json"))("typescript"); // npm ci --prefix web-demo
const declarations = join(root, "wasm/backstay.d.ts");
const schema = JSON.parse(readFileSync(join(root, "core/report/report.schema.json"), "utf8"));
const settings = { strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"], types: [] };
after(() => backstay.close());

function problemsOf(files) {
  const program = ts.createProgram(files, settings);
  return { program, problems: ts.getPreEmitDiagnostics(program).map((one) => ts.flattenDiagnosticMessageText(one.messageText, "\n")) };
}

// Collects differences between a type and a schema, member by member.
function compare(checker, type, node, path, found) {
  if (node.$ref) return compare(checker, type, schema.definitions[node.$ref.split("/").at(-1)], path, found);
  const parts = type.isUnion() ? type.types : [type];
  const isNull = (part) => (part.flags & ts.TypeFlags.Null) !== 0;
  const rest = parts.filter((part) => !isNull(part) && !(part.flags & ts.TypeFlags.Undefined));
  const kinds = [node.type ?? []].flat();
  const nullable = kinds.includes("null") || node.enum?.includes(null) || false;
  if (nullable !== parts.some(isNull)) found.push(`${path}: null is ${nullable ? "allowed" : "not allowed"} by the schema`);
  const literals = node.enum?.filter((value) => value !== null) ?? ("const" in node ? [node.const] : null);
  if (literals) {
    const declared = rest.map((part) => part.value ?? (checker.typeToString(part) === "true"));
    if (JSON.stringify([...declared].sort()) !== JSON.stringify([...literals].sort())) found.push(`${path}: ${declared} is not ${literals}`);
  } else if (kinds.includes("array")) {
    const element = rest[0] && checker.getIndexTypeOfType(rest[0], ts.IndexKind.Number);
    if (!element) found.push(`${path}: no array`);
    else compare(checker, element, node.items, `${path}[]`, found);
  } else if (kinds.includes("object")) {
    compareObject(checker, rest[0], node, path, found);
  } else {
    const wanted = { integer: "number", string: "string", boolean: "boolean" }[kinds.find((kind) => kind !== "null")];
    const declared = checker.typeToString(checker.getBaseTypeOfLiteralType(checker.getNonNullableType(type)));
    if (declared !== wanted) found.push(`${path}: ${declared} is not ${wanted}`);
  }
}

function compareObject(checker, type, node, path, found) {
  if (!node.properties) {
    const values = checker.getIndexTypeOfType(type, ts.IndexKind.String);
    if (!values) return found.push(`${path}: no record`);
    return compare(checker, values, node.additionalProperties, `${path}{}`, found);
  }
  const members = new Map(checker.getPropertiesOfType(type).map((symbol) => [symbol.name, symbol]));
  for (const [name, part] of Object.entries(node.properties)) {
    const symbol = members.get(name);
    if (!symbol) {
      found.push(`${path}.${name} is missing`);
      continue;
    }
    const optional = (symbol.flags & ts.SymbolFlags.Optional) !== 0;
    if (optional && node.required?.includes(name)) found.push(`${path}.${name} is not optional`);
    compare(checker, checker.getTypeOfSymbol(symbol), part, `${path}.${name}`, found);
  }
  if (node.additionalProperties === false) {
    for (const name of members.keys()) if (!node.properties[name]) found.push(`${path}.${name} is not in the schema`);
  }
}

test("the declared report is the schema's, member by member", () => {
  const { program, problems } = problemsOf([declarations]);
  assert.deepEqual(problems, []);
  const checker = program.getTypeChecker();
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(declarations)));
  const report = checker.getDeclaredTypeOfSymbol(exported.find((symbol) => symbol.name === "Report"));
  const found = [];
  compare(checker, report, schema, "Report", found);
  assert.deepEqual(found, []);
});

test("every sample's report and a program that uses the package pass the compiler", async () => {
  const folder = mkdtempSync(join(root, "build/types-"));
  try {
    const files = [];
    for (const [index, input] of sampleInputs().entries()) {
      const text = await backstay.render(backstay.fromPath(input), "json");
      const file = join(folder, `report${index}.ts`);
      writeFileSync(file, `import type { Report } from "${declarations.replace(/\.d\.ts$/, "")}";\nexport const report: Report = ${text};\n`);
      files.push(file);
    }
    const program = join(folder, "program.ts");
    writeFileSync(program, `import { preflight, rules, BackstayError, type Report, type Finding } from "${declarations.replace(/\.d\.ts$/, "")}";
      const control = new AbortController();
      export async function check(files: FileList): Promise<Finding | null> {
        try {
          const report: Report = await preflight(files, { dialect: "oracle" }, { signal: control.signal, onProgress: ({ what, done, total }) => console.log(what.length, done / total) });
          return report.findings[0] ?? null;
        } catch (error) {
          return error instanceof BackstayError ? error.finding : null;
        }
      }
      export const titles = async (): Promise<string[]> => (await rules()).map((rule) => rule.title);\n`);
    assert.deepEqual(problemsOf([...files, program]).problems, []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
