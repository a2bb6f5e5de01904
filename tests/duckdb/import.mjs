// A CSV file into a table of a database file, which is closed with a checkpoint: what `psychograph import` is held against.
//     node import.mjs customers.csv customers.duckdb THREADS
import { rmSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const [csv, output, threads] = process.argv.slice(2);
rmSync(output, { force: true });
const database = await DuckDBInstance.create(output, { threads });
const duckdb = await database.connect();
const started = performance.now();
await duckdb.run(`create table customers as from read_csv('${csv}')`);
await duckdb.run('checkpoint');
const rows = (await duckdb.runAndReadAll('select count(*) from customers')).getRows()[0][0];
console.log(JSON.stringify({ seconds: (performance.now() - started) / 1000, rows: Number(rows) }));
