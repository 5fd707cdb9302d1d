/**
 * The state of the page that a link keeps: `#/map/live?z=9.2&c=4.35,50.9&point=3632&band=0,1`.
 *
 * @typedef {{page: string, name: string, query: Record<string, string>}} Route
 */

/** @returns {Route} */
export function readRoute(hash) {
  const [path, search = ''] = hash.replace(/^#\/?/, '').split('?');
  const [page, name = ''] = path.split('/').map(decodeURIComponent);
  return { page: page || 'map', name, query: Object.fromEntries(new URLSearchParams(search)) };
}

/** @param {Route} route */
export function writeRoute({ page, name, query }) {
  const path = [page, name].filter(Boolean).map(encodeURIComponent).join('/');
  const search = Object.entries(query)
    .filter(([, value]) => value !== '' && value !== null && value !== undefined)
    .map(([key, value]) => key + '=' + encodeURIComponent(value).replaceAll('%2C', ','))
    .join('&');
  return '#/' + path + (search ? '?' + search : '');
}

/** The view in a route's query: null when it has none that can be read. */
export function readView({ c = '', z }) {
  const [longitude, latitude] = c.split(',').map(Number);
  const zoom = Number(z);
  const isPlace = Math.abs(longitude) <= 180 && Math.abs(latitude) <= 85 && c.includes(',');
  return isPlace && zoom > 0 && zoom < 25 ? { longitude, latitude, zoom } : null;
}

export function writeView({ longitude, latitude, zoom }) {
  return { c: longitude.toFixed(4) + ',' + latitude.toFixed(4), z: zoom.toFixed(2) };
}
