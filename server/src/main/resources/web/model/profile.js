/** What a profile says, in the words and shapes that its page shows. */

import { NONE, count } from './format.js';

const few = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 4 });
const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

/** A statistic: four digits say what it is, all of them are in the JSON. */
export function number(value) {
  if (!isNumber(value)) {
    return NONE;
  }
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e12 || size < 1e-4)) {
    return value.toExponential(2);
  }
  return size >= 1000 ? count(value) : few.format(value);
}

/** A part of a whole. */
export function percent(part) {
  if (!isNumber(part)) {
    return NONE;
  }
  const value = part * 100;
  if (value > 0 && value < 0.005) {
    return '<0.01 %';
  }
  if (value > 99.995 && value < 100) {
    return '>99.99 %';
  }
  const digits = value === 0 || value === 100 ? 0 : value < 0.1 || value > 99.9 ? 2 : 1;
  return value.toFixed(digits) + ' %';
}

/** A count of a column; of a personal one counts are rounded down, and none may be a few. */
export const rough = (profile, column, value, write = count) =>
  column.isPersonal && value === 0 && column.count > 0 ? `<${profile.privacy.k}` : write(value);

/** How much an alert matters. */
export const levelOf = ({ weight }) => (weight >= 55 ? 'high' : weight >= 30 ? 'middle' : 'low');

/** Rules that a single row can break can be enforced as it comes. */
export const isEnforceable = ({ kind, check }) =>
  ['complete', 'sign', 'range', 'set', 'spelling', 'pattern', 'dependency'].includes(kind) && !/^(unique|determinants|type):/.test(check);

/** What is more than nothing: a rule that mends or catches something stands before one that nothing has broken yet. */
const ORDER = ['spelling', 'dependency', 'pattern', 'set', 'range', 'sign', 'complete'];

/** The suggestions that can be enforced, the most telling first. A column of the key always has a value. */
export const offered = (rules, key) =>
  rules
    .filter(isEnforceable)
    .filter(({ kind, column }) => kind !== 'complete' || !key.includes(column))
    .sort(
      (one, other) =>
        Boolean(other.fix) - Boolean(one.fix) ||
        (other.violations > 0) - (one.violations > 0) ||
        ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind),
    );

/** What can be done with a row that breaks a suggested rule; the first is the one that is offered. */
export const waysOf = ({ kind, fix, column }, key) => {
  const isKey = key.includes(column);
  const canFix = fix && !isKey;
  // What breaks a dependency may be the world that has changed: it is not mended unasked.
  const isSure = canFix && kind !== 'dependency';
  return [...(isSure ? ['fix'] : []), 'count', 'mark', ...(canFix && !isSure ? ['fix'] : []), ...(isKey ? [] : ['nullify']), 'reject'];
};

export const WAYS = {
  fix: 'fixed, the original kept',
  count: 'counted',
  mark: 'marked',
  nullify: 'emptied',
  reject: 'rejected',
};

/** Whether a rule is about when rows come, or how many do. */
export const isAboutArrivals = ({ kind }) => kind === 'freshness' || kind === 'row count';

/** What is asked for when a rule over several rows is to be watched. */
export const watchable = (rule) => {
  const { column, check } = rule;
  if (isAboutArrivals(rule)) {
    const members = check.split(', ').map((member) => member.split(': '));
    return { column, ...Object.fromEntries(members.map(([name, value]) => [name, /^\d+$/.test(value) ? Number(value) : value])) };
  }
  const determinant = /^determinants: \[(.*)\], column: /s.exec(check)?.[1];
  return check.startsWith('unique: ') ? { unique: [column] } : determinant === undefined ? undefined : { determinants: [determinant], column };
};

/** What a dependency that is written out says that the column follows from; undefined for others. */
export const determinantOf = ({ kind, check }) =>
  kind === 'dependency' ? /IS NOT DISTINCT FROM CASE "((?:[^"]|"")*)" WHEN/.exec(check)?.[1].replaceAll('""', '"') : undefined;

/** A dependency is written out anew with each sample, and is one rule for all that. */
const nameOf = (suggestion) => {
  const determinant = determinantOf(suggestion);
  const { kind, column } = suggestion;
  return determinant === undefined ? [column, kind].filter(Boolean).join('_') : column + '_from_' + determinant;
};

/** As the server writes names. */
const plain = (name) => name.toLowerCase().replaceAll(/[^a-z0-9_]+/g, '_');

/** The rule in force that is this suggestion; undefined when it is not switched on. */
export const enforced = (rules, suggestion) =>
  rules.find(
    (rule) =>
      rule.isOn &&
      rule.column === (suggestion.column ?? '') &&
      (rule.check === suggestion.check || (suggestion.kind === 'dependency' && rule.name === plain(nameOf(suggestion)).slice(0, 56))),
  );

/** What is asked for when a suggestion is switched on. */
export const wanted = (suggestion, way) => ({
  name: nameOf(suggestion),
  column: suggestion.column ?? '',
  check: suggestion.check,
  on_violation: way,
  ...(way === 'fix' ? { fix: suggestion.fix } : {}),
});

/** The statistics of a history that can be drawn for a column, with what each is called. */
export const STATISTICS = [
  ['missing', 'Missing'],
  ['mean', 'Mean'],
  ['deviation', 'Deviation'],
  ['min', 'Least'],
  ['max', 'Greatest'],
  ['distinct', 'Different'],
];

/** A statistic of one column over the slices: `{at, value}`, in milliseconds; missing ones as a part of the rows. */
export function seriesOf(history, column, statistic) {
  const place = history.columns.indexOf(column);
  return history.slices.map(({ from, rows, cells }) => {
    const cell = cells[place];
    const raw = statistic === 'rows' ? rows : cell?.[statistic];
    return {
      at: Date.parse(from),
      value: statistic === 'missing' && rows > 0 && isNumber(raw) ? raw / rows : (raw ?? null),
    };
  });
}

/** The charts of a column that say something: of which there is a value at all. */
export const chartsOf = (history, column) =>
  STATISTICS.map(([name, title]) => ({ name, title, series: seriesOf(history, column, name) })).filter(({ series }) =>
    series.some(({ value }) => value !== null),
  );

const HOUR = 3_600_000;

/**
 * Comparisons of a table's time that are worth a click: `{id, title, ranges: {from, to, againstFrom, againstTo}}`.
 *
 * @param {number} newest the begin of the newest slice, which is not over
 */
export function comparisonsOf(unit, newest, calendar) {
  const today = calendar.dayAround(newest);
  const yesterday = calendar.dayAround(today.start - 1);
  const before = calendar.dayAround(yesterday.start - 1);
  const against = (range, other) => ({ from: range.start, to: range.end, againstFrom: other.start, againstTo: other.end });
  const day = { id: 'day', title: 'Yesterday against the day before', ranges: against(yesterday, before) };
  const week = {
    id: 'week',
    title: 'Yesterday against a week before',
    ranges: against(yesterday, calendar.dayAround(yesterday.start - 7 * 24 * HOUR + 12 * HOUR)),
  };
  const last = { start: newest - HOUR, end: newest };
  const hour = {
    id: 'hour',
    title: 'Last hour against a week before',
    ranges: against(last, { start: last.start - 7 * 24 * HOUR, end: last.end - 7 * 24 * HOUR }),
  };
  if (unit === 'hour') {
    return [day, hour];
  }
  return unit === 'day' ? [day, week] : [{ ...halves(newest), id: 'year', title: 'Last year against the year before' }];
}

/** In years of 365 days: the slices are months or years, and ranges become whole ones. */
function halves(newest) {
  const year = 365 * 24 * HOUR;
  return { ranges: { from: newest - year, to: newest, againstFrom: newest - 2 * year, againstTo: newest - year } };
}

/** What two columns have to do with each other, as sentences. */
export function dependency(profile, one, other) {
  const isPair = (first, second) => (first === one && second === other) || (first === other && second === one);
  const found = profile.functionalDependencies;
  const single = ({ lhs, rhs }) => lhs.length === 1 && isPair(lhs[0], rhs);
  const told = profile.associations.filter(({ first, second }) => isPair(first, second));
  if (one === other) {
    return ['Choose two different columns.'];
  }
  return [
    ...found.minimal.filter(single).map(({ lhs, rhs }) => `${rhs} follows from ${lhs[0]}.`),
    ...found.approximate
      .filter(single)
      .map(({ lhs, rhs, error }) => `${rhs} follows from ${lhs[0]} but in ${percent(error)} of the rows.`),
    told.length > 0
      ? `${one} and ${other} go together: ${told.map(({ measure, value }) => `${MEASURES[measure] ?? measure} ${value.toFixed(2)}`).join(', ')}.`
      : `${one} and ${other} do not go together: every measure is below 0.1.`,
  ];
}

export const MEASURES = {
  pearson: 'Pearson’s r',
  spearman: 'Spearman’s ρ',
  kendall: 'Kendall’s τ',
  cramersV: 'Cramér’s V',
  correlationRatio: 'correlation ratio η',
};

/** Columns that go together with some other, and how, for a matrix: one measure for each pair. */
export function matrixOf(profile, most = 24) {
  const strength = new Map();
  const cells = new Map();
  for (const each of profile.associations) {
    for (const [one, other] of [
      [each.first, each.second],
      [each.second, each.first],
    ]) {
      const key = one + '\n' + other;
      if (!cells.has(key) || each.measure === 'spearman') {
        cells.set(key, each);
      }
      strength.set(one, Math.max(strength.get(one) ?? 0, Math.abs(each.value)));
    }
  }
  const names = profile.columns.map(({ name }) => name).filter((name) => strength.has(name));
  const kept = names.length <= most ? names : names.sort((one, other) => strength.get(other) - strength.get(one)).slice(0, most);
  return { names: kept, of: (one, other) => cells.get(one + '\n' + other) };
}

/** What a search of the tables looks for: `speed`, `type:decimal`, or a pattern such as `(ddd)ddd-dddd`. */
export function searchOf(text) {
  const trimmed = text.trim();
  const told = /^(type|semantic|meaning|pattern)\s*[:=]\s*(.*)$/i.exec(trimmed);
  if (told) {
    const name = told[1].toLowerCase() === 'meaning' ? 'semantic' : told[1].toLowerCase();
    return { [name]: told[2] };
  }
  if (['integer', 'decimal', 'text', 'date', 'timestamp', 'boolean', 'code'].includes(trimmed.toLowerCase())) {
    return { type: trimmed.toLowerCase() };
  }
  return /\d|^[dAa(+][^\s]*[-./)d]/.test(trimmed) ? { pattern: trimmed } : { semantic: trimmed };
}
