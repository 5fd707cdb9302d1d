/** The HTTP interface, one function for each endpoint that the page asks. Addresses are relative to the page, so a proxy may put Polder below a path. */

/** What the server answered instead of what was asked for (RFC 9457), or that it did not answer. */
export class Problem extends Error {
  /** @param {{title?: string, status?: number, detail?: string, code?: string, problems?: string[]}} document */
  constructor(document) {
    super(document.detail || document.title || 'The server answered ' + document.status + '.');
    this.status = document.status ?? 0;
    this.code = document.code ?? '';
    this.problems = document.problems ?? [];
  }
}

export const mart = () => get('api/mart');
export const feeds = () => get('api/feeds');
export const pauseFeed = (feed) => post('api/feeds/' + encodeURIComponent(feed) + '/pause');
export const resumeFeed = (feed) => post('api/feeds/' + encodeURIComponent(feed) + '/resume');
/** The pipelines with the events of their last hour. */
export const pipelines = () => get('api/pipelines');
export const tables = () => get('api/tables');
export const rebuildTable = (table) => post('api/tables/' + encodeURIComponent(table) + '/rebuild');
export const ledger = (minutes) => get('api/ledger?minutes=' + minutes);
export const rejected = (limit) => get('api/rejected?limit=' + limit);
export const replayRejected = (topic) => post('api/rejected/replay', topic ? { topic } : {});
export const sql = (text, limit, signal) => post('api/sql', { sql: text, limit }, signal);

/** A row by its key. Without the time, which comes last in a key, the latest one. @param {string[]} key */
export const row = (table, key, signal) => get(rowPath(table, key), signal);

/** The event that the row came from, byte for byte as text. */
export const rowEvent = (table, key, signal) => get(rowPath(table, key) + '/event', signal);

/** Where the live events of a map come from; without one, those about the feeds alone. */
export const livePath = (map) => (map === undefined ? 'api/live' : 'api/live?map=' + encodeURIComponent(map));

function rowPath(table, key) {
  return 'api/tables/' + encodeURIComponent(table) + '/rows/' + key.map(encodeURIComponent).join(',');
}

function get(path, signal) {
  return ask(path, { signal });
}

function post(path, body = {}, signal) {
  return ask(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
}

async function ask(path, request) {
  let response;
  try {
    response = await fetch(path, { ...request, headers: { Accept: 'application/json', ...request.headers } });
  } catch (failure) {
    if (failure.name === 'AbortError') {
      throw failure;
    }
    throw new Problem({ detail: 'Polder does not answer. It may be restarting; nothing that was stored is lost.' });
  }
  const type = response.headers.get('Content-Type') ?? '';
  if (!response.ok) {
    throw new Problem(type.includes('json') ? { status: response.status, ...(await response.json()) } : response);
  }
  return type.includes('json') ? response.json() : null;
}
