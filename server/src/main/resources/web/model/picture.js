import { BANDS, KINDS, MISSING, NOTHING, bandOf } from './bands.js';

/** A reading of longer ago says nothing about now, however rarely there are new ones. In milliseconds. */
const LEAST_AGE = 30 * 60_000;

/** As long as it is not known how often readings come. */
const FIRST_AGE = 3 * 3_600_000;

/**
 * What the readings look like now: the kind of every point, and the numbers beside the map.
 *
 * @typedef {object} Picture
 * @property {Uint8Array} kinds band of each point, or NOTHING (nothing to measure), or MISSING (no reading)
 * @property {Uint32Array} counts points of each kind
 * @property {number} mean of all values; NaN without any
 * @property {number} intensity sum over all points; NaN when not measured
 * @property {number} meanIntensity of a point
 * @property {number} counted points with an intensity
 * @property {import('./bands.js').Bands} bands that the kinds mean
 * @property {number} up points with a reading
 * @property {number} hotShare share of hot points among those with a value, 0 to 1
 */

/**
 * @param {import('./readings.js').Readings} readings
 * @param {import('./bands.js').Bands} bands
 * @param {(i: number) => number} valueOf what is coloured; NaN for none
 * @returns {Picture}
 */
export function pictureOf(readings, bands, valueOf = (i) => readings.values[i]) {
  const { size, values, intensities, times, hasIntensities } = readings;
  const kinds = new Uint8Array(size);
  const counts = new Uint32Array(KINDS);
  const oldest = (readings.time - ageLimit(readings)) / 1000;
  let sum = 0;
  let measured = 0;
  let intensity = 0;
  let counted = 0;
  for (let i = 0; i < size; i++) {
    let kind = MISSING;
    // Where readings have no time, none is old.
    if (!(times[i] < oldest)) {
      if (values[i] === values[i]) {
        sum += values[i];
        measured++;
        const value = valueOf(i);
        kind = value === value ? bandOf(bands, value) : MISSING;
      } else if (hasIntensities && intensities[i] === 0) {
        kind = NOTHING;
      }
      if (intensities[i] === intensities[i]) {
        intensity += intensities[i];
        counted++;
      }
    }
    kinds[i] = kind;
    counts[kind]++;
  }
  let valued = 0;
  for (let band = 0; band < BANDS; band++) {
    valued += counts[band];
  }
  const hot = bands.isLowHot ? counts[0] + counts[1] : counts[BANDS - 1] + counts[BANDS - 2];
  return {
    kinds,
    counts,
    mean: measured ? sum / measured : NaN,
    intensity: counted ? intensity : NaN,
    meanIntensity: counted ? intensity / counted : NaN,
    counted,
    bands,
    up: size - counts[MISSING],
    hotShare: valued ? hot / valued : NaN,
  };
}

/**
 * Forecasts in the place of readings: they have no age, and nothing beside them was counted.
 *
 * @param {import('./readings.js').Readings} readings
 * @param {Float32Array} values by place; of points that came since, there are none
 */
export function asIfRead({ size, keys, labels }, values) {
  const none = new Float32Array(size).fill(NaN);
  const all = Float32Array.from(none, (_, i) => values[i] ?? NaN);
  return { size, keys, labels, values: all, intensities: none, times: none, hasIntensities: false, time: NaN, cadence: NaN };
}

/** The age from which a reading counts as missing: when three in a row have not come. */
function ageLimit({ cadence }) {
  return cadence > 0 ? Math.max(LEAST_AGE, 3 * cadence) : FIRST_AGE;
}

/**
 * The places of the hottest points, hottest first.
 *
 * @param {number} least intensity below which a point does not count: one slow car is not a jam
 */
export function hottest(readings, picture, bands, least, length) {
  const found = [];
  const sign = bands.isLowHot ? 1 : -1;
  for (let i = 0; i < readings.size; i++) {
    if (picture.kinds[i] >= BANDS || (readings.hasIntensities && !(readings.intensities[i] >= least))) {
      continue;
    }
    found.push(i);
  }
  const { values, intensities } = readings;
  found.sort((a, b) => sign * (values[a] - values[b]) || intensities[b] - intensities[a] || a - b);
  return found.slice(0, length);
}
