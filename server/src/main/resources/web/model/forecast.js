/** What models say and how good they are, in words for somebody who knows the matter and not statistics. */

import { keyValues } from './questions.js';

const MINUTE = 60_000;

/** Who forecasts without having learned anything. Whoever is to be trusted has to be better than these. */
export const BASELINES = ['last value', 'same slot before', 'historical average'];

/** What was really said, whoever said it. */
export const SERVED = 'served';

const WORDS = {
  served: 'what was said',
  trees: 'the trees',
  challenger: 'the challenger',
  'last value': 'the last value',
  'same slot before': 'the same time before',
  'historical average': 'what is usual',
};

/** A forecaster in words, as in a sentence. */
export const called = (forecaster) => WORDS[forecaster] ?? forecaster;

/** What a baseline does, for who has not met it. */
export const DOES = {
  served: 'what was really shown at the time',
  trees: 'learned from history',
  challenger: 'newly learned, on trial',
  'last value': 'as if nothing changed any more',
  'same slot before': 'as it was at this time on the last such day',
  'historical average': 'as it is at this time on average',
};

const STATES = {
  waiting: { level: 'waiting', icon: 'pause', word: 'waiting for history' },
  training: { level: 'done', icon: 'replay', word: 'learns for the first time' },
  serving: { level: 'good', icon: 'check', word: 'forecasts' },
  behind: { level: 'late', icon: 'warning', word: 'behind: a baseline stands in' },
  failed: { level: 'bad', icon: 'cross', word: 'failed: a baseline stands in' },
};

/** What a state means: level (colour), icon (shape) and word. */
export const stateOf = ({ state }) => STATES[state] ?? { level: 'waiting', icon: 'point', word: state };

const tenth = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const small = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 2 });

const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

/** How far off, with a decimal; two digits where that would say nothing. */
export const off = (value) =>
  !isNumber(value) ? '–' : Math.abs(value) > 0 && Math.abs(value) < 0.095 ? small.format(value) : tenth.format(value);

/** With its sign. */
export const signed = (value) =>
  !isNumber(value) ? '–' : (value < 0 ? '−' : '+') + off(Math.abs(value));

/** Of a hundred. */
export const ofHundred = (share) => (isNumber(share) ? String(Math.round(100 * share)) : '–');

/** So far ahead: 15 minutes, 1 hour, 1.5 hours. */
export function aheadWords(minutes, isShort = false) {
  if (minutes < 120 && minutes !== 60) {
    return minutes + (isShort ? ' min' : minutes === 1 ? ' minute' : ' minutes');
  }
  const hours = tenth.format(minutes / 60).replace('.0', '');
  return isShort ? (minutes === 60 ? '60 min' : hours + ' h') : hours + (hours === '1' ? ' hour' : ' hours');
}

/** All that a model forecasts, in minutes ahead. */
export const aheadsOf = ({ stepMinutes, horizonMinutes }) =>
  Array.from({ length: Math.round(horizonMinutes / stepMinutes) }, (_, step) => (step + 1) * stepMinutes);

/** So many of them as one can choose from at a glance: at most four, evenly, the last among them. */
export function choicesOf(model) {
  const all = aheadsOf(model);
  return all.length <= 5 ? all : [1, 2, 3, 4].map((part) => all[Math.ceil((all.length * part) / 4) - 1]);
}

/** The span of time that a forecast so far ahead is the mean of, in milliseconds. */
export function whenOf({ madeAt, stepMinutes }, ahead) {
  const to = Date.parse(madeAt) + ahead * MINUTE;
  return { from: to - stepMinutes * MINUTE, to };
}

/** The model that forecasts what a map colours, if there is one. */
export const modelOfMap = (models, map) =>
  models.find(({ table, target }) => table === map?.table && isWordIn(map.colour, target)) ?? null;

function isWordIn(word, text) {
  return new RegExp('(?<![\\w"])"?' + word.replace(/[^\w]/g, '\\$&') + '"?(?![\\w"])', 'i').test(text);
}

/** Which value of a map's keys is the model's point; -1 when the keys do not tell. */
const placeInKey = (model, map) => map.key.findIndex((column) => column.toLowerCase() === model.point?.toLowerCase());

/** The point of a model that a key of a map stands for; null when there is none. */
export function pointOf(model, map, key) {
  const place = placeInKey(model, map);
  return place < 0 || key === null ? null : (keyValues(key)[place] ?? null);
}

/**
 * One horizon of the latest forecast, in the order of a map's points; NaN where nothing was forecast.
 *
 * @param {object} forecast as `/api/models/NAME/forecast` answers
 */
export function arranged(forecast, model, map, readings, ahead) {
  const at = forecast.ahead.indexOf(ahead);
  const rows = new Map(forecast.points.map((point, row) => [point, row]));
  const place = placeInKey(model, map);
  const arrays = { values: forecast.values[at], lows: forecast.lows[at], highs: forecast.highs[at] };
  const result = Object.fromEntries(
    Object.keys(arrays).map((name) => [name, new Float32Array(readings.size).fill(NaN)]),
  );
  for (let i = 0; at >= 0 && place >= 0 && i < readings.size; i++) {
    const row = rows.get(keyValues(readings.keys[i])[place]);
    for (const name of row === undefined ? [] : Object.keys(arrays)) {
      result[name][i] = arrays[name][row] ?? NaN;
    }
  }
  return result;
}

/** The points whose value is to change most: `{point, latest, value}`. */
export function changing(forecast, ahead, length) {
  const at = forecast.ahead.indexOf(ahead);
  return forecast.points
    .map((point, row) => ({ point, latest: forecast.latest[row], value: forecast.values[at]?.[row] }))
    .filter(({ latest, value }) => isNumber(latest) && isNumber(value))
    .sort((one, other) => Math.abs(other.value - other.latest) - Math.abs(one.value - one.latest))
    .slice(0, length);
}

/** The best of those that learned nothing, by mean error; undefined without any. */
export const bestBaseline = (scores) =>
  scores
    .filter(({ forecaster, n, mae }) => BASELINES.includes(forecaster) && n > 0 && isNumber(mae))
    .sort((one, other) => one.mae - other.mae)[0];

/** Scores over several horizons, put together: `{forecaster, n, mae}` each. */
export function together(scores) {
  const sums = new Map();
  for (const { forecaster, n, mae } of scores) {
    if (n > 0 && isNumber(mae)) {
      const sum = sums.get(forecaster) ?? { n: 0, absolute: 0 };
      sums.set(forecaster, { n: sum.n + n, absolute: sum.absolute + n * mae });
    }
  }
  return [...sums].map(([forecaster, { n, absolute }]) => ({ forecaster, n, mae: absolute / n }));
}

/** How good it is, in a sentence. @param {object} detail as `/api/models/NAME` answers */
export function verdict({ byAhead, unit, stepMinutes }, ahead) {
  const at = byAhead.filter((score) => score.ahead === ahead);
  const served = at.find(({ forecaster, n }) => forecaster === SERVED && n > 0);
  if (!served) {
    return `Nothing was forecast ${aheadWords(ahead)} ahead long enough ago to be held against what happened. A forecast is scored ${aheadWords(Math.max(ahead, stepMinutes))} after it was made.`;
  }
  const best = bestBaseline(at);
  const first = `On average ${off(served.mae)} ${unit} off ${aheadWords(ahead)} ahead`;
  return best ? `${first}; ${called(best.forecaster)} is ${off(best.mae)} off.` : first + '.';
}

/** What follows from it: whether to trust it. */
export function advice({ byAhead, state, algorithm }, ahead) {
  const at = byAhead.filter((score) => score.ahead === ahead);
  const served = at.find(({ forecaster, n }) => forecaster === SERVED && n > 0);
  const best = bestBaseline(at);
  if (!served || !best) {
    return '';
  }
  const gain = 1 - served.mae / best.mae;
  if (state === 'waiting' || state === 'training') {
    return 'Nothing is learned yet: a baseline stands in meanwhile.';
  }
  if (gain > 0.02) {
    return `Its errors are ${Math.round(100 * gain)} % smaller than those of the best rule of thumb.`;
  }
  const own = at.find(({ forecaster }) => forecaster === algorithm);
  if (state === 'serving' && (own?.n ?? 0) < 0.9 * served.n) {
    const since = own && isNumber(own.mae) ? ` Since then ${called(algorithm)} are ${off(own.mae)} off.` : '';
    return `For a part of that time a baseline stood in, as nothing was learned yet.${since}`;
  }
  return gain > -0.02
    ? 'That is as good as the best rule of thumb, and no better.'
    : `Its errors are ${Math.round(-100 * gain)} % larger than those of the best rule of thumb: trust that rather.`;
}

/** Whether intervals hold what was promised. */
export function promise({ byAhead, certainty }, ahead) {
  const served = byAhead.find((score) => score.ahead === ahead && score.forecaster === SERVED);
  if (!isNumber(served?.coverage)) {
    return `Of 100 values, ${ofHundred(certainty)} are to lie within their interval. None was checked yet.`;
  }
  const [held, wanted] = [served.coverage, certainty].map((share) => Math.round(100 * share));
  const word =
    Math.abs(held - wanted) <= 2
      ? 'The promise is kept.'
      : held < wanted
        ? 'Fewer than promised: take the intervals as too narrow.'
        : 'More than promised: the intervals are wider than they need to be.';
  return `Of 100 values, ${wanted} were promised to lie within their interval, and ${held} did. ${word}`;
}

/** How sure it is that one is better than the other. */
export function comparison({ forecaster, difference, chance }, unit) {
  const isBetter = difference < 0;
  const first = `${off(Math.abs(difference))} ${unit} ${isBetter ? 'nearer' : 'further off'} than ${called(forecaster)}`;
  if (!isNumber(chance)) {
    return first + '; too few hours yet to say whether that is luck.';
  }
  return (
    first +
    (chance >= 0.05
      ? '; that may be luck.'
      : `; that is hardly luck (it would be in ${chance < 0.0001 ? 'fewer than 1' : Math.max(1, Math.round(10_000 * chance))} of 10,000 cases).`)
  );
}

/** A band of the observed value in words. */
export function bandWords({ from, to }) {
  return !isNumber(from) ? 'under ' + Math.round(to) : !isNumber(to) ? Math.round(from) + '+' : Math.round(from) + '–' + Math.round(to);
}

/** Scores as series along something: `{places, series: [{name, values, n}]}`, with NaN where there is none. */
export function alongside(scores, of, order) {
  const places = [...new Set(scores.map(of))].sort(order ?? ((one, other) => one - other));
  const at = new Map(places.map((place, k) => [place, k]));
  const names = [...new Set(scores.map(({ forecaster }) => forecaster))].sort((one, other) => rank(one) - rank(other));
  return {
    places,
    series: names.map((name) => {
      const own = scores.filter(({ forecaster }) => forecaster === name);
      const pick = (field) => {
        const values = places.map(() => NaN);
        own.forEach((score) => (values[at.get(of(score))] = score[field] ?? NaN));
        return values;
      };
      return { name, mae: pick('mae'), coverage: pick('coverage'), n: pick('n') };
    }),
  };
}

/** What is looked at first comes first. */
const ORDER = [SERVED, 'trees', 'challenger', ...BASELINES];
const rank = (name) => (ORDER.includes(name) ? ORDER.indexOf(name) : 1.5);

/**
 * The steps from the latest value to the forecast, for a waterfall: `{what, by, from, to, kind}`; small ones are put together.
 *
 * @param {object} why as `/api/models/NAME/points/POINT/why` answers @param {number} most parts
 */
export function steps({ latest, value, parts }, most = 6) {
  if (!isNumber(latest) || !isNumber(value) || parts.length === 0) {
    return [];
  }
  const sorted = [...parts].sort((one, other) => Math.abs(other.by) - Math.abs(one.by));
  const shown = sorted.slice(0, most);
  const rest = value - latest - shown.reduce((sum, { by }) => sum + by, 0);
  if (Math.abs(rest) >= 0.05 || sorted.length > most) {
    shown.push({ what: 'all else', by: rest });
  }
  let at = latest;
  const found = [{ what: 'the latest value', by: latest, from: 0, to: latest, kind: 'latest' }];
  for (const { what, by } of shown) {
    found.push({ what, by, from: at, to: at + by, kind: by < 0 ? 'less' : 'more' });
    at += by;
  }
  return [...found, { what: 'the forecast', by: value, from: 0, to: value, kind: 'forecast' }];
}

/** Whether the latest forecast is older than it should be, seen from a moment: two steps and a little. */
export const isStale = ({ lastMadeAt, stepMinutes }, now) =>
  isNumber(now) && now - Date.parse(lastMadeAt) > (2 * stepMinutes + 2) * MINUTE;
