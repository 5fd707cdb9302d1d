/** Bands of values: they colour the map, and the histogram that shows them is its legend. */

/** How many bands there are: as many as the ramp has colours. */
export const BANDS = 6;

/** Kinds of points beyond the bands. */
export const NOTHING = BANDS;
export const MISSING = BANDS + 1;
export const KINDS = BANDS + 2;

/** Speeds, where little is bad. Everything else is taken to be bad when there is much of it. */
const SPEEDS = { 'km/h': [0, 20, 40, 60, 80, 100], mph: [0, 15, 25, 35, 50, 65], 'm/s': [0, 5, 10, 15, 22, 28] };

/** What is in the air, which is bad when there is much of it: between the classes of European indices for NO₂ and PM10. */
const AMOUNTS = { 'µg/m³': [0, 10, 20, 40, 60, 100] };

/** Of what is usual, in percent. */
const SHARES = [0, 40, 60, 80, 95, 105];

/**
 * @typedef {object} Bands
 * @property {number[]} limits the lower limit of each band, rising; the first is open below, the last above
 * @property {string} unit
 * @property {boolean} isLowHot whether the lowest band has the hottest colour
 */

/** @returns {Bands} for values of this unit; where the unit says nothing, by what the values are */
export function bandsFor(unit, values) {
  if (SPEEDS[unit]) {
    return { limits: SPEEDS[unit], unit, isLowHot: true };
  }
  return { limits: AMOUNTS[unit] ?? quantileLimits(values), unit, isLowHot: false };
}

/** @returns {Bands} for values relative to what is usual, of which 100 is as usual */
export function bandsOfShares(isLowHot) {
  return { limits: SHARES, unit: '%', isLowHot };
}

/** The colour of a band on the ramp, of which 0 is the hottest. */
export function rampOf(bands, band) {
  return bands.isLowHot ? band : BANDS - 1 - band;
}

/** Hot points matter most: they are drawn larger and on top. */
export function isHot(bands, band) {
  return band < BANDS && rampOf(bands, band) < 2;
}

/** The limit at which a value becomes hot. */
export function hotLimit(bands) {
  return bands.isLowHot ? bands.limits[2] : bands.limits[BANDS - 2];
}

export function bandOf(bands, value) {
  const { limits } = bands;
  let band = BANDS - 1;
  while (band > 0 && value < limits[band]) {
    band--;
  }
  return band;
}

/**
 * Limits that split the values about evenly and are readable numbers; strictly rising.
 *
 * @param {ArrayLike<number>} values NaN for none
 */
export function quantileLimits(values) {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  if (sorted.length === 0) {
    return [0, 1, 2, 3, 4, 5];
  }
  const low = sorted[0];
  const high = sorted[sorted.length - 1];
  const step = roundStep((high - low) / 20 || Math.abs(high) / 20 || 0.2);
  const limits = [];
  for (let band = 0; band < BANDS; band++) {
    const value = sorted[Math.floor(((sorted.length - 1) * band) / BANDS)];
    const limit = Number((Math.floor(value / step) * step).toPrecision(12));
    const least = band === 0 ? limit : Number((limits[band - 1] + step).toPrecision(12));
    limits.push(Math.max(limit, least));
  }
  return limits;
}

/** The nearest of 1, 2, 5, 10, … that is not below. */
function roundStep(size) {
  const power = 10 ** Math.floor(Math.log10(size));
  return [1, 2, 5, 10].find((factor) => factor * power >= size * 0.999999) * power;
}
