import * as api from './client/api.js';
import { LiveStream } from './client/live-stream.js';
import { Calendar } from './model/format.js';
import { Live } from './model/live.js';
import { keyOf, latestOf } from './model/questions.js';
import { knownColumns } from './model/words.js';
import './view/polder-app.js';

/** Between tries to reach the server at all, in milliseconds. */
const PAUSE = 2000;

/** New points come in a burst; their roads are asked for when it is over. */
const BURST = 3000;

/** Points that were read in this time, or not much longer ago than most, have their roads read. In milliseconds. */
const RECENT = 300_000;

/** Points whose roads are still not known have theirs looked for further back: so often, and each time after so long. */
const TRIES = 3;
const AGAIN = 30_000;

/** All the points that there may be. */
const MANY = 1_000_000;

const app = document.querySelector('polder-app');

start();

async function start() {
  const mart = await untilItAnswers(api.mart);
  const wanted = decodeURIComponent(/^#\/map\/([^?]+)/.exec(location.hash)?.[1] ?? '');
  app.calendar = new Calendar(mart.timezone);
  app.mart = mart;
  app.addEventListener('polder-map', ({ detail }) => follow(mart, detail.name));
  follow(mart, wanted);
}

let stream = null;

/** Shows a map of the mart, the first one where there is none of that name. */
function follow(mart, name) {
  const map = mart.maps.find((one) => one.name === name) ?? mart.maps[0] ?? null;
  const live = new Live(map, app.calendar);
  stream?.close();
  app.live = live;
  live.addEventListener('readings', attributesOf(live));
  stream = new LiveStream(api.livePath(map?.name), {
    full: (data) => live.full(data),
    change: (data) => live.change(data),
    status: (data) => live.statusOf(data),
    connection: (state) => {
      if (state === 'open' && live.connection === 'lost') {
        reloadWhenOther(mart);
      }
      live.connected(state);
    },
  });
  stream.open();
}

/** After a restart another version may answer, or another definition: then the page is another one too. */
async function reloadWhenOther(mart) {
  const identity = ({ name, version, timezone, maps, tables, views }) =>
    JSON.stringify([name, version, timezone, maps, tables, views]);
  if (identity(await untilItAnswers(api.mart)) !== identity(mart)) {
    location.reload();
  }
}

/** Asks once for the roads and lanes of all points, and again when points were added: one question, never one a point. */
function attributesOf(live) {
  let size = 0;
  let timer = 0;
  return () => {
    if (live.readings.size === size) {
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(() => readAttributes(live), size === 0 ? 0 : BURST);
    size = live.readings.size;
  };
}

async function readAttributes(live, attempt = 1) {
  const { map, readings } = live;
  if (!map.time) {
    live.describe(new Map());
    return;
  }
  try {
    const { tables } = await api.tables();
    const columns = tables.find(({ name }) => name === map.table)?.columns.map(({ name }) => name) ?? [];
    const { road, lane } = knownColumns(columns);
    const asked = [road, lane].filter(Boolean);
    if (asked.length === 0) {
      live.describe(new Map());
      return;
    }
    const { rows } = await api.chart(
      latestOf(map, asked, readings.time - attempt ** 3 * Math.max(RECENT, 2 * readings.spread)),
      MANY,
    );
    const attributes = new Map();
    for (const row of rows) {
      const values = row.slice(map.key.length);
      attributes.set(keyOf(map, row), { road: road ? values[0] : null, lane: lane ? values[road ? 1 : 0] : null });
    }
    live.describe(attributes);
    if (attributes.size < readings.size && attempt < TRIES) {
      setTimeout(() => live.readings === readings && readAttributes(live, attempt + 1), AGAIN);
    }
  } catch (failure) {
    // Without them the points have their names and no road beside it, which the next change of points tries again.
    console.warn('The roads of the points could not be read.', failure);
  }
}

/** @template T @param {() => Promise<T>} question @returns {Promise<T>} */
async function untilItAnswers(question) {
  for (;;) {
    try {
      return await question();
    } catch (failure) {
      app.trouble = failure.message;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}
