import { balanceOf, EDGE, TABLE } from '../model/balance.js';
import { bandOf, bandsFor, hotLimit, isHot, MISSING, NOTHING, quantileLimits, rampOf } from '../model/bands.js';
import { Day, SLOT } from '../model/day.js';
import { comparisonsOf } from '../model/profile.js';
import {
  advice,
  aheadWords,
  aheadsOf,
  alongside,
  arranged,
  bandWords,
  changing,
  choicesOf,
  comparison,
  modelOfMap,
  pointOf,
  promise,
  steps,
  together,
  verdict,
  whenOf,
} from '../model/forecast.js';
import { age, amount, Calendar, count, duration } from '../model/format.js';
import { areaPath, ceiling, linePath, scale, widestGap } from '../model/line.js';
import { Live } from '../model/live.js';
import { Municipalities } from '../model/municipalities.js';
import { hottest, pictureOf } from '../model/picture.js';
import { encodeValue, historyOf, keyOf, keyValues } from '../model/questions.js';
import { mix, pack, Raster } from '../model/raster.js';
import { Readings } from '../model/readings.js';
import { laneOf, roadOf, roadWords } from '../model/roads.js';
import { failuresWord, levelOf, linksOf, sentenceOf, strainOf, summaryOf, widthOf, withMinutes } from '../model/pipelines.js';
import { readRoute, readView, writeRoute, writeView } from '../model/route.js';
import { Index } from '../model/search.js';
import { ServerClock } from '../model/server-clock.js';
import { forget, readSaved, save } from '../model/saved.js';
import { Sites } from '../model/sites.js';
import { chartOf, isQuoted, markOf, proposalsOf, statementAt, statementsOf, stepOf, tokensOf } from '../model/sql.js';
import { readTopology } from '../model/topology.js';
import { furtherDetails, knownColumns, wordsFor } from '../model/words.js';
import { equal, fullOf, isTrue } from './check.js';

const SPEED = bandsFor('km/h', []);
const MAP = {
  name: 'live',
  table: 'traffic',
  key: ['uid'],
  time: 'time',
  colour: 'speed',
  unit: 'km/h',
  intensity: 'vehicles',
  details: [],
};

/** What the models of the screen do, by sentence. */
export const sentences = {
  'a value on a limit belongs to the band above it'() {
    equal(
      [19.9, 20, 100, 250, -1].map((value) => bandOf(SPEED, value)),
      [0, 1, 5, 5, 0],
    );
  },

  'slow is hot where the unit is a speed, and much is hot elsewhere'() {
    equal([isHot(SPEED, 0), isHot(SPEED, 1), isHot(SPEED, 2), hotLimit(SPEED)], [true, true, false, 40]);
    const dust = bandsFor('µg/m³', [1, 2, 3, 40, 50, 60]);
    equal([isHot(dust, 5), isHot(dust, 4), isHot(dust, 0), rampOf(dust, 5)], [true, true, false, 0]);
  },

  'limits by quantiles rise strictly, whatever the values are'() {
    for (const values of [
      [],
      [7],
      [0, 0, 0, 0],
      [1e-9, 2e-9],
      [-5, 5, 1e9],
      Array.from({ length: 99 }, (_, i) => i * i),
      [NaN, 3],
    ]) {
      const limits = quantileLimits(values);
      isTrue(
        limits.length === 6 && limits.every((limit, i) => Number.isFinite(limit) && (i === 0 || limit > limits[i - 1])),
        values + ' gave ' + limits,
      );
    }
  },

  'a change sets the points that it names and no others'() {
    const readings = new Readings(fullOf([10, 20, null]));
    readings.apply({ version: 2, index: [1], values: [null], intensities: [0], times: [1493300340] });
    equal([...readings.values.slice(0, 3)], [10, NaN, NaN]);
    equal([...readings.intensities.slice(0, 3)], [20, 0, 20]);
    equal(readings.version, 2);
  },

  'new points are appended before a change speaks of them'() {
    const readings = new Readings(fullOf([10]));
    const added = { keys: ['a', 'b'], labels: ['A', null], latitudes: [1, 2], longitudes: [3, 4] };
    readings.apply({
      version: 2,
      index: [0, 2],
      values: [11, 30],
      intensities: [1, 2],
      times: [1493300280, 1493300280],
      add: added,
    });
    equal(
      [readings.size, readings.placeOf('b'), [...readings.values.slice(0, 3)], readings.labels],
      [3, 2, [11, NaN, 30], ['Point 0', 'A', '']],
    );
    equal(readings.placeOf('c'), -1);
  },

  'one clock that is ahead does not set the time of the data'() {
    const times = Array.from({ length: 200 }, () => 1_493_300_280);
    times[7] = 1_900_000_000;
    equal(
      new Readings(
        fullOf(
          times.map(() => 50),
          { times },
        ),
      ).time,
      1_493_300_280_000,
    );
  },

  'nothing measured, no reading and an old reading are told apart from values'() {
    const now = 1_493_300_280;
    const full = fullOf([50, null, null, 60, null], {
      intensities: [9, 0, null, 9, 3],
      times: [now, now, now, now - 86_400 * 900, now],
    });
    const picture = pictureOf(new Readings(full), SPEED);
    equal(picture.kinds, [2, NOTHING, MISSING, MISSING, MISSING]);
    equal([picture.mean, picture.up, picture.intensity], [50, 2, 12]);
  },

  'a reading is missing when three in a row have not come'() {
    const hour = 1_493_300_280;
    const times = [hour, hour, hour];
    const readings = new Readings(fullOf([1, 2, 3], { times }));
    const report = (time, ...index) => {
      readings.apply({
        version: 2,
        index,
        values: index.map(() => 50),
        intensities: index.map(() => 1),
        times: index.map(() => time),
      });
      return pictureOf(readings, SPEED).up;
    };
    equal(
      [report(hour + 3600, 0), report(hour + 7200, 0, 1), report(hour + 10_800, 0, 1), report(hour + 14_400, 0, 1)],
      [3, 3, 3, 2],
    );
  },

  'points without times are never too old'() {
    const readings = new Readings(fullOf([1, 2], { times: [null, null], time: null }));
    equal([pictureOf(readings, SPEED).up, readings.time], [2, NaN]);
  },

  'the hottest are listed first, and too few vehicles are no jam'() {
    const readings = new Readings(fullOf([30, 5, 12, 90], { intensities: [20, 3, 15, 40] }));
    equal(hottest(readings, pictureOf(readings, SPEED), SPEED, 12, 3), [2, 0, 3]);
  },

  'points of one place stand across the direction to their neighbour, in the order asked for'() {
    const full = fullOf([1, 1, 1, 1], { latitudes: [51, 51, 51, 51.01], longitudes: [4, 4, 4, 4] });
    const sites = new Sites(new Readings(full), (i) => [2, 0, 1, 0][i]);
    equal([...sites.ranks], [1, -1, 0, 0]);
    equal(sites.members.get(0), [1, 2, 0]);
    isTrue(
      Math.abs(sites.acrossX[0]) > 0.99 && Math.abs(sites.acrossY[0]) < 0.01,
      'across a road to the north is east',
    );
  },

  'a disc is opaque in its middle and leaves the rest alone'() {
    const raster = new Raster(20, 20);
    const red = pack(255, 0, 0);
    raster.disc(10, 10, 3, red, pack(0, 0, 0));
    equal([raster.pixels[10 * 20 + 10], raster.pixels[0], raster.pixels[10 * 20 + 19]], [red, 0, 0]);
  },

  'discs at the edge and outside of it are drawn as far as there are pixels'() {
    const raster = new Raster(8, 8);
    for (const [x, y] of [
      [0, 0],
      [8, 8],
      [-3, 4],
      [4, 11],
      [-100, -100],
      [1e9, 4],
      [NaN, 4],
    ]) {
      raster.disc(x, y, 4, pack(1, 2, 3), 0, 0.5);
    }
    isTrue(raster.pixels[0] !== 0, 'the corner is covered');
  },

  'half way between two colours is between them'() {
    equal(
      [mix(pack(0, 100, 200), pack(100, 0, 200), 0), mix(pack(0, 0, 0), pack(200, 100, 50), 255)],
      [pack(0, 100, 200), pack(200, 100, 50)],
    );
  },

  'borders that two areas share are read once and in both directions'() {
    const topology = {
      transform: { scale: [1, 1], translate: [0, 0] },
      arcs: [
        [
          [1, 0],
          [0, 1],
        ],
        [
          [1, 1],
          [-1, 0],
          [0, -1],
          [1, 0],
        ],
        [
          [1, 0],
          [1, 0],
          [0, 1],
          [-1, 0],
        ],
      ],
      objects: {
        layer: {
          geometries: [
            { type: 'Polygon', arcs: [[0, 1]], properties: { n: 1 } },
            { type: 'MultiPolygon', arcs: [[[2, -1]]], properties: { n: 2 } },
          ],
        },
      },
    };
    const { areas } = readTopology(topology, 'layer');
    equal(areas[0].polygons[0][0], [
      [1, 0],
      [1, 1],
      [0, 1],
      [0, 0],
      [1, 0],
    ]);
    equal(areas[1].polygons[0][0], [
      [1, 0],
      [2, 0],
      [2, 1],
      [1, 1],
      [1, 0],
    ]);
  },

  async 'places lie in their municipalities, and those just outside near one'() {
    const topology = await (await fetch('/basemap/municipalities.topojson')).json();
    const municipalities = new Municipalities(readTopology(topology, 'layer').areas);
    const at = (longitude, latitude) => municipalities.at(longitude, latitude)?.name ?? null;
    equal(
      [at(4.4025, 51.2194), at(3.725, 51.054), at(4.5, 51.3), at(-0.1, 51.5)],
      ['Antwerpen', 'Gent', 'Brasschaat', null],
    );
    equal(at(3.32, 51.4), 'Knokke-Heist');
  },

  'an address is read as it was written'() {
    const route = { page: 'map', name: 'live/2 é', query: { c: '4.1,51', point: 'a,b%2Cc', band: '0,1' } };
    equal(readRoute(writeRoute(route)), route);
    equal(readRoute(''), { page: 'map', name: '', query: {} });
  },

  'a view that makes no sense is no view'() {
    const view = { longitude: 4.35, latitude: 50.9, zoom: 9.2 };
    equal(readView(writeView(view)), view);
    for (const query of [
      {},
      { c: '4.3' },
      { c: '4.3,51' },
      { c: 'x,y', z: '9' },
      { c: '4,95', z: '9' },
      { c: '4,51', z: '99' },
    ]) {
      equal(readView(query), null);
    }
  },

  'numbers and ages are short and never invented'() {
    equal(
      [count(53204), count(NaN), amount(9.96), amount(0.26), amount(110.4), amount(null)],
      ['53,204', '–', '10.0', '0.3', '110', '–'],
    );
    equal(
      [duration(1234), duration(74_000), duration(600_000), duration(5 * 3_600_000), duration(NaN), age(4400)],
      ['1.2 s', '74 s', '10 min', '5 h', '–', '4 s'],
    );
  },

  'a day begins at midnight of the mart, also when the clock is changed'() {
    const calendar = new Calendar('Europe/Brussels');
    const of = (text) => {
      const { start, end } = calendar.dayAround(Date.parse(text));
      return [new Date(start).toISOString().slice(0, 16), (end - start) / 3_600_000];
    };
    equal(of('2017-04-27T13:38:00Z'), ['2017-04-26T22:00', 24]);
    equal(of('2017-03-26T12:00:00Z'), ['2017-03-25T23:00', 23]);
    equal(of('2017-10-29T12:00:00Z'), ['2017-10-28T22:00', 25]);
    equal(of('2017-03-26T00:30:00Z'), ['2017-03-25T23:00', 23]);
    equal(of('2017-10-28T22:00:00Z'), ['2017-10-28T22:00', 25]);
  },

  'a local time is read as the clock of the mart shows it, also when that is changed'() {
    const calendar = new Calendar('Europe/Brussels');
    const back = (text) => calendar.written(Date.parse(text)) + ' ' + new Date(calendar.read(calendar.written(Date.parse(text)))).toISOString().slice(0, 16);
    equal(back('2017-04-27T13:38:00Z'), '2017-04-27T15:38 2017-04-27T13:38');
    equal(back('2017-03-26T00:30:00Z'), '2017-03-26T01:30 2017-03-26T00:30');
    equal(back('2017-03-26T01:00:00Z'), '2017-03-26T03:00 2017-03-26T01:00');
    equal(back('2017-10-29T01:30:00Z'), '2017-10-29T02:30 2017-10-29T00:30');
    equal(back('2017-10-29T02:30:00Z'), '2017-10-29T03:30 2017-10-29T02:30');
    equal(calendar.read(''), NaN);
  },

  'a table is compared by whole days of the mart, and an hour with that of a week before'() {
    const calendar = new Calendar('Europe/Brussels');
    const [day, hour] = comparisonsOf('hour', Date.parse('2017-03-27T13:00:00Z'), calendar);
    const written = ({ ranges: { from, to, againstFrom, againstTo } }) =>
      [againstFrom, againstTo, from, to].map((at) => new Date(at).toISOString().slice(5, 13));
    equal(written(day), ['03-24T23', '03-25T23', '03-25T23', '03-26T22']);
    equal(written(hour), ['03-20T12', '03-20T13', '03-27T12', '03-27T13']);
  },

  'roads have the names of the signs, and lanes words'() {
    equal(
      [roadOf('A0030001').name, roadOf('A0030001').register, roadOf('R0010002').name, roadOf('N1770002').name],
      ['E40', 'A003', 'R1', 'N177'],
    );
    equal(
      [roadOf('NULL'), roadOf(null), roadWords('A0140002'), roadWords(null)],
      [null, null, ['E17', 'A014', 'A14'], []],
    );
    equal(['R10', 'R12', 'R09', 'B09', 'P00', 'TR10', '', 'X'].map(laneOf), [
      'lane 1',
      'lane 3',
      'right of lane 1',
      'bus lane, right of lane 1',
      'hard shoulder',
      'against the traffic, lane 1',
      '',
      '',
    ]);
  },

  'roads and lanes are known by their columns only'() {
    equal(knownColumns(['uid', 'road', 'ident_8', 'lane']), { road: 'ident_8', lane: 'lane' });
    equal(furtherDetails({ ...MAP, details: ['road', 'ident_8', 'km', 'lane', 'vehicles', 'valid'] }), ['km', 'valid']);
    equal(knownColumns(['uid', 'value']), {});
    equal(
      [wordsFor(MAP, true).hottest, wordsFor({ ...MAP, unit: 'µg/m³', colour: 'no2', intensity: null }, false).hottest],
      ['Slowest now', 'Highest now'],
    );
  },

  'what is typed is found in names, roads and keys, without accents, whole words first'() {
    const index = new Index();
    index.add('point', 'Parking Kruibeke', 'E17', ['3640', 'E17', 'A014'], 1);
    index.add('point', 'Complex Gentbrugge', 'E17', ['36'], 2);
    index.add('place', 'Gent', '', [], 3);
    index.add('place', 'Liège', '', [], 4);
    const find = (text) => index.find(text, 9).map(({ value }) => value);
    equal(
      [find('gent'), find('e17 kru'), find('36'), find('liege'), find('a14'), find('  '), find('xyz')],
      [[3, 2], [1], [2, 1], [4], [], [], []],
    );
  },

  'the ledger balances when every event is accounted for'() {
    equal(balanceOf(EDGE, { read: 10, logged: 6, filtered: 1, rejected: 2, duplicate: 1 }).difference, 0);
    equal(balanceOf(TABLE, { logged: 9, applied: 6, filtered: 0, rejected: 1, tooLate: 1, waiting: 0 }).difference, 1);
  },

  'a line is interrupted where nothing was measured'() {
    const same = (value) => value;
    equal(linePath([0, 1, 2, 3], [5, NaN, 7, 8], same, same, 1), 'M0.0 5.0h0M2.0 7.0h0L3.0 8.0');
    equal(areaPath([0, 1], [5, 6], same, same), 'M0.0 0.0L0.0 5.0L1.0 6.0L1.0 0.0Z');
    equal([ceiling(0), ceiling(47), ceiling(53_204), scale(0, 10, 100, 200)(5)], [1, 50, 60_000, 150]);
  },

  'a sample stands for all points, corrected by how it differs from them now'() {
    const start = Date.parse('2017-04-27T00:00:00Z');
    const readings = new Readings(fullOf([50, 50, 50, 50], { intensities: [10, 20, 20, 30] }));
    const day = new Day(start, start + 86_400_000);
    day.sampled([0]);
    day.now(start + 4 * SLOT, readings, pictureOf(readings, SPEED));
    day.read([
      [start / 1000, 5, 0, 1],
      [(start + SLOT) / 1000, 12, 0.5, 40],
    ]);
    equal(
      day.past.map(({ total, isSample }) => [total, isSample]),
      [
        [40, true],
        [48, false],
        [80, false],
      ],
    );
    equal(day.slotAt(start + SLOT + 1).hot, 0.5);
  },

  'the slot of now is what came by push, and ended ones stay until they are read'() {
    const start = Date.parse('2017-04-27T00:00:00Z');
    const readings = new Readings(fullOf([50], { intensities: [10] }));
    const picture = pictureOf(readings, SPEED);
    const day = new Day(start, start + 86_400_000);
    day.read([[start / 1000, 99, 0, 60]]);
    day.now(start + 1, readings, { ...picture, meanIntensity: 10 });
    day.now(start + 2, readings, { ...picture, meanIntensity: 20 });
    day.now(start + SLOT, readings, { ...picture, meanIntensity: 40 });
    equal(
      day.past.map(({ total }) => total),
      [99, 40],
    );
    day.now(start + 2 * SLOT, readings, { ...picture, meanIntensity: 50 });
    equal(
      day.past.map(({ total }) => total),
      [99, 40, 50],
    );
  },

  'the quickest message says how far the clocks are apart'() {
    let here = 1000;
    const clock = new ServerClock(() => here);
    clock.heard(1500 - 80);
    here = 2000;
    clock.heard(2500 - 5);
    clock.heard(NaN);
    equal(clock.now(), 2495);
  },

  'what is shown is measured from its acceptance, once it is painted'() {
    const live = new Live(MAP, null);
    let here = Date.parse('2026-03-02T08:00:30Z');
    live.clock = new ServerClock(() => here);
    live.full(fullOf([50, 60]));
    live.shown();
    equal(live.shownAfter, NaN);
    here += 5000;
    live.change({
      version: 2,
      sent: new Date(here).toISOString(),
      accepted: new Date(here - 1200).toISOString(),
      index: [1],
      values: [20],
      intensities: [1],
      times: [1493300340],
    });
    here += 100;
    live.shown();
    equal([live.shownAfter, live.shownAt[1] - live.shownAt[0]], [1300, 5100]);
  },

  'changes that stay away longer than they use to are late'() {
    const live = new Live(MAP, null);
    let here = Date.parse('2026-03-02T08:00:30Z');
    live.clock = new ServerClock(() => here);
    live.full(fullOf([50]));
    isTrue(!live.isLate, 'nothing is late before the first change');
    for (let minute = 0; minute < 5; minute++) {
      here += 60_000;
      live.change({
        version: minute,
        sent: new Date(here).toISOString(),
        accepted: new Date(here).toISOString(),
        index: [],
        values: [],
        intensities: [],
        times: [],
      });
    }
    here += 170_000;
    isTrue(!live.isLate, 'not yet late');
    here += 20_000;
    isTrue(live.isLate, 'late');
  },

  'who reads the past hears when more of it was loaded'() {
    const live = new Live(MAP, null);
    let heard = 0;
    live.addEventListener('history', () => heard++);
    const load = (progress, lagSeconds) => {
      live.statusOf({ now: '2026-03-02T08:00:30Z', feeds: [{ name: 'history', kind: 'files', progress, lagSeconds }] });
      return heard;
    };
    equal([load(0.11, 9), load(0.19, 9), load(0.2, 9), load(1, 9), load(1, 0), load(1, 0)], [0, 0, 1, 2, 3, 3]);
  },

  'points can be coloured by what is usual, and back'() {
    const live = new Live(MAP, null);
    live.full(fullOf([50, 60]));
    live.colourBy(Float32Array.of(100, NaN));
    equal(live.picture.kinds, [1, MISSING]);
    live.colourBy(null);
    equal(live.picture.kinds, [2, 3]);
  },

  'keys are written as the server writes them, and texts in SQL end where they should'() {
    equal(encodeValue("a b,c*'(é)~"), 'a%20b%2Cc%2A%27%28%C3%A9%29~');
    const values = ["it's", 'a,b'];
    equal(keyValues(keyOf({ key: ['a', 'b'] }, [...values, 5])), values);
    isTrue(
      historyOf({ ...MAP, key: ['a"b'] }, encodeValue("x' OR '1'='1"), 0).includes(`"a""b" = 'x'' OR ''1''=''1'`),
      'quotes are doubled',
    );
  },

  'a gap is bridged when data come that far apart'() {
    equal(widestGap([0, 10, 20, 30], 100), 100);
    equal(widestGap([0, 60, 120, 600], 100), 150);
    equal(widestGap([5], 100), 100);
  },

  'amounts in the air have limits of their own, whatever is measured now'() {
    const air = bandsFor('µg/m³', [3, 4, 5]);
    equal([air.limits, air.isLowHot], [[0, 10, 20, 40, 60, 100], false]);
  },

  'tokens of a statement are together its text'() {
    const text = "SELECT 'a;''b\\'', \"c\", `d e` -- f\n, 1.5e3 /* g; */ FROM t; 'open";
    const tokens = tokensOf(text, new Set(['SELECT', 'FROM']));
    equal(tokens.map((token) => token.text).join(''), text);
    equal(
      tokens.filter(({ kind }) => kind !== 'other').map(({ kind }) => kind),
      ['keyword', 'text', 'text', 'text', 'name', 'comment', 'number', 'comment', 'keyword', 'word', 'text'],
    );
  },

  'the statement at the cursor is the one it is in or behind'() {
    const text = "SELECT ';' ; -- only a comment;\n ; SELECT 2 ;";
    equal(
      statementsOf(text).map(({ start, end }) => text.slice(start, end)),
      ["SELECT ';'", 'SELECT 2'],
    );
    equal(
      [0, 11, 40, 99].map((cursor) => statementAt(text, cursor).start),
      [0, 0, 35, 35],
    );
    equal(statementAt(' -- nothing', 3), null);
  },

  'a column is proposed after its table, its alias, or by itself'() {
    const words = {
      tables: [
        { name: 'traffic', view: false, columns: [{ name: 'speed', type: 'double' }] },
        { name: 'points', view: true, columns: [{ name: 'species', type: 'string' }] },
      ],
      functions: [{ name: 'split_part', signature: 'split_part(text, separator, index)', says: '' }],
      keywords: ['SELECT'],
    };
    const proposed = (text, cursor = text.length) => proposalsOf(words, text, cursor).list.map(({ word }) => word);
    equal(proposed('SELECT sp'), ['speed', 'species', 'split_part(']);
    equal(proposed('SELECT sp FROM traffic', 9), ['speed', 'split_part(']);
    equal(proposed('SELECT t. FROM traffic AS t', 9), ['t.speed']);
    equal(proposed('SELECT x. FROM traffic AS t', 9), []);
    equal(proposed('SELECT 1 FROM '), ['traffic', 'points']);
    equal(proposed('sel'), ['select']);
    equal(proposed('SEL'), ['SELECT']);
    equal(
      ["SELECT 'a", "SELECT 'a'", 'SELECT -- a', 'SELECT /* a */'].map((text) => isQuoted(text, text.length)),
      [true, false, true, false],
    );
  },

  'what is wrong is marked by its word'() {
    equal(
      [
        ['SELECT speeed FROM', 7],
        ['SELECT 1 +', 10],
        ['a `b c` d', 2],
      ].map(([text, at]) => text.slice(markOf(text, at).start, markOf(text, at).end)),
      ['speeed', '+', '`b c`'],
    );
  },

  'an answer is drawn along its time, or as bars'() {
    const columns = [
      { name: 'road', type: 'VARCHAR' },
      { name: 'time', type: 'TIMESTAMP' },
      { name: 'cars', type: 'DECIMAL(18,3)' },
      { name: 'lorries', type: 'INTEGER' },
    ];
    const rows = [
      ['R1', '2026-01-01T00:01:00Z', '2.5', 1],
      [null, '2026-01-01T00:00:00Z', 1, null],
      ['R2', null, 9, 9],
    ];
    const lines = chartOf({ columns, rows });
    equal([lines.kind, lines.xs.length, lines.series.map(({ values }) => values)], ['time', 2, [[1, 2.5], [NaN, 1]]]);
    const bars = chartOf({ columns, rows }, 'road', 'cars');
    equal([bars.kind, bars.labels, bars.series[0].values], ['bars', ['R1', 'NULL', 'R2'], [2.5, 1, 9]]);
    equal(chartOf({ columns: columns.slice(0, 2), rows }), null);
    equal(chartOf({ columns, rows: [] }), null);
    equal([stepOf(0, 10, 5), stepOf(0, 0.7, 5), stepOf(-100, 900, 5)], [2, 0.2, 200]);
  },

  'saved queries are kept by name, and storage that refuses is borne'() {
    const kept = new Map();
    const storage = { getItem: (place) => kept.get(place) ?? null, setItem: (place, text) => kept.set(place, text) };
    save({ name: 'b', text: '1', dialect: 'impala' }, storage);
    save({ name: 'a', text: '2', dialect: 'impala' }, storage);
    save({ name: 'b', text: '3', dialect: 'impala' }, storage);
    equal(
      readSaved(storage).map(({ name, text }) => name + text),
      ['a2', 'b3'],
    );
    equal(forget('a', storage).length, 1);
    const refusing = {
      getItem: () => 'nonsense',
      setItem: () => {
        throw new Error('full');
      },
    };
    equal([readSaved(refusing), save({ name: 'a', text: '' }, refusing)], [[], null]);
  },

  'a pipeline has a line from each source to its channels and from each channel to its sinks'() {
    const lines = linksOf(pipelineOf({ state: 'well', rate: 5 }));
    equal(
      lines.map(({ from, to, rate }) => [...from, ...to, rate]),
      [
        ['source', 's', 'channel', 'c', 1],
        ['channel', 'c', 'sink', 'k', 5],
      ],
    );
    isTrue(widthOf(5000) > widthOf(5) && widthOf(5) > widthOf(0) && widthOf(1e12) <= 7, 'wider with more, within limits');
  },

  'a pipeline says what holds it up, or that nothing does'() {
    const held = { ...pipelineOf({ state: 'failing', rate: 0 }), why: ['k sink: broker b:9092 refused since 12:04:10'] };
    equal([sentenceOf(held), levelOf(held)], ['k sink: broker b:9092 refused since 12:04:10.', 'bad']);
    const well = pipelineOf({ state: 'well', rate: 5 });
    equal([sentenceOf(well), levelOf(well)], ['Nothing waits.', 'good']);
    equal(
      [[held, well], [well], []].map((all) => summaryOf(all).text),
      ['1 of 2 held up', 'Nothing is held up', ''],
    );
    equal(failuresWord(well, well.parts[2]), 'failed');
  },

  'a channel that is nearly full or holds events for long is in need'() {
    equal(
      [
        [10, 1],
        [81, 1],
        [10, 31],
        [100, 0],
        [null, 0],
      ].map(([fillPercent, oldestSeconds]) => strainOf({ fillPercent, oldestSeconds })),
      ['good', 'late', 'late', 'bad', 'good'],
    );
  },

  'the last hour stays with its part while the rest comes anew'() {
    const asked = pipelineOf({ state: 'well', rate: 1 });
    asked.parts[0].perMinute = [1, 2];
    const shown = withMinutes([pipelineOf({ state: 'well', rate: 9 })], [asked]);
    equal([shown[0].parts[0].perMinute, shown[0].parts[2].rate], [[1, 2], 9]);
  },

  'a model has its horizons, of which at most five are offered'() {
    equal(aheadsOf({ stepMinutes: 15, horizonMinutes: 60 }), [15, 30, 45, 60]);
    equal(choicesOf({ stepMinutes: 5, horizonMinutes: 60 }), [15, 30, 45, 60]);
    equal(choicesOf({ stepMinutes: 10, horizonMinutes: 60 }), [20, 30, 50, 60]);
    equal(choicesOf({ stepMinutes: 1440, horizonMinutes: 1440 }), [1440]);
    equal([1, 15, 60, 90, 150].map((minutes) => aheadWords(minutes)), ['1 minute', '15 minutes', '1 hour', '90 minutes', '2.5 hours']);
    equal(aheadWords(60, true), '60 min');
  },

  'a forecast is of the step that ends so far ahead'() {
    const { from, to } = whenOf({ madeAt: '2026-03-02T08:00:00Z', stepMinutes: 15 }, 30);
    equal([from, to].map((at) => new Date(at).toISOString().slice(11, 16)), ['08:15', '08:30']);
  },

  'a model belongs to the map that colours what it forecasts'() {
    const model = { table: 'traffic', point: 'uid', target: 'avg_speed' };
    equal(modelOfMap([model], MAP), null);
    equal(modelOfMap([{ ...model, target: 'greatest("speed", 0)' }], MAP)?.table, 'traffic');
    equal(modelOfMap([{ ...model, target: 'speed', table: 'air' }], MAP), null);
    equal([pointOf(model, MAP, 'a%2Cb'), pointOf(model, { key: ['other'] }, '1')], ['a,b', null]);
  },

  'forecasts are put in the order of the points of the map'() {
    const readings = new Readings(fullOf([1, 2, 3]));
    const forecast = { ahead: [15, 30], points: ['102', '100'], values: [[7, 8], [9, null]], lows: [[1, 2], [3, 4]], highs: [[10, 20], [30, 40]] };
    equal(arranged(forecast, { point: 'uid' }, MAP, readings, 15).values, [8, NaN, 7]);
    equal(arranged(forecast, { point: 'uid' }, MAP, readings, 30).values, [NaN, NaN, 9]);
    equal(arranged(forecast, { point: 'uid' }, MAP, readings, 45).values, [NaN, NaN, NaN]);
    equal(
      changing({ ...forecast, latest: [6, null] }, 15, 5).map(({ point }) => point),
      ['102'],
    );
  },

  'a forecast is coloured in the place of what is, until it is what is again'() {
    const live = new Live(MAP, new Calendar('UTC'));
    live.full(fullOf([10, 90]));
    live.foresee({ ahead: 15, values: Float32Array.of(90, NaN) });
    equal(live.picture.kinds, [4, MISSING]);
    equal([live.picture.mean, live.picture.intensity], [90, NaN]);
    live.foresee(null);
    equal([...live.picture.kinds], [0, 4]);
  },

  'how good a model is, is one sentence'() {
    const score = (forecaster, mae) => ({ ahead: 15, forecaster, n: 10, mae });
    const model = (served, state = 'serving') => ({
      unit: 'km/h',
      stepMinutes: 15,
      state,
      byAhead: [score('served', served), score('last value', 4), score('historical average', 5)],
    });
    equal(verdict(model(3.1), 15), 'On average 3.1 km/h off 15 minutes ahead; the last value is 4.0 off.');
    isTrue(verdict(model(3.1), 30).startsWith('Nothing was forecast 30 minutes ahead'), 'nothing is known of 30 minutes');
    isTrue(advice(model(3), 15).includes('25 % smaller'), 'the gain is told');
    const learned = (mae, n) => ({ ...model(mae), algorithm: 'trees', byAhead: [...model(mae).byAhead, { ...score('trees', 2), n }] });
    isTrue(advice(learned(4, 10), 15).includes('no better'), 'a draw is told');
    isTrue(advice(learned(5, 10), 15).includes('25 % larger'), 'a loss is told');
    isTrue(advice(learned(5, 4), 15).includes('a baseline stood in'), 'what was said before anything was learned is not held against it');
    isTrue(advice(model(4, 'waiting'), 15).includes('stands in'), 'who waits has learned nothing');
  },

  'what intervals promised is held against what they did'() {
    const model = (coverage) => ({ certainty: 0.9, byAhead: [{ ahead: 15, forecaster: 'served', coverage }] });
    isTrue(promise(model(0.89), 15).endsWith('The promise is kept.'), 'nearly is kept');
    isTrue(promise(model(0.8), 15).includes('too narrow'), 'too few');
    isTrue(promise(model(0.97), 15).includes('wider'), 'too many');
    isTrue(promise(model(null), 15).endsWith('None was checked yet.'), 'none');
  },

  'a comparison says whether it may be luck'() {
    const of = (difference, chance) => comparison({ forecaster: 'last value', difference, chance }, 'km/h');
    equal(of(-0.8, 0.2), '0.8 km/h nearer than the last value; that may be luck.');
    isTrue(of(0.8, 0.0012).includes('further off') && of(0.8, 0.0012).includes('in 12 of 10,000'), 'worse, and sure');
    isTrue(of(-1, null).includes('too few'), 'not known');
  },

  'scores are put along what they are of, with gaps where there are none'() {
    const scores = [
      { hour: 7, forecaster: 'last value', mae: 4, n: 1 },
      { hour: 8, forecaster: 'served', mae: 3, n: 1 },
      { hour: 7, forecaster: 'served', mae: 2, n: 3 },
    ];
    const { places, series } = alongside(scores, ({ hour }) => hour);
    equal(places, [7, 8]);
    equal(series.map(({ name, mae }) => [name, mae]), [['served', [2, 3]], ['last value', [4, NaN]]]);
    equal(together(scores).find(({ forecaster }) => forecaster === 'served'), { forecaster: 'served', n: 4, mae: 2.25 });
    equal([{ from: null, to: 20 }, { from: 20, to: 40 }, { from: 80, to: null }].map(bandWords), ['under 20', '20–40', '80+']);
  },

  'the parts of a forecast lead from the latest value to it, the small ones together'() {
    const parts = [
      { what: 'a', by: -28 },
      { what: 'b', by: 1 },
      { what: 'c', by: -0.5 },
    ];
    const found = steps({ latest: 41, value: 13.5, parts }, 1);
    equal(found.map(({ what, from, to }) => [what, from, to]), [
      ['the latest value', 0, 41],
      ['a', 41, 13],
      ['all else', 13, 13.5],
      ['the forecast', 0, 13.5],
    ]);
    equal(steps({ latest: null, value: 3, parts }), []);
    equal(steps({ latest: 3, value: 3, parts: [] }), []);
  },
};

function pipelineOf(sink) {
  const part = { type: '', detail: '', fillPercent: null, oldestSeconds: null, failures: 0, trouble: '' };
  return {
    kind: 'agent',
    name: 'a1',
    why: [],
    simulated: false,
    parts: [
      { ...part, kind: 'source', name: 's', channels: ['c', 'elsewhere'], rate: 1, state: 'well' },
      { ...part, kind: 'channel', name: 'c', channels: [], rate: 1, state: 'well', fillPercent: 3, oldestSeconds: 0 },
      { ...part, kind: 'sink', name: 'k', channels: ['c'], ...sink },
    ],
  };
}
