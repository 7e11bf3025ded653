// PostgreSQL in a worker of its own: PGlite, loaded from this page's folder when a rehearsal is asked for. One request
// at a time; nothing is kept when the worker ends.
import { PGlite } from "@electric-sql/pglite";

interface Ask {
  id: number;
  call: "exec" | "rows";
  sql: string;
}

export interface DatabaseError {
  code: string;
  message: string;
  position: number | null; // characters from 1, in the text that was run
  where: string | null;
}

const started = PGlite.create({ relaxedDurability: true });

// Whole numbers and booleans as numbers, everything else as the text that PostgreSQL would print.
function plain(value: unknown): string | number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : String(value);
  if (typeof value === "bigint") return String(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function errorOf(error: unknown): DatabaseError {
  const { code, message, position, where } = error as { code?: string; message?: string; position?: string; where?: string };
  return { code: code ?? "", message: message ?? String(error), position: position ? Number(position) : null, where: where ?? null };
}

let queue: Promise<void> = started.then(() => self.postMessage({ ready: true }), (error: unknown) => self.postMessage({ failed: errorOf(error).message }));

self.onmessage = ({ data }: MessageEvent<Ask>) => {
  queue = queue.then(async () => {
    try {
      const database = await started;
      if (data.call === "exec") await database.exec(data.sql);
      const rows = data.call === "rows" ? (await database.query<unknown[]>(data.sql, [], { rowMode: "array" })).rows.map((row) => row.map(plain)) : [];
      self.postMessage({ id: data.id, rows });
    } catch (error) {
      self.postMessage({ id: data.id, error: errorOf(error) });
    }
  });
};
