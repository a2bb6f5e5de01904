// The features that `psychograph behavior` makes of `generate --kind events --format csv`, as DuckDB makes them by
// grouping: customers' lines, their baskets, both joined, sorted by id and written. It prints its seconds.
//
//     npm ci
//     node events.mjs 'shop_events_*.csv' features.parquet [threads] [folder for what does not fit]
import { DuckDBInstance } from '@duckdb/node-api';

const [, , files, output, threads = '2', scratch = '/tmp'] = process.argv;
const database = await DuckDBInstance.create(':memory:', { threads, memory_limit: '4GB', temp_directory: scratch });
const duckdb = await database.connect();

const each = (values, column) => values.map(column).join(', ');
const categories = ['bakery', 'dairy', 'drinks', 'frozen', 'garden', 'produce', 'snacks', 'toys'];
const channels = ['store', 'web', 'app'];

const begin = Date.now();
const told = (what) => console.log(what, ((Date.now() - begin) / 1000).toFixed(1));
await duckdb.run(`create table events as select customer_id, basket_id, time, cast(round(amount * 100) as bigint) cents,
  channel, category, promotion from read_csv('${files}')`);
told('read');
await duckdb.run(`create table of_lines as select customer_id, count(*) lines, sum(cents) cents, min(time)::date as first_day,
  max(time)::date as last_day, sum(promotion) promotion,
  ${each(categories, (name) => `count(*) filter (category = '${name}') category_${name}`)},
  sum(cents) filter (time < timestamp '2025-07-02') early_cents from events group by customer_id`);
await duckdb.run(`create table baskets as select customer_id, basket_id, min(time) as begun, arg_min(channel, time) channel
  from events group by customer_id, basket_id`);
await duckdb.run(`create table of_baskets as select customer_id, count(*) frequency,
  ${each(channels, (name) => `count(*) filter (channel = '${name}') channel_${name}`)},
  ${each([0, 1, 2, 3], (part) => `count(*) filter (hour(begun) // 6 = ${part}) daypart_${part}`)},
  ${each([0, 1, 2, 3, 4, 5, 6], (day) => `count(*) filter (dayofweek(begun) = ${day}) weekday_${day}`)},
  count(*) filter (begun < timestamp '2025-07-02') early_baskets from baskets group by customer_id`);
// By `count(distinct category)` and `mode(category)` it takes several times as long.
const counts = each(categories, (name) => `category_${name}`);
const breadth = categories.map((name) => `(category_${name} > 0)::int`).join(' + ');
const most = categories.map((name) => `when category_${name} = greatest(${counts}) then '${name}'`).join(' ');
await duckdb.run(`copy (select *, ${breadth} as breadth, case ${most} end as top_category, date '2026-01-01' - last_day as recency from of_lines join of_baskets using (customer_id)
  order by customer_id) to '${output}' (format parquet)`);
told('all');
