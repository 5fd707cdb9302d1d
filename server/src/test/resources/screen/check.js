/** What the sentences claim with. */

export function equal(actual, expected) {
  const [found, wanted] = [actual, expected].map((value) => JSON.stringify(value, plain));
  if (found !== wanted) {
    throw new Error('is ' + found + ', should be ' + wanted);
  }
}

export function isTrue(claim, what) {
  if (!claim) {
    throw new Error('not so: ' + what);
  }
}

/** What JSON has no word for. */
function plain(_, value) {
  if (ArrayBuffer.isView(value)) {
    return [...value];
  }
  if (value instanceof Set || value instanceof Map) {
    return [...value];
  }
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** Readings as the stream sends them at first: points at (51.0, 4.0), (51.1, 4.1), … a minute old at most. */
export function fullOf(values, others = {}) {
  const of = (make) => values.map((_, i) => make(i));
  return {
    map: 'live',
    version: 1,
    time: '2017-04-27T13:38:00Z',
    sent: '2026-03-02T08:00:30Z',
    keys: of((i) => String(100 + i)),
    labels: of((i) => 'Point ' + i),
    latitudes: of((i) => 51 + i / 10),
    longitudes: of((i) => 4 + i / 10),
    values,
    intensities: of(() => 20),
    times: of(() => Date.parse('2017-04-27T13:38:00Z') / 1000),
    ...others,
  };
}
