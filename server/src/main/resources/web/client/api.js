/** The HTTP interface, one function for each endpoint that the page asks. Addresses are relative to the page, so a proxy may put Polder below a path. */

/** What the server answered instead of what was asked for (RFC 9457), or that it did not answer. */
export class Problem extends Error {
  /** @param {{title?: string, status?: number, detail?: string, code?: string, problems?: object[], position?: number}} document */
  constructor(document) {
    super(document.detail || document.title || 'The server answered ' + document.status + '.');
    this.status = document.status ?? 0;
    this.code = document.code ?? '';
    this.problems = document.problems ?? [];
    /** Where in a statement the word stands that is wrong; -1 when there is no such place. */
    this.position = document.position ?? -1;
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
/** What is in a table; without a `profile` as long as it has no rows. */
export const profile = (table, signal) => get('api/tables/' + encodeURIComponent(table) + '/profile', signal);
/** The slices that a table's profile was put together of, the newest of them. */
export const history = (table, signal) => get('api/tables/' + encodeURIComponent(table) + '/history?slices=336', signal);
/** The tables that have columns of such a type, meaning or pattern. @param {{type?: string, semantic?: string, pattern?: string}} query */
export const profiles = (query, signal) => get('api/profiles?' + new URLSearchParams(query), signal);
/** What has changed from one range of time to another. @param {{from: number, to: number, againstFrom: number, againstTo: number}} ranges in milliseconds */
export const compare = (table, { from, to, againstFrom, againstTo }, signal) => {
  const at = (time) => new Date(time).toISOString();
  const query = { from: at(from), to: at(to), 'against-from': at(againstFrom), 'against-to': at(againstTo) };
  return get('api/tables/' + encodeURIComponent(table) + '/compare?' + new URLSearchParams(query), signal);
};
/** The rows in which a number is far from the others. */
export const outliers = (table, column, at, signal) =>
  get('api/tables/' + encodeURIComponent(table) + '/outliers?' + new URLSearchParams(at ? { column, at } : { column }), signal);
export const rules = (table, signal) => get('api/tables/' + encodeURIComponent(table) + '/rules', signal);
export const enforceRule = (table, rule) => post('api/tables/' + encodeURIComponent(table) + '/rules', rule);
export const releaseRule = (table, rule) =>
  ask('api/tables/' + encodeURIComponent(table) + '/rules/' + encodeURIComponent(rule), { method: 'DELETE' });
export const models = async (signal) => {
  const { models: all } = await get('api/models', signal);
  return { models: all.map(withUnit) };
};
/** A model with its scores of the last days. */
export const model = async (name, days, signal) => withUnit(await get(modelPath(name) + '?days=' + days, signal));
/** Its latest forecast, of all points. */
export const forecast = (name, signal) => get(modelPath(name) + '/forecast', signal);
/** What was observed at a point, what had been said of it so far ahead, and what is said of the time to come. */
export const outlook = (name, point, { hours, ahead }, signal) =>
  get(pointPath(name, point) + '?' + new URLSearchParams({ hours, ahead }), signal);
export const why = (name, point, ahead, signal) => get(pointPath(name, point) + '/why?ahead=' + ahead, signal);
/** What a model looks at, and how its forecasts depend on one of that. */
export const features = (name, ahead, feature, signal) =>
  get(modelPath(name) + '/features?' + new URLSearchParams({ ahead, ...(feature === undefined ? {} : { feature }) }), signal);
export const train = (name) => post(modelPath(name) + '/train');
export const ledger = (minutes) => get('api/ledger?minutes=' + minutes);
export const rejected = (limit) => get('api/rejected?limit=' + limit);
export const replayRejected = (topic) => post('api/rejected/replay', topic ? { topic } : {});
/** The rows of a drawing, in the engine's SQL: they may be a second old, so that all who look share one answer. */
export const chart = (text, limit, signal) => post('api/sql', { sql: text, limit, max_age: 1 }, signal);
/** A statement that a person wrote. @param {{sql: string, dialect: string, limit?: number, id?: string, options?: object}} question */
export const sql = (question, signal) => post('api/sql', question, signal);
/** What may be written in a statement: tables, functions, keywords. */
export const words = () => get('api/sql/words');
/** The queries under way: of one that is over nothing is told, and that is no error. */
export const queries = () => get('api/queries');
/** Goes out also while the page is being left. */
export const cancelQuery = (id) => ask('api/queries/' + encodeURIComponent(id), { method: 'DELETE', keepalive: true });

/** All rows as a file. @returns {Promise<Blob>} */
export async function rowsAs(type, question, signal) {
  const response = await reach('api/sql', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: type },
    body: JSON.stringify(question),
    signal,
  });
  if (!response.ok) {
    throw await problemOf(response);
  }
  try {
    return await response.blob();
  } catch (failure) {
    if (failure.name === 'AbortError') {
      throw failure;
    }
    throw new Problem({ detail: 'The file broke off, so it is not kept: the query failed on its way. Fix: ask again.' });
  }
}

/** A row by its key. Without the time, which comes last in a key, the latest one. @param {string[]} key */
export const row = (table, key, signal) => get(rowPath(table, key), signal);

/** The event that the row came from, byte for byte as text. */
export const rowEvent = (table, key, signal) => get(rowPath(table, key) + '/event', signal);

/** Where the live events of a map come from; without one, those about the feeds alone. */
export const livePath = (map) => (map === undefined ? 'api/live' : 'api/live?map=' + encodeURIComponent(map));

/** A target that no map colours has no unit. */
const withUnit = (model) => ({ ...model, unit: model.unit ?? '' });

const modelPath = (name) => 'api/models/' + encodeURIComponent(name);
const pointPath = (name, point) => modelPath(name) + '/points/' + encodeURIComponent(point);

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
  const response = await reach(path, { ...request, headers: { Accept: 'application/json', ...request.headers } });
  if (!response.ok) {
    throw await problemOf(response);
  }
  return isJson(response) ? response.json() : null;
}

async function reach(path, request) {
  try {
    return await fetch(path, request);
  } catch (failure) {
    if (failure.name === 'AbortError') {
      throw failure;
    }
    throw new Problem({ detail: 'Polder does not answer. It may be restarting; nothing that was stored is lost.' });
  }
}

const isJson = (response) => (response.headers.get('Content-Type') ?? '').includes('json');

async function problemOf(response) {
  return new Problem(isJson(response) ? { status: response.status, ...(await response.json()) } : response);
}
