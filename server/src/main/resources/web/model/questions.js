/** The questions that the map page asks of `/api/sql`, as SQL. */

const name = (identifier) => '"' + identifier.replaceAll('"', '""') + '"';
const text = (value) => "'" + String(value).replaceAll("'", "''") + "'";
const asText = (identifier) => 'CAST(' + name(identifier) + ' AS VARCHAR)';
const instant = (milliseconds) => 'TIMESTAMP ' + text(new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' '));

/** Of the last hours' points: key columns, then the latest value of each of these columns. */
export function latestOf(map, columns, newest) {
  const time = name(map.time);
  return (
    'SELECT ' +
    [...map.key.map(asText), ...columns.map((column) => 'arg_max(' + name(column) + ', ' + time + ')')].join(', ') +
    ' FROM ' + name(map.table) +
    ' WHERE ' + time + ' >= ' + instant(newest - 2 * 3_600_000) +
    ' GROUP BY ' + map.key.map(name).join(', ')
  );
}

/** The key of a point from a row that begins with the values of its key columns, as `asText` gives them. */
export function keyOf(map, row) {
  return row.slice(0, map.key.length).map(encodeValue).join(',');
}

/** One point's values since an instant, oldest first: time, value, intensity. */
export function historyOf(map, key, since) {
  return (
    'SELECT ' + [map.time, map.colour, map.intensity ?? map.colour].map(name).join(', ') +
    ' FROM ' + name(map.table) +
    ' WHERE ' + isKey(map, key) + ' AND ' + name(map.time) + ' >= ' + instant(since) +
    ' ORDER BY ' + name(map.time)
  );
}

/** What a point's mean was at this time of day (within half an hour), on the days before: mean, days. */
export function usualOf(map, key, newest) {
  const time = name(map.time);
  const second = Math.floor(newest / 1000) % 86_400;
  return (
    'SELECT avg(' + name(map.colour) + '), count(DISTINCT date_trunc(' + text('day') + ', ' + time + '))' +
    ' FROM ' + name(map.table) +
    ' WHERE ' + isKey(map, key) +
    ' AND ' + time + ' BETWEEN ' + instant(newest - 29 * 86_400_000) + ' AND ' + instant(newest - 12 * 3_600_000) +
    ' AND abs((epoch(' + time + ')::BIGINT - ' + second + ' + 43200 + 864000000000) % 86400 - 43200) <= 1800'
  );
}

/** The same for all points: key columns, mean. Only points that were seen at three times or more. */
export function usualOfAll(map, newest) {
  const time = name(map.time);
  const second = Math.floor(newest / 1000) % 86_400;
  const keys = map.key.map(name).join(', ');
  return (
    'SELECT ' + map.key.map(asText).join(', ') + ', avg(' + name(map.colour) + ')' +
    ' FROM ' + name(map.table) +
    ' WHERE ' + name(map.colour) + ' IS NOT NULL' +
    ' AND ' + time + ' BETWEEN ' + instant(newest - 29 * 86_400_000) + ' AND ' + instant(newest - 12 * 3_600_000) +
    ' AND abs((epoch(' + time + ')::BIGINT - ' + second + ' + 43200 + 864000000000) % 86400 - 43200) <= 1800' +
    ' GROUP BY ' + keys + ' HAVING count(*) >= 3'
  );
}

/**
 * A day in slots: start of the slot in epoch seconds, mean intensity of a point, share of hot points among those with a
 * value, points. Means and not sums, since at some times only a sample of the points may have been read.
 */
export function dayOf(map, hotCondition, from, to, slotSeconds) {
  return slots(map, hotCondition, part(map, from, to, slotSeconds, 0));
}

/** The same weekdays of the four weeks before, as if they were this day. */
export function usualDayOf(map, hotCondition, from, to, slotSeconds) {
  const week = 7 * 86_400_000;
  const weeks = [1, 2, 3, 4].map((number) => part(map, from - number * week, to - number * week, slotSeconds, (number * week) / 1000));
  return slots(map, hotCondition, weeks.join(' UNION ALL '));
}

/** The keys of the points that were read in an hour. */
export function pointsOf(map, from) {
  return 'SELECT DISTINCT ' + map.key.map(asText).join(', ') + ' FROM ' + name(map.table) + during(map, from, from + 3_600_000);
}

function part(map, from, to, slotSeconds, shift) {
  return (
    'SELECT (epoch(' + name(map.time) + ')::BIGINT // ' + slotSeconds + ') * ' + slotSeconds + ' + ' + shift + ' AS slot, ' +
    name(map.colour) + ' AS value, ' + (map.intensity ? name(map.intensity) : 'NULL::INTEGER') + ' AS intensity, ' +
    map.key.map(asText).join(" || ',' || ") + ' AS point' +
    ' FROM ' + name(map.table) + during(map, from, to)
  );
}

function slots(map, hotCondition, parts) {
  return (
    'SELECT slot, avg(intensity), avg(CASE WHEN value ' + hotCondition + ' THEN 1.0 WHEN value IS NOT NULL THEN 0.0 END),' +
    ' approx_count_distinct(point) FROM (' + parts + ') GROUP BY slot ORDER BY slot'
  );
}

function during(map, from, to) {
  return ' WHERE ' + name(map.time) + ' >= ' + instant(from) + ' AND ' + name(map.time) + ' < ' + instant(to);
}

/** @param {string} key the values of the key columns, joined by commas, each percent-encoded */
function isKey(map, key) {
  const values = keyValues(key);
  return map.key.map((column, k) => name(column) + ' = ' + text(values[k])).join(' AND ');
}

/** As the server writes the values of a key: what is neither a letter, a digit nor one of `-._~` percent-encoded. */
export function encodeValue(value) {
  return encodeURIComponent(value).replace(/[!'()*]/g, (sign) => '%' + sign.charCodeAt(0).toString(16).toUpperCase());
}

/** The values in a point's key. */
export function keyValues(key) {
  return key.split(',').map(decodeURIComponent);
}
