// The same question put to DuckDB, as a competent analyst would: filter the
// rows first, then unpivot. Usage: node filtered.mjs FILE.tsv.gz FROM TO
import { createRequire } from 'node:module';
const { DuckDBInstance } = createRequire(process.env.DUCKDB_FROM ?? import.meta.url)('@duckdb/node-api');

const [file, from, to] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const years = Array.from({ length: to - from + 1 }, (_, i) => from + i);
const columns = ["'key':'VARCHAR'", ...years.map((y) => `'${y}':'VARCHAR'`)].join(',');
const c = await (await DuckDBInstance.create(':memory:')).connect();
const r = await c.runAndReadAll(`
WITH raw AS (SELECT * FROM read_csv('${file}', delim='\\t', header=true, auto_detect=false, quote='', escape='', skip=1, columns={${columns}})),
  rows AS (SELECT split_part(key, ',', 2) AS citizen, split_part(key, ',', 7) AS geo, split_part(key, ',', 5) AS decision, COLUMNS('[0-9]+') FROM raw
           WHERE split_part(key, ',', 3) = 'T' AND split_part(key, ',', 4) = 'TOTAL' AND split_part(key, ',', 5) IN ('TOTAL', 'TOTAL_POS', 'REJECTED')),
  long AS (UNPIVOT rows ON COLUMNS('[0-9]+') INTO NAME period VALUE v),
  cells AS (SELECT citizen, geo, decision, period, TRY_CAST(split_part(v, ' ', 1) AS INTEGER) AS n FROM long)
SELECT p.citizen, p.geo, p.period, p.n AS num, t.n AS den, p.n / t.n AS rate
FROM cells p JOIN cells t USING (citizen, geo, period) WHERE p.decision = 'TOTAL_POS' AND t.decision = 'TOTAL'`);
console.log(r.currentRowCount);
