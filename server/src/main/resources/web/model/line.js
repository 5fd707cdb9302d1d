/** The shape of a line chart, as SVG paths in pixels. */

/** @returns {(value: number) => number} from one range to another, straight */
export function scale(from, to, low, high) {
  const slope = (high - low) / (to - from || 1);
  return (value) => low + (value - from) * slope;
}

/**
 * The widest gap to bridge in a line: a few times what usually lies between its points.
 *
 * @param {number[]} xs rising @param {number} least gap that is bridged in any case
 */
export function widestGap(xs, least) {
  const gaps = xs.slice(1).map((x, i) => x - xs[i]);
  const usual = gaps.sort((a, b) => a - b)[gaps.length >> 1] ?? 0;
  return Math.max(least, 2.5 * usual);
}

/**
 * A line through the points, interrupted where a value is missing or the gap is wide.
 *
 * @param {number[]} xs rising @param {number[]} ys NaN for none
 * @param {number} [widest] gap that is still bridged
 */
export function linePath(xs, ys, x, y, widest = Infinity) {
  let path = '';
  let last = NaN;
  for (let i = 0; i < xs.length; i++) {
    if (ys[i] !== ys[i]) {
      continue;
    }
    const isBridged = last === last && xs[i] - last <= widest;
    path += (isBridged ? 'L' : 'M') + x(xs[i]).toFixed(1) + ' ' + y(ys[i]).toFixed(1);
    // A point alone would have no line; a stroke of no length with round ends is a dot.
    path += isBridged ? '' : 'h0';
    last = xs[i];
  }
  return path;
}

/** The area under the same line. */
export function areaPath(xs, ys, x, y, widest = Infinity) {
  const ground = y(0).toFixed(1);
  let path = '';
  let start = -1;
  let last = -1;
  const close = () => {
    if (start >= 0) {
      path += 'L' + x(xs[last]).toFixed(1) + ' ' + ground + 'Z';
    }
  };
  for (let i = 0; i < xs.length; i++) {
    if (ys[i] !== ys[i]) {
      continue;
    }
    if (last < 0 || xs[i] - xs[last] > widest) {
      close();
      start = i;
      path += 'M' + x(xs[i]).toFixed(1) + ' ' + ground;
    }
    path += 'L' + x(xs[i]).toFixed(1) + ' ' + y(ys[i]).toFixed(1);
    last = i;
  }
  close();
  return path;
}

/** A readable upper end for values up to this. */
export function ceiling(value) {
  if (!(value > 0)) {
    return 1;
  }
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= value) * power;
}
