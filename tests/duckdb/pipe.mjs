// Makes customers in DuckDB, keeps them as Parquet (the second argument) and hands the Parquet over as CSV:
//     node pipe.mjs ROWS customers.parquet | psychograph import - --id customer_id --output customers.h5
import { DuckDBInstance } from '@duckdb/node-api';

const [rows, parquet] = process.argv.slice(2);
const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
await duckdb.run(`copy (select 'C' || (i + 1000) as customer_id, (i % 6 + 1)::tinyint as answer,
  case when i % 10 = 0 then null else i / 8.0 end as spend, 'town, "' || (i % 3) || '"' as town,
  date '2020-01-01' + (i % 2000)::integer as joined, i % 4 = 0 as member from range(${Number(rows)}) t(i))
  to '${parquet}' (format parquet)`);
await duckdb.run(`copy (from '${parquet}') to '/dev/stdout' (format csv)`);
