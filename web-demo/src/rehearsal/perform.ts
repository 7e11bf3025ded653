// One request of the core at a time, done by the database in the page.
import type { RehearsalAnswer, RehearsalRequest } from "backstay";
import { type Database, SqlError } from "./database";

// Where in the script: PostgreSQL counts characters, the core bytes.
function offsetOf(sql: string, position: number | null): number {
  return position === null ? 0 : new TextEncoder().encode([...sql].slice(0, position - 1).join("")).length;
}

function failed(error: SqlError, sql: string): RehearsalAnswer {
  const problem = { code: "db", message: error.message, sqlstate: error.code, hint: error.hint, context: error.where, offset: offsetOf(sql, error.position) };
  return { outcome: "failed", problem };
}

async function runScript(database: Database, { sql = "", outside }: RehearsalRequest): Promise<RehearsalAnswer> {
  await database.exec(sql);
  if (outside) return { outcome: "ok" };
  try {
    await database.exec("SAVEPOINT backstay_probe; RELEASE SAVEPOINT backstay_probe");
    return { outcome: "ok" };
  } catch (error) {
    // 25P01: no transaction is open any more.
    if (!(error instanceof SqlError) || error.code !== "25P01") throw error;
    return { outcome: "transaction-ended", problem: { code: "db", message: "the script ended the transaction it ran in", sqlstate: error.code } };
  }
}

const transactionSql = (request: RehearsalRequest): string | null => {
  const name = `"${(request.name ?? "").replaceAll('"', '""')}"`;
  switch (request.kind) {
    case "begin": return "BEGIN";
    case "commit": return "COMMIT";
    case "rollback": return "ROLLBACK";
    case "savepoint": return `SAVEPOINT ${name}`;
    case "release": return `RELEASE SAVEPOINT ${name}`;
    case "rollback-to": return `ROLLBACK TO SAVEPOINT ${name}`;
    default: return null;
  }
};

export async function perform(database: Database, request: RehearsalRequest): Promise<RehearsalAnswer> {
  const { kind, sql = "", values } = request;
  try {
    if (kind === "run-script") return await runScript(database, request);
    if (kind === "execute" && !values) {
      await database.exec(sql);
      return { outcome: "ok" };
    }
    if (kind === "execute" || kind === "read-rows") return { outcome: "ok", rows: await database.rows(sql, values) };
    const transaction = transactionSql(request);
    if (transaction) await database.exec(transaction);
    else if (!["lock", "unlock", "progress"].includes(kind)) return { outcome: "unsupported", problem: { code: "internal", message: `this page has no ${kind}` } };
    return { outcome: "ok" };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error; // the database is gone, not a statement wrong
    return failed(error, sql);
  }
}
