// Tables of a target as its description names them (backstay.environment/1).
export interface DescribedTable {
  name: string;                  // with its schema when the description has one
  columns: { name: string; type: string; nullable: boolean }[];
  key: string[];
}

interface Described {
  tables?: { name?: string; schema?: string; columns?: { name?: string; type?: string; nullable?: boolean | null }[]; primary_key?: string[] }[] | null;
}

// A type may carry anything in a hostile file: only what a type looks like is taken.
const looksLikeType = /^[A-Za-z_][A-Za-z0-9_ ]*(\(\d+(, ?\d+)?\))?( with(out)? time zone)?(\[\])?$/;

export function describedTables(environment: string): DescribedTable[] {
  let description: Described;
  try {
    description = JSON.parse(environment) as Described;
  } catch {
    return []; // lines, or an export: no tables in those
  }
  const tables: DescribedTable[] = [];
  for (const { name, schema, columns, primary_key } of Array.isArray(description?.tables) ? description.tables : []) {
    if (!name || !Array.isArray(columns) || columns.length === 0) continue;
    const usable = columns.filter((column) => column.name).map(({ name: column = "", type = "text", nullable }) => ({ name: column, type: looksLikeType.test(type) ? type : "text", nullable: nullable !== false }));
    const key = Array.isArray(primary_key) ? primary_key : ["Id"]; // every table of the platforms has it
    tables.push({ name: schema && !name.includes(".") ? `${schema}.${name}` : name, columns: usable, key: key.filter((column) => usable.some((one) => one.name === column)) });
  }
  return tables;
}
