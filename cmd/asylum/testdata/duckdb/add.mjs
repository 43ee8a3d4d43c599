// What asylum add does, done by DuckDB: read, unpivot, write Parquet.
// Usage: node add.mjs FILE.tsv.gz FROM TO OUT.parquet
import { createRequire } from 'node:module';
const { DuckDBInstance } = createRequire(process.env.DUCKDB_FROM ?? import.meta.url)('@duckdb/node-api');
const [file, from, to] = [process.argv[2], +process.argv[3], +process.argv[4]];
const years = Array.from({ length: to - from + 1 }, (_, i) => from + i);
const columns = ["'key':'VARCHAR'", ...years.map((y) => `'${y}':'VARCHAR'`)].join(',');
const c = await (await DuckDBInstance.create(':memory:')).connect();
await c.run(`COPY (WITH raw AS (SELECT * FROM read_csv('${file}', delim='\\t', header=true, auto_detect=false, quote='', escape='', skip=1, columns={${columns}})),
 rows AS (SELECT split_part(key, ',', 2) AS citizen, split_part(key, ',', 3) AS sex, split_part(key, ',', 4) AS age, split_part(key, ',', 5) AS decision, split_part(key, ',', 6) AS unit, split_part(key, ',', 7) AS geo, COLUMNS('[0-9]+') FROM raw),
 long AS (UNPIVOT rows ON COLUMNS('[0-9]+') INTO NAME period VALUE v)
 SELECT citizen, sex, age, decision, unit, geo, period, TRY_CAST(split_part(v, ' ', 1) AS INTEGER) AS n, split_part(v, ' ', 2) AS flags FROM long) TO '${process.argv[5]}' (FORMAT parquet, COMPRESSION zstd)`);
