// Runs SQL as asylum sql prints it. Usage: node duckdb.mjs FILE.sql...
// The rows go to FILE.sql.json, a line each.
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';

const { DuckDBInstance } = createRequire(process.env.DUCKDB_FROM ?? import.meta.url)('@duckdb/node-api');
const c = await (await DuckDBInstance.create(':memory:')).connect();
for (const file of process.argv.slice(2)) {
  try {
    const r = await c.runAndReadAll(readFileSync(file, 'utf8'));
    const lines = [r.columnNames(), ...r.getRowsJson()].map((row) => JSON.stringify(row));
    writeFileSync(file + '.json', lines.join('\n') + '\n');
  } catch (e) {
    writeFileSync(file + '.json', JSON.stringify({ error: String(e) }) + '\n');
  }
}
