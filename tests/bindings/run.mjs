// Runs a host in another language against the plugin, on a sample CRM of its own.
//   node run.mjs PLUGIN COMMAND...      the host gets PLUGIN, a file with the configuration, one with the parameters
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const [plugin, command, ...parameters] = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), "backstay-binding-"));
const crm = path.join(folder, "crm");
try {
  const make = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "../../native-plugin/examples/sample-crm/make.py");
  const made = spawnSync("python3", [make, crm], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(made.stderr);
  writeFileSync(path.join(folder, "config.json"), JSON.stringify({ database: `sqlite:${crm}/crm.db`, store: { dir: `${crm}/store` } }));
  writeFileSync(path.join(folder, "params.json"), JSON.stringify({ inputs: [`${crm}/packages/loyalty-1.0`] }));
  const ran = spawnSync(command, [...parameters, plugin, path.join(folder, "config.json"), path.join(folder, "params.json")], { encoding: "utf8", timeout: 60_000 });
  process.stderr.write(ran.stderr ?? "");
  if (ran.status !== 0 || ran.stdout !== "ok\n") {
    console.error(`the host ended with ${ran.status ?? ran.signal ?? ran.error}: ${ran.stdout}`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
