// Prints the only column of what a query of a file gives. Usage: node print.mjs FILE.sql
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
const { DuckDBInstance } = createRequire(process.env.DUCKDB_FROM ?? import.meta.url)('@duckdb/node-api');

const c = await (await DuckDBInstance.create(':memory:')).connect();
const r = await c.runAndReadAll(readFileSync(process.argv[2], 'utf8'));
for (const [text] of r.getRows()) console.log(text);
