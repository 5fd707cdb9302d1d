import { html, nothing } from 'lit';
import * as api from '../client/api.js';
import { LiveStream } from '../client/live-stream.js';
import { KINDS } from '../model/bands.js';
import { aheadWords, aheadsOf, arranged, called, choicesOf, modelOfMap, off, SERVED, whenOf } from '../model/forecast.js';
import { amount } from '../model/format.js';
import { Live } from '../model/live.js';
import { roadOf } from '../model/roads.js';
import { keyOf, usualOfAll, weekAgo } from '../model/questions.js';
import { readView, writeRoute, writeView } from '../model/route.js';
import { inWords } from '../model/words.js';
import { Listening, PolderElement, tell } from './element.js';
import { icon } from './icons.js';
import './polder-histogram.js';
import './polder-hottest.js';
import './polder-map.js';
import './polder-numbers.js';
import './polder-point.js';
import './polder-timeline.js';

/** Below this the panel is a sheet over the map. As in map.css. */
const NARROW = matchMedia('(max-width: 640px)');

/** The view goes into the address when the map has come to rest, in milliseconds. */
const REST = 250;

/** A newer forecast is looked for so often, and how good they are, in milliseconds. */
const FORECASTS = 5000;
const SCORES = 60_000;

/** Data of longer ago than this is no live data, in milliseconds. */
const OLD = 24 * 3_600_000;

/** Live map, panel and timeline. Properties: `mart`, `live`, `calendar`, `route`. */
class PolderMapPage extends PolderElement {
  static properties = {
    mart: { attribute: false },
    live: { attribute: false },
    calendar: { attribute: false },
    route: { attribute: false },
    hovered: { state: true },
    lit: { state: true },
    laneOf: { state: true },
    usual: { state: true },
    sheet: { state: true },
    model: { state: true },
    scores: { state: true },
    forecastTrouble: { state: true },
  };

  constructor() {
    super();
    this.hovered = -1;
    this.sheet = 'half';
    this.usual = 'unknown';
    /** What forecasts the values that are coloured; null without. */
    this.model = null;
    this.scores = [];
    /** The other layers that are drawn below, by name. */
    this.others = new Map();
    this.below = [];
    new Listening(
      this,
      () => this.live,
      ['readings', 'attributes', 'connection', 'status', 'history'],
      (event) => this.#heard(event),
    );
    this.narrow = () => this.requestUpdate();
    this.closeSelected = (event) => {
      if (
        event.key === 'Escape' &&
        !event.defaultPrevented &&
        this.#selected &&
        !document.querySelector('dialog[open]')
      ) {
        this.#select(null);
        this.querySelector('polder-map').focusMap();
      }
    };
  }

  connectedCallback() {
    super.connectedCallback();
    NARROW.addEventListener('change', this.narrow);
    document.addEventListener('keydown', this.closeSelected);
    this.#followModel();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    NARROW.removeEventListener('change', this.narrow);
    document.removeEventListener('keydown', this.closeSelected);
    clearTimeout(this.rest);
    clearTimeout(this.modelTimer);
    if (this.live.forecast) {
      this.live.foresee(null);
    }
    this.others.forEach(({ stream }) => stream.close());
    this.others.clear();
    this.below = [];
  }

  get #selected() {
    return this.route.query.point ?? null;
  }

  get #asked() {
    const kinds = (this.route.query.band ?? '')
      .split(',')
      .filter(Boolean)
      .map(Number)
      .filter((kind) => kind >= 0 && kind < KINDS);
    return kinds.length ? new Set(kinds) : null;
  }

  willUpdate(changed) {
    if (changed.has('live')) {
      this.usual = 'unknown';
      this.usualHour = null;
    }
    if (changed.has('route') || changed.has('live')) {
      this.asked = this.#asked;
      this.#followBelow();
    }
    if (changed.has('live') && this.hasUpdated) {
      changed.get('live')?.forecast && changed.get('live').foresee(null);
      this.model = null;
      this.#followModel();
    }
    this.#foresee();
    if (this.live.readings && this.usual === 'known' && !this.live.forecast) {
      this.#colour();
    }
    this.marked = this.lit === undefined || this.lit === null ? this.asked : new Set([this.lit]);
  }

  /** The layers that the address wants below the chosen one. */
  get #namesBelow() {
    const names = (this.route.query.with ?? '').split(',');
    return this.mart.maps.map(({ name }) => name).filter((name) => names.includes(name) && name !== this.live.map?.name);
  }

  #followBelow() {
    const names = this.#namesBelow;
    if (names.join() === [...this.others.keys()].join()) {
      return;
    }
    for (const [name, { stream }] of this.others) {
      if (!names.includes(name)) {
        stream.close();
      }
    }
    this.others = new Map(names.map((name) => [name, this.others.get(name) ?? this.#follow(name)]));
    this.below = [...this.others.values()].map(({ live }) => live);
  }

  #follow(name) {
    const live = new Live(
      this.mart.maps.find((map) => map.name === name),
      this.calendar,
    );
    const stream = new LiveStream(api.livePath(name), {
      full: (data) => live.full(data),
      change: (data) => live.change(data),
      status: (data) => live.statusOf(data),
      connection: (state) => live.connected(state),
    });
    stream.open();
    return { live, stream };
  }

  render() {
    if (!this.live.map) {
      return this.#withoutMap();
    }
    const { live, calendar, mart } = this;
    const isNarrow = NARROW.matches;
    const readings = live.readings;
    const isSimulated = live.status?.simulated ?? mart.simulated;
    const selected = readings && this.#selected !== null ? readings.placeOf(this.#selected) : -1;
    const timeline = live.map.time
      ? html`<polder-timeline .live=${live} .calendar=${calendar}></polder-timeline>`
      : nothing;
    return html`
      <h1 class="unseen">Live map of ${capital(mart.name)}</h1>
      <div class="map-page" data-sheet=${isNarrow ? this.sheet : nothing} data-connection=${live.connection}>
        <p class="unseen" role="status">${this.#announce()}</p>
        <div class="map-area">
          <polder-map
            id="map"
            .live=${live}
            .view=${readView(this.route.query)}
            .selected=${this.#selected}
            .asked=${this.marked}
            .below=${this.below}
            .tiles=${mart.tiles?.url ?? mart.tiles}
            .laneOf=${this.laneOf}
            .covered=${isNarrow ? this.#coveredBySheet() : 0}
            @polder-select=${({ detail }) => this.#select(detail.key)}
            @polder-view=${({ detail }) => this.#keepView(detail.view)}
            @polder-hover=${({ detail }) => (this.hovered = detail.place)}
          ></polder-map>
 ${this.#forecastStamp(isNarrow)}
          <div class="readout" aria-hidden="true" ?hidden=${this.hovered < 0 || !readings}>
            ${this.hovered >= 0 && readings ? this.#readout(this.hovered) : nothing}
          </div>
          ${
            live.connection === 'lost'
              ? html`<div class="lost" role="status">
                  ${icon('warning')} Reconnecting. What is shown is the last that arrived.
                </div>`
              : nothing
          }
          ${
            isNarrow && selected >= 0 && !live.forecast
              ? html`<div class="map-stamp">
                  ${live.map.time ? html`<time>${calendar.time(readings.time)}</time>` : nothing}${this.#label(isSimulated, 'small')}
                </div>`
              : nothing
          }
          ${
            readings && readings.size === 0
              ? html`<div class="map-empty">
                  <h2>No points yet</h2>
                  <p>
                    They appear with the first rows of table “${live.map.table}”.
                    <a href="#/feeds">Look at the feeds</a>
                  </p>
                </div>`
              : nothing
          }
        </div>
        ${isNarrow ? nothing : timeline}
        <aside class="panel" aria-label="Numbers and the chosen point" aria-busy=${readings ? 'false' : 'true'}>
          ${isNarrow ? this.#handle() : nothing}
          <div class="panel-scroll">
            ${this.#now(isSimulated)} ${this.#forecastChoice()}
            <polder-numbers .live=${live}></polder-numbers>
            <polder-histogram
              .live=${live}
              .asked=${this.asked}
              .usual=${this.usual}
              @polder-ask=${({ detail }) => this.#ask(detail.kinds)}
              @polder-light=${({ detail }) => (this.lit = detail.kind)}
              @polder-colour=${({ detail }) => this.#colourBy(detail.by)}
            ></polder-histogram>
            ${
              selected >= 0
                ? html`<polder-point
                    id="point-panel"
                    .live=${live}
                    .calendar=${calendar}
                    .key=${this.#selected}
                    .model=${this.model}
                    .ahead=${this.#ahead ?? (this.model ? choicesOf(this.model)[0] : null)}
                    @polder-select=${({ detail }) => this.#select(detail.key)}
                  ></polder-point>`
                : html`${this.#selected !== null && readings ? html`<p class="panel-note" role="status">There is no point “${this.#selected}” on this map.</p>` : nothing}
                    <polder-hottest
                      .live=${live}
                      @polder-select=${({ detail }) => this.#select(detail.key, true)}
                    ></polder-hottest>`
            }
            ${isNarrow ? timeline : nothing}
          </div>
        </aside>
      </div>
    `;
  }

  /** Shows what the search found. */
  goTo(entry) {
    const map = this.querySelector('polder-map');
    if (entry.kind === 'place') {
      map.fit(entry.value.box);
    } else {
      this.#select(entry.value);
      map.visit(entry.value);
    }
    map.focusMap();
  }

  #heard(event) {
    if (event.type === 'attributes') {
      const { attributes } = this.live;
      const readings = this.live.readings;
      this.laneOf = (i) => attributes.get(readings.keys[i])?.lane ?? readings.keys[i];
    }
    const hasMore = event.type === 'history' && this.live.readings;
    if (event.type === 'readings' && event.detail.isFull) {
      this.foreseen = null;
    }
    if (hasMore || (event.type === 'readings' && event.detail.isFull)) {
      this.usualHour = null;
      this.#readWhetherUsual();
    }
    this.requestUpdate();
  }

  #now(isSimulated) {
    const { live, calendar, mart } = this;
    const { readings, forecast } = live;
    const time = forecast?.to ?? readings?.time ?? NaN;
    // Data without times have no clock: then it is the mart that has the first word.
    return html`<section class="panel-now" aria-label="Time of the data">
      ${mart.maps.length > 1 ? this.#layers() : nothing}
      <div class="clock-row">
        ${
          live.map.time
            ? html`<time
                class="clock"
                data-test="clock"
                ?data-empty=${!(time > 0)}
                datetime=${time > 0 ? new Date(time).toISOString() : nothing}
                >${calendar.time(time)}</time
              >`
            : html`<span class="clock">${capital(mart.name)}</span>`
        }
        ${forecast ? html`<strong class="provenance is-forecast" data-test="forecast-label">Forecast</strong>` : nothing}
        ${this.#label(isSimulated)}
      </div>
      <p class="date">
        ${live.map.time ? html`<span data-test="date">${time > 0 ? calendar.day(time) : '\u00a0'}</span>${time > 0 ? ', ' + capital(mart.name) : nothing}` : 'The latest of each point'}
      </p>
    </section>`;
  }

  // ---- what is forecast

  /** How far ahead the address wants to see, in minutes; null for now. */
  get #ahead() {
    const wanted = Number(this.route.query.in);
    return this.model && aheadsOf(this.model).includes(wanted) ? wanted : null;
  }

  #forecastChoice() {
    const { model, live } = this;
    if (!model) {
      return nothing;
    }
    const ahead = this.#ahead;
    const choices = [null, ...choicesOf(model)];
    const title = (minutes) => (minutes === null ? 'now' : (minutes === choices[1] ? 'in ' : '') + aheadWords(minutes, true).replace(minutes === choices.at(-1) ? '' : / min$/, ''));
    return html`<section class="forecast-choice" aria-label="Now or to come" data-test="forecast-choice">
      <div class="switch" role="group" aria-label="Show">
        ${choices.map(
          (minutes) =>
            html`<button
              type="button"
              data-ahead=${minutes ?? 'now'}
              aria-label=${minutes === null ? 'now' : 'in ' + aheadWords(minutes)}
              aria-pressed=${minutes === ahead ? 'true' : 'false'}
              @click=${() => this.#look(minutes)}
            >
              ${title(minutes)}
            </button>`,
        )}
      </div>
      <p class="said-by" data-test="said-by" role="status">
        ${
          this.forecastTrouble
            ? html`<span class="bad">${this.forecastTrouble}</span>`
            : live.forecast
              ? this.#saidBy(live.forecast)
              : ahead !== null
                ? model.lastMadeAt
                  ? 'Loading the forecast'
                  : `There is no forecast yet: the first comes with the next ${aheadWords(model.stepMinutes)}.`
                : html`What is measured now. <a href=${writeRoute({ page: 'models', name: model.name, query: {} })}>How good forecasts are</a>`
        }
      </p>
    </section>`;
  }

  #saidBy(forecast) {
    const { calendar, live, model } = this;
    const score = this.scores.find(({ ahead, forecaster, n }) => ahead === forecast.ahead && forecaster === SERVED && n > 0);
    return html`Made at ${calendar.time(forecast.madeAt)} by ${called(forecast.forecaster)}, not measured. ${
      score ? html`Usually <strong>${off(score.mae)} ${live.map.unit}</strong> off.` : 'How far off it is, is not known yet.'
    }
      <a href=${writeRoute({ page: 'models', name: model.name, query: { ahead: forecast.ahead } })}>More</a>`;
  }

  #forecastStamp(isNarrow) {
    const { live, calendar } = this;
    return live.forecast
      ? html`<div class="forecast-stamp" data-test="forecast-stamp">
          <strong>Forecast</strong>${isNarrow ? calendar.time(live.forecast.to) : html`<span>${calendar.time(live.forecast.from)} to ${calendar.time(live.forecast.to)}</span>`}
        </div>`
      : nothing;
  }

  #look(ahead) {
    tell(this, 'polder-route', { query: { in: ahead ?? '', by: '' }, isStep: false });
  }

  /** Looks again and again who forecasts, and when last. */
  async #followModel() {
    clearTimeout(this.modelTimer);
    const { live, mart } = this;
    if (!live?.map || !mart.models?.length) {
      return;
    }
    try {
      const { models } = await api.models();
      if (live !== this.live) {
        return;
      }
      const found = modelOfMap(models, live.map);
      if (JSON.stringify(found) !== JSON.stringify(this.model)) {
        this.model = found;
      }
      if (!found) {
        // Models come with the definition of the mart, which is read at its start.
        return;
      }
      if (performance.now() - (this.scoredAt ?? -SCORES) > SCORES) {
        this.scoredAt = performance.now();
        this.scores = (await api.model(found.name, 7)).byAhead;
      }
      if (this.forecastTrouble) {
        this.forecastTrouble = '';
        this.foreseen = null;
      }
    } catch (failure) {
      this.forecastTrouble = this.#ahead === null ? '' : failure.message;
    }
    if (this.isConnected) {
      clearTimeout(this.modelTimer);
      this.modelTimer = setTimeout(() => this.#followModel(), FORECASTS);
    }
  }

  /** Colours what the address asks for: what is, or what is forecast. */
  async #foresee() {
    const { live, model } = this;
    const ahead = this.#ahead;
    if (ahead === null || !model.lastMadeAt || !live.readings) {
      this.foreseen = null;
      if (live.forecast) {
        live.foresee(null);
      }
      return;
    }
    const wanted = [model.name, model.lastMadeAt, ahead, live.readings.size].join('\n');
    if (this.foreseen === wanted) {
      return;
    }
    this.foreseen = wanted;
    try {
      const isNew = this.latest?.model !== model.name || this.latest.madeAt !== model.lastMadeAt;
      const forecast = isNew ? await api.forecast(model.name) : this.latest;
      this.latest = forecast;
      if (this.foreseen === wanted && live === this.live && forecast.madeAt) {
        live.foresee({
          ahead,
          ...whenOf(forecast, ahead),
          madeAt: Date.parse(forecast.madeAt),
          forecaster: forecast.forecaster,
          ...arranged(forecast, model, live.map, live.readings, ahead),
        });
        this.requestUpdate();
      }
    } catch (failure) {
      this.forecastTrouble = failure.message;
    }
  }

  #label(isSimulated, size = '') {
    const { live } = this;
    if (isSimulated) {
      return html`<strong class="provenance ${size}" data-test="simulated">Simulated</strong>`;
    }
    const isOld = live.readings && live.clock.now() - live.readings.time > OLD;
    return isOld ? html`<strong class="provenance ${size}" data-test="recorded">Recorded</strong>` : nothing;
  }

  #readout(i) {
    const { live } = this;
    const { readings, words, map } = live;
    const road = roadOf(live.attributes.get(readings.keys[i])?.road)?.name;
    const value = readings.values[i];
    const intensity = readings.intensities[i];
    const forecast = live.forecast;
    if (forecast) {
      const told = forecast.values[i];
      return html`<strong>${readings.labels[i] || readings.keys[i]}</strong>${road ? html`<span>${road}</span>` : nothing}
        <span>${told === told && told !== undefined ? `${amount(told)} ${map.unit} in ${aheadWords(forecast.ahead)} (${amount(forecast.lows[i])} to ${amount(forecast.highs[i])})` : 'no forecast'}</span>
        <span>${value === value ? amount(value) + ' now' : nothing}</span>`;
    }
    return html`<strong>${readings.labels[i] || readings.keys[i]}</strong>${road ? html`<span>${road}</span>` : nothing}
      <span>${value === value ? amount(value) + ' ' + map.unit : intensity === 0 ? words.nothing : words.missing}</span>
      ${intensity > 0 ? html`<span>${amount(intensity)} ${words.intensity}</span>` : nothing}`;
  }

  /** What a reader hears of the chosen point: once, and not with every change. */
  #announce() {
    const { live } = this;
    const key = this.#selected;
    if (key !== this.announced?.key || live !== this.announced.live) {
      const i = key === null ? -1 : (live.readings?.placeOf(key) ?? -1);
      if (key !== null && i < 0) {
        return '';
      }
      const value = i < 0 ? NaN : live.readings.values[i];
      const number = value === value ? amount(value) + ' ' + live.map.unit : live.words.missing;
      this.announced = { key, live, text: i < 0 ? '' : (live.readings.labels[i] || 'Point ' + key) + ', ' + number };
    }
    return this.announced.text;
  }

  #handle() {
    const label = { low: 'Show more', half: 'Show all', full: 'Show less' }[this.sheet];
    const next = { low: 'half', half: 'full', full: 'low' }[this.sheet];
    return html`<button
      type="button"
      class="sheet-handle"
      aria-label=${label}
      @click=${() => (this.sheet = next)}
      @pointerdown=${this.#drag}
    ></button>`;
  }

  /** The sheet follows the finger and comes to rest at the nearest of its three heights. */
  #drag(event) {
    const handle = event.currentTarget;
    const panel = this.querySelector('.panel');
    const start = event.clientY;
    const height = panel.offsetHeight;
    handle.setPointerCapture(event.pointerId);
    const move = ({ clientY }) => {
      if (Math.abs(clientY - start) > 4) {
        panel.style.height = height + start - clientY + 'px';
        panel.style.transition = 'none';
      }
    };
    const end = ({ clientY }) => {
      handle.removeEventListener('pointermove', move);
      panel.style.height = '';
      panel.style.transition = '';
      if (Math.abs(clientY - start) > 4) {
        const share = (height + start - clientY) / this.offsetHeight;
        this.sheet = share < 0.3 ? 'low' : share < 0.68 ? 'half' : 'full';
        handle.addEventListener('click', (click) => click.stopImmediatePropagation(), { capture: true, once: true });
      }
    };
    handle.addEventListener('pointermove', move);
    handle.addEventListener('pointerup', end, { once: true });
    handle.addEventListener('pointercancel', end, { once: true });
  }

  #coveredBySheet() {
    const height = this.offsetHeight || innerHeight - 52;
    return this.sheet === 'low' ? 132 : this.sheet === 'half' ? height * 0.46 : height * 0.46;
  }

  /** The maps of the mart, as layers over one piece of land: another one keeps the view. */
  /** Which layer the panel is about, and which others are drawn below it. Layers that are seen stay so when another is chosen. */
  #layers() {
    const { c, z } = this.route.query;
    const chosen = this.live.map.name;
    const below = this.#namesBelow;
    const withNames = (name) =>
      below.includes(name) ? below.map((one) => (one === name ? chosen : one)).join(',') : below.join(',');
    return html`<nav class="switch layers" aria-label="Layers" data-test="layers">
        ${this.mart.maps.map(
          ({ name }) =>
            html`<a
              href=${writeRoute({ page: 'map', name, query: { c, z, with: name === chosen ? below.join(',') : withNames(name) } })}
              aria-current=${name === chosen ? 'true' : nothing}
              >${inWords(name)}</a
            >`,
        )}
      </nav>
      <fieldset class="also" data-test="also">
        <legend class="unseen">Layers below</legend>
        ${this.mart.maps
          .filter(({ name }) => name !== chosen)
          .map(
            ({ name, unit }) =>
              html`<label
                ><input
                  type="checkbox"
                  name=${name}
                  .checked=${below.includes(name)}
                  @change=${({ target }) => this.#showBelow(name, target.checked)}
                />
                with ${inWords(name).toLowerCase()} below${unit ? html`<span class="quiet">, ${unit}</span>` : nothing}</label
              >`,
          )}
      </fieldset>`;
  }

  #showBelow(name, isWanted) {
    const names = this.#namesBelow.filter((one) => one !== name);
    tell(this, 'polder-route', { query: { with: [...names, ...(isWanted ? [name] : [])].join(',') }, isStep: false });
  }

  #withoutMap() {
    return html`<div class="empty">
      <h1>This mart has no map</h1>
      <p>A map shows the latest row of each key of a table as a point. Add one to polder.yaml:</p>
      <pre>
maps:
  live:
    table: readings
    position: [lat, lon]
    colour: speed
    label: name
    unit: km/h</pre>
      <p><a href="#/feeds">Feeds</a> and <a href="#/tables">tables</a> are there without it.</p>
    </div>`;
  }

  /** @param {string | null} key @param {boolean} [comes] whether the map goes there */
  #select(key, comes = false) {
    if (key === this.#selected) {
      return;
    }
    tell(this, 'polder-route', { query: { point: key }, isStep: true });
    if (key !== null && this.sheet === 'low') {
      this.sheet = 'half';
    }
    if (key !== null) {
      // A point that was clicked is in sight, unless the sheet lies over it.
      const map = this.querySelector('polder-map');
      map.updateComplete.then(() => (comes || NARROW.matches) && map.reveal(key));
    }
  }

  #ask(kinds) {
    tell(this, 'polder-route', { query: { band: kinds ? [...kinds].sort().join(',') : '' }, isStep: false });
  }

  #keepView(view) {
    clearTimeout(this.rest);
    this.rest = setTimeout(() => tell(this, 'polder-route', { query: writeView(view), isStep: false }), REST);
  }

  /** Points can be coloured by what is usual where that is known for most of them; asked for cheaply, as it may not be wanted. */
  async #readWhetherUsual() {
    const { live } = this;
    const { readings, map } = live;
    if (!map.time) {
      return;
    }
    try {
      const { rows } = await api.chart(weekAgo(map, readings.time), readings.size + 1000);
      if (live === this.live) {
        this.usual = rows.length >= readings.size / 2 ? 'known' : 'unknown';
        this.#colour();
      }
    } catch {
      // There is no second colouring then; the first needs no question.
      this.usual = 'unknown';
    }
  }

  /** Colours as the address says. */
  async #colour() {
    const { live } = this;
    const { readings, map } = live;
    const isWanted = this.usual === 'known' && this.route.query.by === 'usual' && this.#ahead === null;
    const hour = Math.floor(readings.time / 3_600_000);
    if (!isWanted) {
      this.usualHour = null;
      if (live.usual) {
        live.colourBy(null);
      }
      return;
    }
    if (this.usualHour === hour) {
      return;
    }
    this.usualHour = hour;
    try {
      const { rows } = await api.chart(usualOfAll(map, readings.time), readings.size + 1000);
      const usual = new Float32Array(readings.size).fill(NaN);
      for (const row of rows) {
        const place = readings.placeOf(keyOf(map, row));
        if (place >= 0) {
          usual[place] = row[map.key.length] ?? NaN;
        }
      }
      if (live === this.live && this.route.query.by === 'usual') {
        live.colourBy(usual);
      }
    } catch (failure) {
      tell(this, 'polder-notice', { text: 'What is usual could not be read: ' + failure.message });
    }
  }

  #colourBy(by) {
    tell(this, 'polder-route', { query: { by: by === 'usual' ? by : '', band: '' }, isStep: false });
  }
}

/** A name as one writes it: `los_angeles` → Los Angeles. */
const capital = (name) =>
  name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');

customElements.define('polder-map-page', PolderMapPage);
