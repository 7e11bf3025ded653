// PostgreSQL in a worker of its own: PGlite, loaded from this page's folder when a rehearsal is asked for. One request
// at a time; nothing is kept when the worker ends.
import { PGlite } from "@electric-sql/pglite";
import type { DatabaseValue } from "backstay";

interface Ask {
  id: number;
  call: "exec" | "rows";
  sql: string;
  values?: DatabaseValue[];
}

export interface DatabaseError {
  code: string;
  message: string;
  position: number | null; // characters from 1, in the text that was run
  where: string | null;
  hint: string | null;
}

// An empty cluster made by the build (database.mjs); without it, as in development, PostgreSQL makes one.
async function emptyCluster(): Promise<Blob | undefined> {
  const answer = await fetch(new URL("empty-cluster.bin", self.location.href)).catch(() => null);
  const bytes = answer?.ok ? await answer.arrayBuffer() : null;
  const packed = bytes && new Uint8Array(bytes, 0, 2).join() === "31,139";
  return packed ? new Blob([bytes], { type: "application/x-gzip" }) : undefined;
}

const started = emptyCluster().then((cluster) => PGlite.create({ relaxedDurability: true, ...(cluster ? { loadDataDir: cluster } : {}) }));

// Values go both ways as PostgreSQL's own texts, under whatever type; the core knows what a value is, not JavaScript.
const asText = new Proxy({}, { get: () => (text: unknown) => text }) as Record<number, (text: string) => string>;
const BOOL = 16, BYTEA = 17, WHOLE = [20, 21, 23, 26], REAL = [700, 701];

function valueOf(text: string | null, type: number): DatabaseValue {
  if (text === null) return null;
  if (type === BOOL) return text === "t" ? 1 : 0;
  if (WHOLE.includes(type)) return Number.isSafeInteger(Number(text)) ? Number(text) : { integer: text };
  if (REAL.includes(type)) return Number.isFinite(Number(text)) ? { real: Number(text) } : text;
  if (type === BYTEA) return { blob: btoa(String.fromCharCode(...(text.slice(2).match(/../g) ?? []).map((pair) => parseInt(pair, 16)))) };
  return text;
}

function parameterOf(value: DatabaseValue): string | null {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if ("real" in value) return String(value.real);
  if ("integer" in value) return value.integer;
  return `\\x${[...atob(value.blob)].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("")}`;
}

function errorOf(error: unknown): DatabaseError {
  const { code, message, position, where, hint } = error as { code?: string; message?: string; position?: string; where?: string; hint?: string };
  return { code: code ?? "", message: message ?? String(error), position: position ? Number(position) : null, where: where ?? null, hint: hint ?? null };
}

async function rows(database: PGlite, { sql, values = [] }: Ask) {
  const { rows, fields, affectedRows } = await database.query<(string | null)[]>(sql, values.map(parameterOf), { rowMode: "array", parsers: asText, serializers: asText });
  return { columns: fields.map(({ name }) => name), rows: rows.map((row) => row.map((text, column) => valueOf(text, fields[column]?.dataTypeID ?? 0))), affected: affectedRows ?? -1 };
}

let queue: Promise<void> = started.then(() => self.postMessage({ ready: true }), (error: unknown) => self.postMessage({ failed: errorOf(error).message }));

self.onmessage = ({ data }: MessageEvent<Ask>) => {
  queue = queue.then(async () => {
    try {
      const database = await started;
      if (data.call === "exec") await database.exec(data.sql);
      self.postMessage({ id: data.id, result: data.call === "rows" ? await rows(database, data) : null });
    } catch (error) {
      self.postMessage({ id: data.id, error: errorOf(error) });
    }
  });
};
