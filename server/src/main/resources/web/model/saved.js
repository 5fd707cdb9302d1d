/**
 * Queries that somebody keeps, in the browser's own storage: they are one person's, and the server knows no persons yet.
 * What is shared is shared by a link.
 *
 * @typedef {{name: string, text: string, dialect: string}} Saved
 */

const PLACE = 'polder.sql';

/** @returns {Saved[]} by name; none where storage is forbidden or holds something else */
export function readSaved(storage = globalThis.localStorage) {
  try {
    const read = JSON.parse(storage.getItem(PLACE) ?? '[]');
    return Array.isArray(read) ? read.filter((one) => typeof one?.name === 'string' && typeof one.text === 'string') : [];
  } catch {
    return [];
  }
}

/** Keeps a query, in place of one of the same name. @param {Saved} query @returns {Saved[]} all, or null when that failed */
export function save(query, storage = globalThis.localStorage) {
  return write([...readSaved(storage).filter(({ name }) => name !== query.name), query], storage);
}

export function forget(name, storage = globalThis.localStorage) {
  return write(
    readSaved(storage).filter((one) => one.name !== name),
    storage,
  );
}

function write(all, storage) {
  const sorted = all.sort((a, b) => a.name.localeCompare(b.name));
  try {
    storage.setItem(PLACE, JSON.stringify(sorted));
    return sorted;
  } catch {
    return null;
  }
}
