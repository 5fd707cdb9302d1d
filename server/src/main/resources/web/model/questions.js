/** The questions that the map page asks of `/api/sql`. */

const HOUR = 3_600_000;
const WEEK = 7 * 24 * HOUR;
const WEEKS = [1, 2, 3, 4];

const name = (identifier) => '"' + identifier.replaceAll('"', '""') + '"';
const text = (value) => "'" + String(value).replaceAll("'", "''") + "'";
const asText = (identifier) => `CAST(${name(identifier)} AS VARCHAR)`;
const instant = (milliseconds) =>
  `TIMESTAMP ${text(new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' '))}`;
const during = (map, from, to) => `${name(map.time)} >= ${instant(from)} AND ${name(map.time)} < ${instant(to)}`;

/** Key columns as text, from which `keyOf` makes the key of a point. */
const keyColumns = (map) => map.key.map(asText).join(', ');

/** Of the points that were read since an instant: key columns, then the latest value of each of these columns. */
export function latestOf(map, columns, since) {
  const latest = columns.map((column) => `arg_max(${name(column)}, ${name(map.time)})`);
  return `
    SELECT ${keyColumns(map)}, ${latest.join(', ')}
    FROM ${name(map.table)}
    WHERE ${name(map.time)} >= ${instant(since)}
    GROUP BY ${map.key.map(name).join(', ')}`;
}

/** One point's values since an instant, newest first: time, value. */
export function historyOf(map, key, since) {
  return `
    SELECT ${name(map.time)}, ${name(map.colour)}
    FROM ${name(map.table)}
    WHERE ${isKey(map, key)} AND ${name(map.time)} >= ${instant(since)}
    ORDER BY ${name(map.time)} DESC`;
}

/** What was read at a point around this time of day on the same weekday of the weeks before: mean, readings. */
export function usualOf(map, key, newest) {
  return `
    SELECT avg(${name(map.colour)}), count(${name(map.colour)})
    FROM (${weeksBefore(map, newest, isKey(map, key))})`;
}

/** The same of all points: key columns, mean. Only of points that were read three times or more. */
export function usualOfAll(map, newest) {
  return `
    SELECT ${keyColumns(map)}, avg(${name(map.colour)})
    FROM (${weeksBefore(map, newest, name(map.colour) + ' IS NOT NULL')})
    GROUP BY ${map.key.map(name).join(', ')}
    HAVING count(*) >= 3`;
}

/** An hour of each week, asked for one by one, so that the store reads those hours and not the month. */
function weeksBefore(map, newest, condition) {
  const columns = [...map.key, map.colour].map(name).join(', ');
  return WEEKS.map((weeks) => {
    const middle = newest - weeks * WEEK;
    const hour = during(map, middle - HOUR / 2, middle + HOUR / 2);
    return `SELECT ${columns} FROM ${name(map.table)} WHERE ${hour} AND ${condition}`;
  }).join(' UNION ALL ');
}

/** The points that were read around this time a week ago: key columns. */
export function weekAgo(map, newest) {
  const middle = newest - WEEK;
  return `
    SELECT DISTINCT ${keyColumns(map)}
    FROM ${name(map.table)}
    WHERE ${during(map, middle - HOUR / 2, middle + HOUR / 2)}`;
}

/**
 * A day in slots: start of the slot in epoch seconds, mean intensity of a point, share of hot points among those with a
 * value, readings. Means and not sums, since at some times only a sample of the points may have been read.
 *
 * @param {string} isHot what makes a value hot: `< 40`
 * @param {number} length of a slot, in seconds
 */
export function dayOf(map, isHot, from, to, length) {
  return slots(isHot, part(map, from, to, length, 0), 1);
}

/** The same weekday of the weeks before, as if it were this day. */
export function usualDayOf(map, isHot, from, to, length) {
  const days = WEEKS.map((weeks) => part(map, from - weeks * WEEK, to - weeks * WEEK, length, (weeks * WEEK) / 1000));
  return slots(isHot, days.join(' UNION ALL '), WEEKS.length);
}

function part(map, from, to, length, shift) {
  return `
    SELECT
      (epoch(${name(map.time)})::BIGINT // ${length}) * ${length} + ${shift} AS slot,
      ${name(map.colour)} AS value,
      ${map.intensity ? name(map.intensity) : 'NULL::INTEGER'} AS intensity
    FROM ${name(map.table)}
    WHERE ${during(map, from, to)}`;
}

function slots(isHot, parts, days) {
  return `
    SELECT
      slot,
      avg(intensity),
      avg(CASE WHEN value ${isHot} THEN 1.0 WHEN value IS NOT NULL THEN 0.0 END),
      count(*) // ${days}
    FROM (${parts})
    GROUP BY slot
    ORDER BY slot`;
}

/** @param {string} key the values of the key columns, joined by commas, each percent-encoded */
function isKey(map, key) {
  const values = keyValues(key);
  return map.key.map((column, k) => `${name(column)} = ${text(values[k])}`).join(' AND ');
}

/** The key of a point from a row that begins with the values of its key columns. */
export function keyOf(map, row) {
  return row.slice(0, map.key.length).map(encodeValue).join(',');
}

/** As the server writes the values of a key: what is neither a letter, a digit nor one of `-._~` percent-encoded. */
export function encodeValue(value) {
  return encodeURIComponent(value).replace(/[!'()*]/g, (sign) => '%' + sign.charCodeAt(0).toString(16).toUpperCase());
}

/** The values in a point's key. */
export function keyValues(key) {
  return key.split(',').map(decodeURIComponent);
}
