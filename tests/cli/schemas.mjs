// Validates every report that a test run left behind: ours against report.schema.json, SARIF against the
// schema that OASIS published, as the package jest-sarif carries it; and our configuration schema against
// what the reader accepts and refuses.
//
//   node schemas.mjs DIRECTORY...
import Ajv from 'ajv';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const read = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

function validator(schema) {
  // "unknown formats" covers uri-reference and the like, which this ajv knows under another name.
  const ajv = new Ajv({ allErrors: false, jsonPointers: true, schemaId: 'auto', unknownFormats: 'ignore' });
  ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-04.json'));  // the published SARIF schema is of that draft
  const validate = ajv.compile(schema);
  return (document) => (validate(document) ? null : ajv.errorsText(validate.errors, { separator: '; ' }));
}

const report = validator(read(root, 'core', 'report', 'report.schema.json'));
const plan = validator(read(root, 'core', 'apply', 'plan.schema.json'));
const environment = validator(read(root, 'core', 'deploy', 'environment.schema.json'));
const reverse = validator(read(root, 'core', 'report', 'reverse.schema.json'));
const config = validator(read(root, 'core', 'config.schema.json'));
const sarif = validator(read(dirname(require.resolve('@microsoft/jest-sarif/package.json')), 'lib', 'schemas', 'sarif-2.1.0-rtm.5.json'));

let failed = 0;
let passed = 0;
function check(name, problem) {
  if (problem === null) return passed++;
  failed++;
  console.log(`FAILED ${name}: ${problem}`);
}

// The validators can say no: one that accepts everything would make this test worthless.
const refuses = (validate, document) => (validate(document) === null ? 'was accepted' : null);
check('report schema refuses an empty object', refuses(report, {}));
check('reverse schema refuses an empty object', refuses(reverse, {}));
check('sarif schema refuses an unknown version', refuses(sarif, { version: '9.9.9', runs: [] }));
check('sarif schema refuses a result without a message', refuses(sarif, { version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } }, results: [{ ruleId: 'a' }] }] }));
check('config schema refuses an unknown setting', refuses(config, { service_table: [] }));
check('config schema takes all settings', config({
  service_tables: ['UsrSvc*'], separators_allowed: ['GO', '/'], builtin_routines: ['x'], default_schema: { mssql: 'dbo' },
  client_commands_allowed: false, dialect: 'auto', rules: { 'sql/update-data': 'off' }, fail_on: 'never',
  limits: { max_records: 10, max_json_depth: 12 }, labelled_severities: ['error'],
}));

check('plan schema refuses an empty object', refuses(plan, {}));
const target = (members) => environment({ schema: 'backstay.environment/1', ...members });
check('environment schema takes the least there is', target({}));
check('environment schema refuses a package without id and name', target({ packages: [{ version: '1' }] }) === null ? 'was accepted' : null);
check('environment schema refuses an unknown engine', target({ database: { engine: 'db2' } }) === null ? 'was accepted' : null);
check('environment schema refuses a job without a kind', target({ jobs: [{ id: 'a' }] }) === null ? 'was accepted' : null);
// The page's example is what people start from.
const page = readFileSync(join(root, 'core', 'deploy', 'environment.md'), 'utf8');
check('environment schema takes the example of its page', environment(JSON.parse(/```json\n([^]*?)```/.exec(page)[1])));

let reports = 0;
for (const folder of process.argv.slice(2)) {
  const files = readdirSync(folder).filter((name) => /\.(json|sarif)$/.test(name)).sort();
  for (const name of files) {
    const document = read(folder, name);
    if (name.endsWith('.json')) {
      const validate = { 'backstay.plan/1': plan, 'backstay.reverse/1': reverse }[document.schema] ?? report;
      check(name, validate(document));
      // One deliberate break per report: the schema is strict enough to see it.
      check(`${name} with a member too many`, refuses(validate, { ...document, extra: 1 }));
    } else {
      check(name, sarif(document));
    }
    reports++;
  }
}
if (reports === 0) {
  failed++;
  console.log('FAILED: no report to validate; the tests that write them have to run before');
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
