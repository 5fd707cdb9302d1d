/** The questions that the map page asks of `/api/sql`, as SQL. */

const name = (identifier) => '"' + identifier.replaceAll('"', '""') + '"';
const text = (value) => "'" + String(value).replaceAll("'", "''") + "'";
const instant = (milliseconds) => 'TIMESTAMP ' + text(new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' '));

/** Of the last hours' points: key columns, then the latest value of each of these columns. */
export function latestOf(map, columns, newest) {
  const time = name(map.time);
  return (
    'SELECT ' +
    [...map.key.map(name), ...columns.map((column) => 'arg_max(' + name(column) + ', ' + time + ')')].join(', ') +
    ' FROM ' + name(map.table) +
    ' WHERE ' + time + ' >= ' + instant(newest - 2 * 3_600_000) +
    ' GROUP BY ' + map.key.map(name).join(', ')
  );
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
    'SELECT ' + keys + ', avg(' + name(map.colour) + ')' +
    ' FROM ' + name(map.table) +
    ' WHERE ' + name(map.colour) + ' IS NOT NULL' +
    ' AND ' + time + ' BETWEEN ' + instant(newest - 29 * 86_400_000) + ' AND ' + instant(newest - 12 * 3_600_000) +
    ' AND abs((epoch(' + time + ')::BIGINT - ' + second + ' + 43200 + 864000000000) % 86400 - 43200) <= 1800' +
    ' GROUP BY ' + keys + ' HAVING count(*) >= 3'
  );
}

/**
 * A day in slots: start of the slot in epoch seconds, mean intensity of a point, share of hot points among those with a
 * value, points. Means and not sums, so that a sample of the points and all of them can stand in one line.
 */
export function dayOf(map, hotCondition, from, to, slotSeconds) {
  return 'SELECT ' + slot(map, slotSeconds) + ' AS slot, ' + dayColumns(map, hotCondition) + between(map, from, to) + ' GROUP BY slot ORDER BY slot';
}

/** The same days of the four weeks before, moved to this one. */
export function usualDayOf(map, hotCondition, from, to, slotSeconds) {
  const week = 7 * 86_400_000;
  const days = [1, 2, 3, 4].map(
    (weeks) =>
      'SELECT ' + slot(map, slotSeconds) + ' + ' + (weeks * week) / 1000 + ' AS slot, ' + name(map.colour) + ' AS value, ' +
      (map.intensity ? name(map.intensity) : 'NULL') + ' AS intensity' + between(map, from - weeks * week, to - weeks * week),
  );
  return (
    'SELECT slot, avg(intensity), avg(CASE WHEN value ' + hotCondition + ' THEN 1.0 WHEN value IS NOT NULL THEN 0.0 END), count(*)' +
    ' FROM (' + days.join(' UNION ALL ') + ') GROUP BY slot ORDER BY slot'
  );
}

function dayColumns(map, hotCondition) {
  const value = name(map.colour);
  const intensity = map.intensity ? 'avg(' + name(map.intensity) + ')' : 'NULL';
  return (
    intensity + ', avg(CASE WHEN ' + value + ' ' + hotCondition + ' THEN 1.0 WHEN ' + value + ' IS NOT NULL THEN 0.0 END), ' +
    'approx_count_distinct(' + map.key.map(name).join(" || ',' || ") + ')'
  );
}

function slot(map, seconds) {
  return '(epoch(' + name(map.time) + ')::BIGINT // ' + seconds + ') * ' + seconds;
}

function between(map, from, to) {
  return ' FROM ' + name(map.table) + ' WHERE ' + name(map.time) + ' >= ' + instant(from) + ' AND ' + name(map.time) + ' < ' + instant(to);
}

/** @param {string} key the values of the key columns, joined by commas, each percent-encoded */
function isKey(map, key) {
  const values = keyValues(key);
  return map.key.map((column, k) => name(column) + ' = ' + text(values[k])).join(' AND ');
}

/** The values in a map's key. */
export function keyValues(key) {
  return key.split(',').map(decodeURIComponent);
}
