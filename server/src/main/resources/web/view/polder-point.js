import { html, nothing } from 'lit';
import * as api from '../client/api.js';
import { bandOf, rampOf } from '../model/bands.js';
import { pointOf } from '../model/forecast.js';
import { amount, anything, duration } from '../model/format.js';
import { historyOf, keyValues, usualOf } from '../model/questions.js';
import { laneOf, roadOf } from '../model/roads.js';
import { writeRoute } from '../model/route.js';
import { Sites } from '../model/sites.js';
import { furtherDetails, inWords, knownColumns } from '../model/words.js';
import { readBaseMap } from './base-map.js';
import { Listening, PolderElement, tell } from './element.js';
import './polder-event.js';
import './polder-outlook.js';
import './polder-sparkline.js';

/** How far back the chart goes, in milliseconds. */
const HISTORY = 6 * 3_600_000;

/** So many readings are drawn at most: the newest. */
const LONGEST = 4000;

/** The row is read anew at most so often, in milliseconds. */
const CALM = 2000;

/** Of so many readings it is remembered when they were painted. */
const READINGS_KEPT = 20;

/**
 * All about one point. Properties: `live`, `calendar`, `key`, `model` (that forecasts what
 * the map colours; null without one) and `ahead` (in minutes). Event: `polder-select` {key} of another point of the same
 * site, or null to close.
 */
class PolderPoint extends PolderElement {
  static properties = {
    live: { attribute: false },
    calendar: { attribute: false },
    key: { attribute: false },
    model: { attribute: false },
    ahead: { attribute: false },
    found: { state: true },
    history: { state: true },
    usual: { state: true },
    municipality: { state: true },
    trouble: { state: true },
    isEventOpen: { state: true },
  };

  constructor() {
    super();
    new Listening(
      this,
      () => this.live,
      ['readings', 'attributes', 'shown', 'history'],
      (event) => this.#heard(event),
    );
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#stop();
  }

  willUpdate(changed) {
    if (changed.has('key') || changed.has('live')) {
      this.#read();
    }
  }

  get #place() {
    return this.live.readings?.placeOf(this.key) ?? -1;
  }

  render() {
    const { live, calendar, key } = this;
    const i = this.#place;
    if (i < 0) {
      return nothing;
    }
    const { readings, words, map } = live;
    const { road: ident, lane } = this.#attributes();
    const road = roadOf(ident);
    const value = readings.values[i];
    const intensity = readings.intensities[i];
    const hasValue = value === value;
    return html`<section class="point" aria-label="Chosen point" data-key=${key}>
      <header>
        <h2>Selected point</h2>
        <button
          type="button"
          class="link-button"
          data-test="close"
          @click=${() => tell(this, 'polder-select', { key: null })}
        >
          Close
        </button>
      </header>
      <h3 class="point-name" data-test="point-name">${readings.labels[i] || keyValues(key).join(', ')}</h3>
      <p class="point-where" data-test="point-road">
        ${
          road || ident
            ? html`<span class="road">${road?.name ?? ident}</span
                >${road?.isEuropean ? html`<span>${road.register}</span>` : nothing}${road ? html`<span>${road.part}</span>` : nothing}`
            : nothing
        }
        ${lane ? html`<span>${laneOf(lane) || lane}${laneOf(lane) ? html` <span class="quiet">(${lane})</span>` : nothing}</span>` : nothing}
      </p>
      <p class="point-where" data-test="point-municipality">
        ${this.municipality === undefined ? '\u00a0' : html`${this.municipality ? html`<span>${this.municipality}</span>` : nothing}<span class="quiet">point ${keyValues(key).join(', ')}</span>`}
      </p>
      <div class="point-value">
        <span
          class="big"
          data-test="point-value"
          data-ramp=${hasValue ? rampOf(live.limits, bandOf(live.limits, value)) : nothing}
          >${hasValue ? amount(value) : '–'}</span
        >
        <span class="big-unit"
          >${hasValue ? map.unit + (live.forecast ? ', measured' : '') : intensity === 0 ? words.nothing.toLowerCase() : words.missing.toLowerCase()}</span
        >
        ${map.intensity ? html`<span class="point-intensity" data-test="point-intensity">${amount(intensity)} ${words.intensity}</span>` : nothing}
      </div>
      ${this.#siblings(i)}
      ${
        map.time && !live.forecast
          ? html`<polder-sparkline
              .series=${this.history}
              .until=${readings.time}
              .span=${HISTORY}
              .usual=${this.usual}
              .calendar=${calendar}
              .unit=${map.unit}
              .limits=${live.limits}
              .label=${words.quantity}
            ></polder-sparkline>`
          : nothing
      }
      ${this.#outlook()}
      <dl class="facts">
        ${
          this.usual !== undefined
            ? html`<div class="wide">
                <dt>On a ${calendar.weekday(readings.time)} at this time</dt>
                <dd>usually ${amount(Math.round(this.usual))} ${map.unit}</dd>
              </div>`
            : nothing
        }
        ${this.#details()}
      </dl>
      ${this.#stages()} ${this.trouble ? html`<p class="panel-note bad" role="alert">${this.trouble}</p>` : nothing}
      <footer>
        <span class="quiet" data-test="provenance">${this.found ? this.#provenance() : '\u00a0'}</span>
        <button
          type="button"
          class="link-button"
          data-test="raw-event"
          ?disabled=${!this.found}
          @click=${() => (this.isEventOpen = true)}
        >
          Raw event
        </button>
      </footer>
      ${
        this.isEventOpen
          ? html`<polder-event
              .table=${map.table}
              .key=${this.#wholeKey()}
              .calendar=${calendar}
              @polder-close=${() => (this.isEventOpen = false)}
            ></polder-event>`
          : nothing
      }
    </section>`;
  }

  #outlook() {
    const { model, live, calendar, ahead } = this;
    const point = model && pointOf(model, live.map, this.key);
    return model?.lastMadeAt && point !== null
      ? html`<section class="point-outlook" data-test="point-outlook" aria-label="What is coming">
          <header>
            <h2>What is coming</h2>
            <a class="quiet-link" href=${writeRoute({ page: 'models', name: model.name, query: { ahead, point } })}>How good is that?</a>
          </header>
          <polder-outlook
            .model=${model}
            .point=${point}
            .ahead=${ahead}
            .hours=${4}
            .height=${120}
            .calendar=${calendar}
          ></polder-outlook>
        </section>`
      : nothing;
  }

  #attributes() {
    const { live, key, found } = this;
    const { road, lane } = knownColumns(Object.keys(found?.row ?? {}));
    return {
      road: found?.row[road] ?? live.attributes.get(key)?.road,
      lane: found?.row[lane] ?? live.attributes.get(key)?.lane,
    };
  }

  /** The other points of the same place, such as the lanes beside this one. */
  #siblings(i) {
    const { readings, attributes, limits, map } = this.live;
    if (this.sitesOf !== readings.keys || this.sitesSize !== readings.size || this.sitesAttributes !== attributes) {
      this.sites = new Sites(readings, (j) => attributes.get(readings.keys[j])?.lane ?? readings.keys[j]);
      this.sitesOf = readings.keys;
      this.sitesSize = readings.size;
      this.sitesAttributes = attributes;
    }
    const members = this.sites.members.get(i);
    if (!members) {
      return nothing;
    }
    return html`<div class="siblings" role="group" aria-label="Points at this place">
      ${members.map((j) => {
        const value = readings.values[j];
        const key = readings.keys[j];
        const name = attributes.get(key)?.lane ?? keyValues(key).join(', ');
        return html`<button
          type="button"
          aria-pressed=${j === i ? 'true' : 'false'}
          aria-label=${(laneOf(name) || name) + ': ' + (value === value ? amount(value) + ' ' + map.unit : 'no value')}
          @click=${() => tell(this, 'polder-select', { key })}
        >
          <span
            class="dot"
            data-ramp=${value === value ? rampOf(limits, bandOf(limits, value)) : nothing}
            aria-hidden="true"
          ></span
          >${name}
          <span class="number">${value === value ? amount(value) : '–'}</span>
        </button>`;
      })}
    </div>`;
  }

  #details() {
    return furtherDetails(this.live.map).map(
      (column) =>
        html`<div>
          <dt>${inWords(column)}</dt>
          <dd>${this.found ? anything(this.found.row[column]) : '–'}</dd>
        </div>`,
    );
  }

  /** Where the reading was when. What cannot be measured, says so. */
  #stages() {
    const { live, calendar, found } = this;
    const { observed, accepted, committed } = found?.stages ?? {};
    const times = [observed, accepted, committed].map((text) => (text ? Date.parse(text) : NaN));
    // The row may be one reading behind what is painted now, or ahead of it.
    const painted = this.paintedAt.get(Math.floor(Date.parse(found?.row[live.map.time]) / 1000));
    // Two clocks are never quite the same: nothing is shown before it is committed.
    const shown = painted >= times[1] ? Math.max(painted, times[2]) : NaN;
    // In simulated time that runs faster, the difference between an observation and a real clock means nothing.
    const isObservedReal = live.freshness?.accepted
      ? live.freshness.observed !== null
      : Math.abs(times[1] - times[0]) < 86_400_000;
    const steps = [
      { name: 'Measured', at: times[0], before: NaN },
      { name: 'Accepted', at: times[1], before: isObservedReal ? times[0] : null },
      { name: 'Committed', at: times[2], before: times[1] },
      { name: 'Shown', at: shown, before: times[2] },
    ];
    return html`<ol class="stages" data-test="stages" aria-label="Stages of this reading">
      ${steps.map(
        ({ name, at, before }) =>
          html`<li>
            <span class="stage-name">${name}</span>
            <span class="stage-time">${calendar.timeWithSeconds(at)}</span>
            <span class="stage-gap">${this.#gap(at, before, times[1])}</span>
          </li>`,
      )}
    </ol>`;
  }

  /** How long after the stage before; of a first one on another day, which day. */
  #gap(at, before, accepted) {
    const { calendar } = this;
    if (at !== at) {
      return '\u00a0';
    }
    if (before === null) {
      return 'not measured';
    }
    if (before === before) {
      return '+' + duration(at - before);
    }
    return calendar.shortDay(at) === calendar.shortDay(accepted) ? '\u00a0' : calendar.shortDay(at);
  }

  #provenance() {
    const { topic, partition, offset } = this.found.provenance;
    return topic + ' · ' + partition + ' · ' + offset;
  }

  /** The key of the row that is shown, its time included, so that the event is that of what one sees. */
  #wholeKey() {
    return Object.values(this.found.key).map(String);
  }

  #heard(event) {
    if (event.type === 'readings') {
      this.#append();
      this.#refresh();
    } else if (event.type === 'history' && this.#place >= 0) {
      this.#readPast(this.asking.signal);
    } else if (event.type === 'shown') {
      this.#keepShown();
    }
    this.requestUpdate();
  }

  /** When the last readings of this point were painted, by their time in seconds. */
  #keepShown() {
    const i = this.#place;
    const time = this.live.readings?.times[i];
    if (i >= 0 && !this.paintedAt.has(time)) {
      this.paintedAt.set(time, this.live.shownAt[i]);
      if (this.paintedAt.size > READINGS_KEPT) {
        this.paintedAt.delete(this.paintedAt.keys().next().value);
      }
    }
  }

  #stop() {
    this.asking?.abort();
    clearTimeout(this.timer);
    this.timer = 0;
  }

  #read() {
    this.#stop();
    this.found = undefined;
    this.history = undefined;
    this.usual = undefined;
    this.municipality = undefined;
    this.trouble = '';
    this.isEventOpen = false;
    this.paintedAt = new Map();
    this.#keepShown();
    this.asking = new AbortController();
    const { signal } = this.asking;
    if (this.#place < 0) {
      return;
    }
    this.#readRow(signal);
    this.#readMunicipality(signal);
    this.#readPast(signal);
  }

  async #readPast(signal) {
    const { key } = this;
    const { map, readings } = this.live;
    if (!map.time) {
      return;
    }
    const ask = (question) => api.chart(question, LONGEST, signal).then(({ rows }) => rows);
    try {
      const rows = (await ask(historyOf(map, key, readings.time - HISTORY))).reverse();
      this.history = {
        times: rows.map(([time]) => Date.parse(time)),
        values: rows.map(([, value]) => value ?? NaN),
      };
      const [[mean, count]] = await ask(usualOf(map, key, readings.time));
      this.usual = mean === null || count < 3 ? undefined : mean;
    } catch (failure) {
      this.#fail(failure);
    }
  }

  async #readRow(signal) {
    this.readAt = performance.now();
    try {
      this.found = await api.row(this.live.map.table, keyValues(this.key), signal);
      this.trouble = '';
    } catch (failure) {
      this.#fail(failure);
    }
  }

  async #readMunicipality(signal) {
    const i = this.#place;
    const { longitudes, latitudes } = this.live.readings;
    const files = await readBaseMap().catch(() => null);
    if (!signal.aborted) {
      this.municipality = files?.municipalities.at(longitudes[i], latitudes[i])?.name ?? '';
    }
  }

  /** What came by push needs no question. */
  #append() {
    const { history, live } = this;
    const i = this.#place;
    const time = live.readings.times[i] * 1000;
    if (!history || i < 0 || !(time > (history.times.at(-1) ?? -Infinity))) {
      return;
    }
    const first = history.times.findIndex((at) => at >= live.readings.time - HISTORY);
    const from = first < 0 ? history.times.length : first;
    this.history = {
      times: [...history.times.slice(from), time],
      values: [...history.values.slice(from), live.readings.values[i]],
    };
  }

  #refresh() {
    const i = this.#place;
    const known = Date.parse(this.found?.row[this.live.map.time]);
    if (this.timer || i < 0 || known >= this.live.readings.times[i] * 1000) {
      return;
    }
    this.timer = setTimeout(
      () => {
        this.timer = 0;
        this.#readRow(this.asking.signal);
      },
      Math.max(0, CALM - (performance.now() - this.readAt)),
    );
  }

  #fail(failure) {
    if (failure.name !== 'AbortError') {
      this.trouble = failure.message;
    }
  }
}

customElements.define('polder-point', PolderPoint);
