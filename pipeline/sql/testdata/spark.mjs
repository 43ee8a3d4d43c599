// Reads SQL as Spark does. Usage: node spark.mjs FILE.sql...
// What the parser of Spark's grammar says goes to FILE.sql.errors, empty where it
// has nothing to say; the same statement in DuckDB's SQL goes to FILE.sql.duckdb.
import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { readFileSync, writeFileSync } from 'node:fs';

register('./endings.mjs', import.meta.url);
const from = createRequire(process.env.SPARK_FROM ?? import.meta.url);
const load = (name) => import(pathToFileURL(from.resolve(name)).href);
const { SparkSQL } = await load('dt-sql-parser');
const { init, transpile } = await load('@polyglot-sql/sdk');
await init();
for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, 'utf8');
  const errors = new SparkSQL().validate(text).map((e) => `${e.startLine}:${e.startColumn}: ${e.message}\n`);
  writeFileSync(file + '.errors', errors.join(''));
  const { success, sql, error } = transpile(text, 'spark', 'duckdb');
  writeFileSync(file + '.duckdb', success ? sql.join(';\n') : '-- ' + error);
}
