import { html, nothing } from 'lit';
import * as api from '../client/api.js';
import { amount, count } from '../model/format.js';
import {
  advice,
  aheadWords,
  aheadsOf,
  alongside,
  bandWords,
  called,
  changing,
  choicesOf,
  comparison,
  DOES,
  isStale,
  modelOfMap,
  off,
  ofHundred,
  pointOf,
  promise,
  SERVED,
  signed,
  stateOf,
  verdict,
} from '../model/forecast.js';
import { writeRoute } from '../model/route.js';
import { Listening, PolderElement, Ticking, tell } from './element.js';
import { icon } from './icons.js';
import './polder-features.js';
import './polder-outlook.js';
import './polder-point-search.js';
import { ageOf, nextOf, nowOf, progressOf, provenanceOf, trainNow } from './polder-models-page.js';
import { sampleOf } from './polder-score-chart.js';

/** It is asked for again so often, in milliseconds; while it is trained, more closely. */
const EVERY = 10_000;
const SOON = 2000;

const DAYS = [1, 7, 28];
const MOST_CHANGING = 5;

/** One model: how good it is, what it says, and where it comes from. Properties: `mart`, `live`, `calendar`, `route`. */
class PolderModelPage extends PolderElement {
  static properties = {
    mart: { attribute: false },
    live: { attribute: false },
    calendar: { attribute: false },
    route: { attribute: false },
    model: { state: true },
    forecast: { state: true },
    trouble: { state: true },
    isMissing: { state: true },
  };

  constructor() {
    super();
    new Listening(this, () => this.live, ['status', 'connection', 'readings']);
    new Ticking(this);
  }

  connectedCallback() {
    super.connectedCallback();
    this.#read();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.asking?.abort();
  }

  willUpdate(changed) {
    const before = changed.get('route');
    if (before && (before.name !== this.route.name || before.query.days !== this.route.query.days)) {
      if (before.name !== this.route.name) {
        this.model = this.forecast = undefined;
      }
      this.#read();
    }
  }

  get #days() {
    return DAYS.includes(Number(this.route.query.days)) ? Number(this.route.query.days) : 7;
  }

  get #ahead() {
    const all = aheadsOf(this.model);
    const wanted = Number(this.route.query.ahead);
    return all.includes(wanted) ? wanted : choicesOf(this.model)[0];
  }

  get #point() {
    const { forecast } = this;
    const wanted = this.route.query.point;
    if (wanted !== undefined) {
      return wanted;
    }
    // Asked once, so that the page does not jump to another point with each forecast.
    this.first ??= forecast && (changing(forecast, this.#ahead, 1)[0]?.point ?? forecast.points[0]);
    return this.first;
  }

  render() {
    const { model, route } = this;
    return html`<div class="page model-page">
      <header class="page-head">
        <a class="plain-button" href="#/models" aria-label="All models" title="All models">${icon('back')}</a>
        <h1>${route.name}</h1>
        ${provenanceOf(model?.simulated || this.mart.simulated, this.live)}
        <span class="profile-age quiet" data-test="model-age" ?data-late=${model && isStale(model, this.#now)}
          >${model?.lastMadeAt ? html`${isStale(model, this.#now) ? 'stale: ' : ''}forecast ${ageOf(model, this.#now, this.calendar)}` : nothing}</span
        >
      </header>
      ${this.trouble ? html`<p class="bad" role="alert">${this.trouble}</p>` : nothing}
      ${model ? this.#page(model) : this.isMissing ? this.#missing() : this.trouble ? nothing : loading()}
    </div>`;
  }

  get #now() {
    return nowOf(this.live, this.model);
  }

  #missing() {
    return html`<div class="empty">
      <h2>There is no model “${this.route.name}”</h2>
      <p><a href="#/models">See which there are</a></p>
    </div>`;
  }

  #page(model) {
    const state = stateOf(model);
    const ahead = this.#ahead;
    const { calendar } = this;
    return html`
      <p class="verdict" data-test="verdict">${verdict(model, ahead)}</p>
      <p class="verdict-advice">${advice(model, ahead) || '\u00a0'}</p>
      <div class="model-choice">
        ${this.#switch(
          'How far ahead',
          choicesOf(model).map((minutes) => ({ value: minutes, title: 'in ' + aheadWords(minutes, true) })),
          ahead,
          (value) => this.#go({ ahead: value }),
        )}
        ${this.#switch(
          'Scores of',
          DAYS.map((days) => ({ value: days, title: days === 1 ? '1 day' : days + ' days' })),
          this.#days,
          (value) => this.#go({ days: value }),
        )}
        <span class="model-state" data-level=${state.level} data-test="model-state">${icon(state.icon)}${state.word}</span>
        <button
          type="button"
          class="button"
          data-test="train"
          ?disabled=${typeof model.progress === 'number'}
          @click=${() => trainNow(this, model, () => this.#read())}
        >
          ${icon('replay')} ${typeof model.progress === 'number' ? 'Training' : 'Train now'}
        </button>
      </div>
      <div class="model-progress">${progressOf(model)}</div>
      <p class="quiet">${model.says} Next training: ${nextOf(model, this.#now, calendar)}.</p>
      ${this.#onePoint(model, ahead)}
      ${this.#scores(model, ahead)}
      ${this.#dayByDay(model)}
      ${this.#features(model, ahead)}
      ${this.#who(model)}
      ${this.#events(model)}
      ${this.#provenance(model)}
    `;
  }

  #switch(label, choices, chosen, choose) {
    return html`<div class="switch" role="group" aria-label=${label}>
      ${choices.map(
        ({ value, title }) =>
          html`<button type="button" aria-pressed=${value === chosen ? 'true' : 'false'} @click=${() => choose(value)}>
            ${title}
          </button>`,
      )}
    </div>`;
  }

  // ---- one point

  #onePoint(model, ahead) {
    const { forecast } = this;
    const point = this.#point;
    if (!model.lastMadeAt || (forecast && forecast.points.length === 0)) {
      return this.#section('What is coming', html`<p class="empty-note">There is no forecast yet. The first comes with the next step of ${aheadWords(model.stepMinutes)}.</p>`);
    }
    const names = this.#names(model);
    const most = forecast ? changing(forecast, ahead, MOST_CHANGING) : [];
    const isKnown = !forecast || forecast.points.includes(point);
    return this.#section(
      'What is coming',
      html`<p class="how">
          The line is what was observed, the dashed one what was said of that time ${aheadWords(ahead)} before. Behind “made” is what is
          coming. The wider the band, the less sure.
        </p>
        <div class="point-choice">
          <polder-point-search
            .points=${forecast?.points ?? []}
            .names=${names}
            .chosen=${point}
            @polder-choose=${({ detail }) => this.#go({ point: detail.point })}
          ></polder-point-search>
          <span class="quiet">To change most:</span>
          <span class="most">
            ${most.map(
              ({ point: one, latest, value }) =>
                html`<button
                  type="button"
                  class="link-button"
                  aria-pressed=${one === point ? 'true' : 'false'}
                  title=${`${amount(latest)} now, ${amount(value)} ${model.unit} in ${aheadWords(ahead)}`}
                  @click=${() => this.#go({ point: one })}
                >
                  ${names.get(one) ?? one} <span class="number">${signed(Math.round(value - latest))}</span>
                </button>`,
            )}
          </span>
        </div>
        ${
          isKnown && point !== undefined
            ? html`<h3 data-test="point-name">${names.get(point) ?? point} ${this.#mapLink(model, ahead, point)}</h3>
                <polder-outlook
                  .model=${model}
                  .point=${point}
                  .ahead=${ahead}
                  .hours=${24}
                  .height=${240}
                  .calendar=${this.calendar}
                ></polder-outlook>`
            : html`<p class="empty-note">${point === undefined ? '\u00a0' : `The model knows no point “${point}”.`}</p>`
        }`,
    );
  }

  /** The points' names on the map that is being followed, where it has the same points. */
  #names(model) {
    const { live } = this;
    const names = new Map();
    if (live?.readings && live.map?.table === model.table) {
      live.readings.keys.forEach((key, i) => {
        const point = pointOf(model, live.map, key);
        if (point !== null && live.readings.labels[i]) {
          names.set(point, live.readings.labels[i]);
        }
      });
    }
    return names;
  }

  #mapLink(model, ahead, point) {
    const map = this.mart.maps.find((one) => modelOfMap([model], one));
    return map?.key.length === 1
      ? html`<a
          class="quiet-link"
          href=${writeRoute({ page: 'map', name: map.name, query: { in: ahead, point: encodeURIComponent(point) } })}
          >On the map</a
        >`
      : nothing;
  }

  // ---- scores

  #scores(model, ahead) {
    const byAhead = alongside(model.byAhead, (score) => score.ahead);
    if (byAhead.places.length === 0) {
      return this.#section(
        'How good it is',
        html`<p class="empty-note" data-test="no-scores">
          Nothing was scored in the last ${this.#days === 1 ? 'day' : this.#days + ' days'}. Each forecast is held against what
          happened, as soon as it has.
        </p>`,
      );
    }
    const byHour = alongside(model.byHour, (score) => score.hour);
    const byBand = alongside(model.byBand, (score) => score.band);
    const bands = byBand.places.map((band) => bandWords({ from: model.bands[band - 1] ?? null, to: model.bands[band] ?? null }));
    const served = model.byBand.filter(({ forecaster }) => forecaster === SERVED);
    const all = served.reduce((sum, { n }) => sum + n, 0);
    const lowest = served.find(({ band }) => band === byBand.places[0]);
    return this.#section(
      'How good it is',
      html`<div class="score-grid">
          ${this.#chart({
            title: 'How far off, by how far ahead',
            how: `Lower is better. The further ahead, the less is known. In ${model.unit}.`,
            name: 'by-ahead',
            chart: byAhead,
            places: byAhead.places.map((minutes) => aheadWords(minutes, true)),
            chosen: byAhead.places.indexOf(ahead),
          })}
          ${this.#chart({
            title: 'By the hour of the day',
            how: 'Where the line rises, that hour is hard to forecast: mostly the rush hours.',
            name: 'by-hour',
            chart: byHour,
            places: byHour.places.map((hour) => hour + ' h'),
          })}
          ${this.#chart({
            title: 'By what was really observed',
            how: `The rare values are the hard ones${lowest && all ? `: only ${Math.max(1, Math.round((100 * lowest.n) / all))} of 100 were ${bands[0]} ${model.unit}` : ''}.`,
            name: 'by-band',
            chart: byBand,
            places: bands,
          })}
          ${this.#coverage(model, byAhead, ahead)}
        </div>
        <ul class="comparisons">
          ${model.against.map((one) => html`<li>${icon(one.difference < 0 ? 'check' : 'cross')}<span>What was said is ${comparison(one, model.unit)}</span></li>`)}
        </ul>
        <dl class="forecasters">
          ${byAhead.series.map(({ name }) => html`<div data-forecaster=${name}><dt>${sampleOf(name)}${called(name)}</dt><dd class="quiet">${DOES[name] ?? DOES.trees}</dd></div>`)}
        </dl>
        ${this.#numbers(model)}`,
    );
  }

  #chart({ title, how, name, chart, places, chosen }) {
    return html`<div data-test=${name}>
      <h3>${title}</h3>
      <p class="how">${how}</p>
      <polder-score-chart
        .places=${places}
        .series=${chart.series.map(({ name, mae }) => ({ name, values: mae }))}
        .write=${off}
        .label=${title}
        .chosen=${chosen ?? -1}
      ></polder-score-chart>
    </div>`;
  }

  #coverage(model, byAhead, ahead) {
    const series = byAhead.series
      .filter(({ name, coverage }) => [SERVED, 'challenger'].includes(name) && coverage.some(Number.isFinite))
      .map(({ name, coverage }) => ({ name, values: coverage.map((share) => 100 * share) }));
    const least = Math.min(50, ...series.flatMap(({ values }) => values.filter(Number.isFinite)).map((value) => 10 * Math.floor(value / 10)));
    return html`<div data-test="coverage">
      <h3>Whether the intervals hold</h3>
      <p class="how">${promise(model, ahead)}</p>
      <polder-score-chart
        .places=${byAhead.places.map((minutes) => aheadWords(minutes, true))}
        .series=${series}
        .write=${(value) => (Number.isFinite(value) ? Math.round(value) + ' %' : '–')}
        .reference=${{ value: 100 * model.certainty, name: 'promised: ' + ofHundred(model.certainty) + ' %' }}
        .least=${least}
        .most=${100}
        .label=${'Part of the values within their interval'}
        .chosen=${byAhead.places.indexOf(ahead)}
      ></polder-score-chart>
    </div>`;
  }

  /** All of it for who wants to compute with it. */
  #numbers(model) {
    return html`<details class="fold">
      <summary>All numbers</summary>
      <div class="table-frame" tabindex="0" role="region" aria-label="All numbers">
        <table class="data">
          <thead>
            <tr>
              ${['ahead', 'forecaster', 'checked', 'MAE', 'RMSE', 'bias', 'coverage', 'width'].map((title, k) => html`<th scope="col" class=${k > 1 ? 'right' : ''}>${title}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${model.byAhead.map(
              (score) =>
                html`<tr>
                  <td>${aheadWords(score.ahead, true)}</td>
                  <td>${score.forecaster}</td>
                  <td class="right">${count(score.n)}</td>
                  ${[score.mae, score.rmse].map((value) => html`<td class="right">${off(value)}</td>`)}
                  <td class="right">${signed(score.bias)}</td>
                  <td class="right">${typeof score.coverage === 'number' ? ofHundred(score.coverage) + ' %' : '–'}</td>
                  <td class="right">${off(score.width)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <p class="quiet">
        MAE is the mean distance between forecast and observation, RMSE its root mean square, bias the mean difference, coverage the part
        within the interval, width how wide it is. The same by SQL:
        <a
          class="quiet-link"
          href=${writeRoute({ page: 'sql', name: '', query: { q: 'SELECT * FROM `scoreboard_' + model.name + '` ORDER BY day DESC, ahead, mae' } })}
          >scoreboard_${model.name}</a
        >.
      </p>
    </details>`;
  }

  // ---- day by day

  #dayByDay(model) {
    const byDay = alongside(model.byDay, (score) => score.day, (one, other) => (one < other ? -1 : 1));
    if (byDay.places.length === 0) {
      return nothing;
    }
    const winner = (day) => model.byDay.find((score) => score.day === day && score.won)?.forecaster;
    const wins = byDay.places.map(winner);
    const own = wins.filter((name) => name === model.algorithm).length;
    const at = (day) => Date.parse(day + 'T12:00:00Z');
    return this.#section(
      'Day by day',
      html`<p class="how">
          ${model.champion ? `Who was least off on each day: ${called(model.algorithm)} on ${own} of ${wins.length}.` : 'Who was least off on each day.'} A line that rises from day to day means that
          what was learned grows old.
        </p>
        <div data-test="by-day">
          <polder-score-chart
            .places=${byDay.places.map((day) => this.calendar.shortDay(at(day)).replace(/ \d{4}$/, ''))}
            .series=${byDay.series.map(({ name, mae }) => ({ name, values: mae }))}
            .write=${off}
            .label=${'How far off, by day'}
          ></polder-score-chart>
          <ol class="wins">
            ${byDay.places.map(
              (day, k) =>
                html`<li data-forecaster=${wins[k] ?? nothing} data-own=${wins[k] === model.algorithm ? '' : nothing}>
                  <span class="quiet">${this.calendar.weekday(at(day)).slice(0, 3)} ${day.slice(8)}</span>
                  <span>${wins[k] ? html`${sampleOf(wins[k])}${called(wins[k])}` : '–'}</span>
                </li>`,
            )}
          </ol>
        </div>`,
    );
  }

  // ---- what it looks at

  #features(model, ahead) {
    return this.#section('What it looks at', html`<polder-features .model=${model} .ahead=${ahead}></polder-features>`);
  }

  // ---- where it comes from

  #who(model) {
    const { champion, challenger } = model;
    const moment = (text) => (text ? this.calendar.shortDay(Date.parse(text)) + ', ' + this.calendar.time(Date.parse(text)) : '–');
    const card = (title, one, note) =>
      html`<div>
        <h3>${title}</h3>
        ${
          one
            ? html`<dl class="profile-facts">
                <div><dt>Learned from</dt><dd>${this.calendar.shortDay(Date.parse(one.trainedFrom))} to ${this.calendar.shortDay(Date.parse(one.trainedTo))}</dd></div>
                <div><dt>Version</dt><dd>${moment(one.version)}</dd></div>
                <div><dt>Since</dt><dd>${moment(one.since)}</dd></div>
                ${one.until ? html`<div><dt>Its trial ends</dt><dd>${moment(one.until)}</dd></div>` : nothing}
                ${Object.entries(one.scores ?? {}).map(([name, value]) => html`<div><dt>${name} at its trial</dt><dd>${off(value)} ${model.unit}</dd></div>`)}
              </dl>`
            : html`<p class="empty-note">${note}</p>`
        }
      </div>`;
    return this.#section(
      'Champion and challenger',
      html`<p class="how">
          The champion forecasts. A newly learned model is its challenger: both forecast the same, and the challenger takes over only if it
          was less off.
        </p>
        <div class="score-grid">
          ${card('Champion', champion, 'None yet: ' + (model.servedBy ? called(model.servedBy) + ' stands in.' : 'nothing is learned.'))}
          ${card('Challenger', challenger, 'None on trial. The next is trained ' + nextOf(model, this.#now, this.calendar) + '.')}
        </div>`,
    );
  }

  #events(model) {
    return this.#section(
      'What happened',
      model.events.length
        ? html`<ol class="model-events" data-test="model-events">
            ${model.events.map(
              ({ at, what }) =>
                html`<li>
                  <time class="quiet" datetime=${at}>${this.calendar.shortDay(Date.parse(at))} ${this.calendar.time(Date.parse(at))}</time
                  ><span>${what}</span>
                </li>`,
            )}
          </ol>`
        : html`<p class="empty-note">Nothing yet.</p>`,
    );
  }

  #provenance(model) {
    return html`<details class="fold" data-test="model-provenance">
      <summary>Where it comes from</summary>
      ${
        model.provenance
          ? html`<p class="quiet">Training again with exactly this gives the same model.</p>
              <pre tabindex="0" aria-label="Provenance">${JSON.stringify(model.provenance, null, 2)}</pre>`
          : html`<p class="empty-note">There is no champion yet, so there is nothing to tell.</p>`
      }
    </details>`;
  }

  #section(title, content) {
    return html`<section class="model-section" aria-label=${title}>
      <header class="section-head"><h2>${title}</h2></header>
      ${content}
    </section>`;
  }

  #go(query) {
    tell(this, 'polder-route', { query, isStep: query.point !== undefined });
  }

  async #read() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    try {
      const model = await api.model(this.route.name, this.#days, signal);
      const isNew = model.lastMadeAt && model.lastMadeAt !== this.forecast?.madeAt;
      const forecast = isNew ? await api.forecast(this.route.name, signal) : this.forecast;
      if (this.model?.name !== model.name) {
        this.first = undefined;
      }
      this.model = model;
      this.forecast = forecast;
      this.trouble = '';
      this.isMissing = false;
    } catch (failure) {
      if (failure.name === 'AbortError') {
        return;
      }
      this.isMissing = failure.status === 404;
      this.trouble = this.isMissing ? '' : failure.message;
    }
    if (this.isConnected) {
      this.timer = setTimeout(() => this.#read(), typeof this.model?.progress === 'number' ? SOON : EVERY);
    }
  }
}

const loading = () =>
  html`<div class="profile-loading" aria-busy="true" aria-label="Loading">
    ${[1, 2, 3, 4].map(() => html`<span class="skeleton-block" aria-hidden="true"></span>`)}
  </div>`;

customElements.define('polder-model-page', PolderModelPage);
