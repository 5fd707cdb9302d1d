import { html, nothing, svg } from 'lit';
import * as api from '../client/api.js';
import { age, count, shortCount } from '../model/format.js';
import {
  MEASURES,
  WAYS,
  chartsOf,
  dependency,
  determinantOf,
  enforced,
  isAboutArrivals,
  isEnforceable,
  levelOf,
  matrixOf,
  number,
  offered,
  percent,
  rough,
  seriesOf,
  wanted,
  watchable,
  waysOf,
} from '../model/profile.js';
import { writeRoute } from '../model/route.js';
import { PolderElement, Ticking, tell } from './element.js';
import { icon } from './icons.js';
import './polder-profile-changes.js';
import './polder-profile-chart.js';
import './polder-profile-outliers.js';

/** How often it is asked for again, in milliseconds; a new table's first profile is waited for more closely. */
const EVERY = 10_000;
const SOON = 2_000;
const ALERTS = 8;
const RULES = 12;
const SECTIONS = [
  ['alerts', 'Alerts'],
  ['columns', 'Columns'],
  ['time', 'Over time'],
  ['changes', 'Changes'],
  ['together', 'Together'],
  ['rules', 'Rules'],
];

/** What is in one table. Properties: `mart`, `route` (its name is the table's), `calendar`. */
class PolderProfilePage extends PolderElement {
  static properties = {
    mart: { attribute: false },
    route: { attribute: false },
    calendar: { attribute: false },
    made: { state: true },
    history: { state: true },
    rules: { state: true },
    warning: { state: true },
    marks: { state: true },
    watched: { state: true },
    trouble: { state: true },
    pair: { state: true },
    ways: { state: true },
    busy: { state: true },
    words: { state: true },
  };

  constructor() {
    super();
    this.rules = [];
    this.warning = '';
    this.marks = [];
    this.watched = [];
    this.pair = [];
    this.ways = {};
    this.words = '';
    new Ticking(this);
  }

  connectedCallback() {
    super.connectedCallback();
    this.#read();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  willUpdate(changed) {
    if (changed.has('route') && changed.get('route') && changed.get('route').name !== this.route.name) {
      clearTimeout(this.timer);
      this.made = undefined;
      this.history = undefined;
      this.pair = [];
      this.#read();
    }
  }

  render() {
    const { made, route, mart } = this;
    const profile = made?.profile;
    return html`<div class="page profile-page">
      <header class="page-head">
        <a class="plain-button" href="#/tables" aria-label="All tables" title="All tables">${icon('back')}</a>
        <h1>${route.name}</h1>
        ${mart.simulated ? html`<strong class="provenance" data-test="simulated">Simulated</strong>` : nothing}
        <span class="profile-age quiet" data-test="profile-age"
          >${made?.asOf ? html`looked at ${age(Date.now() - Date.parse(made.asOf))} ago` : nothing}</span
        >
      </header>
      ${this.trouble ? html`<p class="bad" role="alert">${this.trouble}</p>` : nothing}
      ${profile ? this.#profile(made, profile) : made ? this.#first(made) : this.trouble ? nothing : this.#loading()}
    </div>`;
  }

  #loading() {
    return html`<div class="profile-loading" aria-busy="true" aria-label="Loading">
      ${[1, 2, 3, 4, 5].map(() => html`<span class="skeleton-block" aria-hidden="true"></span>`)}
    </div>`;
  }

  #first(made) {
    return html`<div class="empty" data-test="profile-waits">
      <h2>Nothing to look at yet</h2>
      <p>Table “${made.table}” ${made.state}. Its profile is here within ten seconds of these.</p>
      <p class="quiet">See <a href="#/feeds">Feeds</a> for what comes in. This page goes on by itself.</p>
    </div>`;
  }

  #profile(made, profile) {
    const cells = profile.rows * profile.columns.length;
    const missing = profile.columns.reduce((sum, column) => sum + column.missing, 0);
    const big = (name, value, title) =>
      html`<div title=${title ?? nothing}>
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>`;
    return html`
      <dl class="profile-big" data-test="profile-overview">
        ${big('rows', count(profile.rows))} ${big('columns', count(profile.columns.length))}
        ${big('missing', percent(cells ? missing / cells : 0))} ${big('alerts', count(profile.alerts.length))}
        ${big('rules on', count(this.rules.filter(({ isOn }) => isOn).length + this.watched.length))}
        ${made.unit ? big(made.slices === 1 ? made.unit : made.unit + 's', count(made.slices), 'slices of its time that the profile is made of') : nothing}
      </dl>
      <p class="quiet profile-state" data-test="profile-state">
        <span class="dot" data-good=${made.waiting <= 1} aria-hidden="true"></span>
        ${made.unit ? html`Put together of its ${made.unit}s; ${made.state}.` : html`Its key has no time, so it is looked at as a whole.`}
        ${profile.sample ? html`What goes together is from a sample of ${count(profile.sample)} rows.` : html`What goes together is not looked at yet.`}
      </p>
      <nav class="profile-nav" aria-label="Parts of the profile">
        ${SECTIONS.map(([id, title]) => html`<button type="button" class="link-button" @click=${() => this.#show(id)}>${title}</button>`)}
      </nav>
      ${this.#section('alerts', 'Alerts', this.#alerts(made, profile))}
      ${this.#section('columns', 'Columns', this.#columns(made, profile))}
      ${this.#section('time', 'Over time', this.#overTime(made, profile))}
      ${this.#section('changes', 'What has changed', this.#changes(made))}
      ${this.#section('together', 'What goes together', this.#together(profile))}
      ${this.#section('rules', 'Rules', this.#rulesOf(profile))}
      ${this.#sketches(made, profile)}
    `;
  }

  #section(id, title, content) {
    return html`<section class="profile-section" id=${'profile-' + id} aria-label=${title}>
      <header class="section-head"><h2>${title}</h2></header>
      ${content}
    </section>`;
  }

  #show(id) {
    const smooth = !matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.querySelector('#profile-' + id)?.scrollIntoView({ behavior: smooth ? 'smooth' : 'auto' });
  }

  // ---- alerts

  #alerts(made, profile) {
    const unusual = made.unusual.slice(0, 5);
    if (profile.alerts.length === 0 && unusual.length === 0) {
      return html`<p class="empty-note">Nothing that somebody should look at.</p>`;
    }
    const rest = profile.alerts.slice(ALERTS);
    return html`<ul class="profile-alerts" data-test="profile-alerts">
        ${unusual.map((each) => this.#unusual(each))} ${profile.alerts.slice(0, ALERTS).map((alert) => this.#alert(alert))}
      </ul>
      ${
        rest.length
          ? html`<details>
              <summary>${rest.length} lighter ${rest.length === 1 ? 'one' : 'ones'}</summary>
              <ul class="profile-alerts">
                ${rest.map((alert) => this.#alert(alert))}
              </ul>
            </details>`
          : nothing
      }`;
  }

  #alert(alert) {
    return html`<li data-level=${levelOf(alert)}>
      <b>${alert.kind}</b>
      <span
        >${alert.column ? html`<button type="button" class="link-button" @click=${() => this.#open(alert.column)}>${alert.column}</button>` : 'the whole'}</span
      >
      <span>${alert.what} <span class="quiet">${alert.advice}</span></span>
    </li>`;
  }

  #unusual({ from, column, statistic, value, usual, z, others, compared }) {
    const at = Date.parse(from);
    const write = statistic === 'missing' ? percent : number;
    return html`<li data-level=${Math.abs(z) > 12 ? 'high' : 'middle'}>
      <b>unlike other days</b>
      <span>${column ? html`<button type="button" class="link-button" @click=${() => this.#open(column)}>${column}</button>` : 'rows'}</span>
      <span
        >${statistic} ${write(value)} on ${this.calendar.shortDay(at)} at ${this.calendar.time(at)}; usually ${write(usual)}
        <span class="quiet">(${others} slices at ${compared}).</span></span
      >
    </li>`;
  }

  async #open(name) {
    this.words = '';
    await this.updateComplete;
    const row = [...this.querySelectorAll('.profile-column')].find((each) => each.dataset.column === name);
    if (row) {
      row.open = true;
      row.scrollIntoView({ block: 'start' });
      row.querySelector('summary').focus({ preventScroll: true });
    }
  }

  // ---- columns

  #columns(made, profile) {
    const words = this.words.trim().toLowerCase();
    const shown = profile.columns.filter((column) =>
      `${column.name} ${column.type} ${column.semantic?.title ?? ''}`.toLowerCase().includes(words),
    );
    return html`
      ${
        profile.columns.length > 12
          ? html`<input
              class="profile-find"
              type="search"
              placeholder="Find a column, type or meaning"
              aria-label="Find a column"
              .value=${this.words}
              @input=${(event) => (this.words = event.target.value)}
            />`
          : nothing
      }
      <div class="profile-columns-head quiet" aria-hidden="true">
        <span>column</span><span>filled</span><span class="right">different</span><span>distribution</span><span>values</span>
      </div>
      ${shown.map((column) => this.#column(made, profile, column))}
      ${shown.length === 0 ? html`<p class="empty-note">No column is like that.</p>` : nothing}
    `;
  }

  #column(made, profile, column) {
    return html`<details
      class="profile-column"
      data-column=${column.name}
      data-test="profile-column"
      @toggle=${(event) => {
        event.target.wasOpen = event.target.open;
        this.requestUpdate();
      }}
    >
      <summary>
        <span class="profile-name"
          ><span class="profile-name-text">${column.name}</span>
          <span class="tag">${column.semantic?.title ?? column.type}</span>${column.isPersonal ? html`<span class="tag bad">personal</span>` : nothing}</span
        >
        <span class="profile-filled" title="${percent(column.density)} of the rows have a value"
          ><span class="meter"><span style="width:${column.density * 100}%"></span></span
          ><span class="number">${percent(column.density)}</span></span
        >
        <span class="right number">${column.distinctError ? '~' : ''}${rough(profile, column, column.distinct, shortCount)}</span>
        <span>${distribution(column)}</span>
        <span class="profile-values">${valuesOf(column)}</span>
      </summary>
      ${this.#isOpen(column.name) ? this.#details(made, profile, column) : nothing}
    </details>`;
  }

  #isOpen(name) {
    return [...this.querySelectorAll('.profile-column')].some((each) => each.dataset.column === name && each.open);
  }

  #details(made, profile, column) {
    const sketch = (word) => made.sketches.find((each) => each.column === column.name && each.numbers.includes(word));
    const distinct = sketch('distinct');
    const quantiles = sketch('quantiles');
    const top = sketch('top');
    const by = column.missingBy;
    const { numbers, text, time } = column;
    const quantile = (at) => number(numbers.quantiles.find((each) => each.at === at)?.value);
    return html`<div class="profile-details">
      <dl class="profile-facts">
        ${fact('Values', count(column.count))} ${fact('Missing', rough(profile, column, column.missing) + (column.missing ? ' · ' + percent(column.missing / profile.rows) : ''))}
        ${by.empty ? fact('… empty texts', count(by.empty)) : nothing} ${by.blank ? fact('… blanks only', count(by.blank)) : nothing}
        ${fact('Different', rough(profile, column, column.distinct) + (distinct ? ' ± ' + percent(distinct.error) : ''))}
        ${fact('Once only', rough(profile, column, column.unique) + (distinct ? ' ± ' + percent(distinct.error) : ''))} ${fact('Stored as', column.storedAs)}
        ${column.semantic ? fact('Meaning', column.semantic.title) : nothing}
        ${column.semantic ? html`<div class="facts-note quiet">${column.semantic.evidence}</div>` : nothing}
      </dl>
      ${
        numbers
          ? html`<dl class="profile-facts">
                ${fact('Mean', number(numbers.mean))} ${fact('Deviation', number(numbers.deviation))} ${fact('Least', number(numbers.min))}
                ${fact('5 % · 25 %', quantile(0.05) + ' · ' + quantile(0.25))} ${fact('Median', quantile(0.5))}
                ${fact('75 % · 95 %', quantile(0.75) + ' · ' + quantile(0.95))} ${fact('Greatest', number(numbers.max))}
                ${fact('IQR · MAD', number(numbers.iqr) + ' · ' + number(numbers.mad))}
                ${fact('Skewness · kurtosis', number(numbers.skewness) + ' · ' + number(numbers.kurtosis))}
                ${fact('Zeros · negatives', count(numbers.zeros) + ' · ' + count(numbers.negatives))} ${fact('Sum', number(numbers.sum))}
                ${quantiles ? html`<div class="facts-note quiet">quantiles: ranks within ${percent(quantiles.error)}</div>` : nothing}
              </dl>
              <div>
                ${histogram(numbers.histogram)}
                <dl class="profile-facts">
                  ${fact('Beyond 1.5 IQR', count(numbers.outliers.iqr))} ${fact('Beyond 3 deviations', count(numbers.outliers.z))}
                  ${fact('Modified z above 3.5', count(numbers.outliers.modifiedZ))}
                </dl>
              </div>
              <polder-profile-outliers .table=${this.route.name} .column=${column.name} .calendar=${this.calendar}></polder-profile-outliers>`
          : nothing
      }
      ${
        time
          ? html`<dl class="profile-facts">
                ${fact('First', time.min)} ${fact('Last', time.max)} ${fact('Whole in', time.granularity + 's')}
                ${time.zones.length ? fact('Time zone', time.zones.join(', ')) : nothing}
                ${time.step ? fact('Usual step', age(time.step * 1000)) : nothing}
                ${time.step ? fact('Gaps', count(time.gaps)) : nothing}
              </dl>
              <div>
                <h3>Weekdays, from Monday</h3>
                ${histogram(time.weekdays.map((each, day) => ({ label: DAYS[day], count: each })))}
                ${time.hours.length ? html`<h3>Hours, by the clock of the mart</h3>` : nothing}
                ${time.hours.length ? histogram(time.hours.map((each, hour) => ({ label: hour + ' h', count: each }))) : nothing}
              </div>`
          : nothing
      }
      ${
        text
          ? html`<div>
              <dl class="profile-facts">
                ${
                  column.isPersonal
                    ? nothing
                    : html`${fact('Length', (text.minLength === undefined ? '' : count(text.minLength) + ' to ' + count(text.maxLength) + ', ') + 'mean ' + number(text.meanLength))}
                      ${text.min == null ? nothing : fact('First · last', text.min + ' · ' + text.max)}`
                }
                ${text.padded ? fact('Blank at an end', count(text.padded)) : nothing} ${fact('In capitals · small', count(text.upper) + ' · ' + count(text.lower))}
              </dl>
              ${
                text.patterns.length
                  ? html`<h3>Patterns${text.patternsAreLoose ? ', runs shortened' : ''}</h3>
                      ${bars(text.patterns.map(({ pattern, count: rows }) => ({ value: pattern, count: rows })), column.count, 6, true)}`
                  : nothing
              }
            </div>`
          : nothing
      }
      ${
        column.top.length && !time
          ? html`<div>
              <h3>Most frequent${top ? ' (at most ' + count(top.error) + ' rows more each)' : ''}</h3>
              ${bars(column.top, column.count, 8)}
            </div>`
          : nothing
      }
      ${this.#charts(made, column.name)}
    </div>`;
  }

  #charts(made, column) {
    const charts = this.history ? chartsOf(this.history, column) : [];
    if (charts.length === 0 || this.history.slices.length < 2) {
      return nothing;
    }
    return html`<div class="profile-charts">
      ${charts.map(
        ({ name, title, series }) =>
          html`<polder-profile-chart
            .label=${title}
            .series=${series}
            .isPart=${name === 'missing'}
            .calendar=${this.calendar}
            .unusual=${this.#strange(made, column, name)}
          ></polder-profile-chart>`,
      )}
    </div>`;
  }

  #strange(made, column, statistic) {
    return made.unusual
      .filter((each) => (each.column ?? null) === column && each.statistic === statistic)
      .map(({ from }) => Date.parse(from));
  }

  // ---- over time

  #overTime(made, profile) {
    const { history } = this;
    if (!made.unit) {
      return html`<p class="empty-note">Its key has no time: there is no history by time.</p>`;
    }
    if (!history || history.slices.length < 2) {
      return html`<p class="empty-note">The charts begin with the second ${made.unit} of the table.</p>`;
    }
    const numeric = profile.columns.filter(({ numbers }) => numbers).slice(0, 6);
    const lacking = profile.columns.filter(({ missing }) => missing > 0).slice(0, 3);
    const chart = (label, series, isPart, column, statistic) =>
      html`<polder-profile-chart
        .label=${label}
        .series=${series}
        .isPart=${isPart}
        .calendar=${this.calendar}
        .unusual=${this.#strange(made, column, statistic)}
      ></polder-profile-chart>`;
    return html`<p class="quiet">
        By ${made.unit}${history.slices.length < made.slices ? ', the newest ' + history.slices.length : ''}. What is far from others of the same hour and kind of day is marked,
        when there are at least seven of these.
      </p>
      <div class="profile-charts" data-test="profile-history">
        ${chart('Rows', seriesOf(history, '', 'rows'), false, null, 'rows')}
        ${lacking.map(({ name }) => chart(name + ', missing', seriesOf(history, name, 'missing'), true, name, 'missing'))}
        ${numeric.map(({ name }) => chart(name + ', mean', seriesOf(history, name, 'mean'), false, name, 'mean'))}
      </div>`;
  }

  // ---- changes

  #changes(made) {
    const newest = this.history?.slices.at(-1);
    return made.unit && newest
      ? html`<polder-profile-changes
          .table=${this.route.name}
          .unit=${made.unit}
          .newest=${Date.parse(newest.from)}
          .calendar=${this.calendar}
        ></polder-profile-changes>`
      : html`<p class="empty-note">Its key has no time: there are no ranges to compare.</p>`;
  }

  // ---- together

  #together(profile) {
    if (!profile.sample) {
      return html`<p class="empty-note">A sample of the rows is taken when the mart has time for it.</p>`;
    }
    const { names, of } = matrixOf(profile);
    const [one = profile.columns[0].name, other = profile.columns[1]?.name ?? ''] = this.pair;
    const choose = (value, place) =>
      html`<select
        aria-label=${place === 0 ? 'first column' : 'second column'}
        .value=${value}
        @change=${(event) => {
          const pair = [one, other];
          pair[place] = event.target.value;
          this.pair = pair;
        }}
      >
        ${profile.columns.map(({ name }) => html`<option ?selected=${name === value}>${name}</option>`)}
      </select>`;
    return html`
      <div class="profile-pair">
        <span>Does one depend on the other?</span> ${choose(one, 0)} ${choose(other, 1)}
        <button type="button" class="button" data-test="pair" @click=${() => (this.pair = [one, other])}>Ask</button>
      </div>
      <p class="profile-answer" aria-live="polite" data-test="pair-answer">
        ${this.pair.length ? dependency(profile, one, other).join(' ') : names.length ? 'Choose two columns, or a cell below.' : 'No two columns go together.'}
      </p>
      ${
        names.length
          ? html`<div class="profile-scroll">
              <div class="profile-matrix" style="grid-template-columns:auto repeat(${names.length}, 26px)">
                <span></span>${names.map((name) => html`<span class="up" title=${name}><span>${shortName(name)}</span></span>`)}
                ${names.map(
                  (row) =>
                    html`<span class="name" title=${row}>${row}</span>${names.map((column) => {
                        const found = of(row, column);
                        const value = row === column ? 1 : (found?.value ?? 0);
                        const label =
                          row === column ? row : found ? `${row}, ${column}: ${MEASURES[found.measure]} ${value.toFixed(2)}` : `${row}, ${column}: below 0.1`;
                        return html`<button
                          type="button"
                          class="cell"
                          data-sign=${row === column ? 'self' : value < 0 ? 'against' : 'with'}
                          style="--strength:${Math.round(Math.abs(value) * 100)}%"
                          title=${label}
                          aria-label=${label}
                          @click=${() => (this.pair = [row, column])}
                        ></button>`;
                      })}`,
                )}
              </div>
            </div>`
          : nothing
      }
      ${
        profile.functionalDependencies.minimal.length
          ? html`<details>
              <summary>
                ${count(profile.functionalDependencies.count)} dependencies in ${count(profile.functionalDependencies.rows)} rows of the sample
              </summary>
              <ul class="profile-list">
                ${profile.functionalDependencies.minimal
                  .slice(0, 60)
                  .map(({ lhs, rhs }) => html`<li>${lhs.join(', ') || '(always the same)'} → ${rhs}</li>`)}
              </ul>
            </details>`
          : nothing
      }
    `;
  }

  // ---- rules

  #rulesOf(profile) {
    const key = this.key ?? [];
    const on = this.rules.filter(({ isOn }) => isOn);
    const suggested = offered(profile.rules, key).filter((each) => !enforced(this.rules, each));
    const first = suggested.slice(0, RULES);
    const rest = suggested.slice(RULES);
    const others = profile.rules
      .filter((each) => !isEnforceable(each))
      .sort((one, other) => isAboutArrivals(other) - isAboutArrivals(one));
    return html`
      <h3>In force</h3>
      ${this.warning ? html`<p class="bad" role="alert" data-test="rules-warning">${this.warning}</p>` : nothing}
      ${
        on.length === 0 && this.watched.length === 0
          ? html`<p class="empty-note">None yet. A rule that is switched on here holds for all that comes from then on.</p>`
          : html`<ul class="profile-rules" data-test="rules-on">
              ${on.map(
                (rule) => html`<li>
                  <span class="rule-what"><b>${rule.name}</b> <code title=${rule.check}>${rule.check.length > 160 ? rule.check.slice(0, 160) + '…' : rule.check}</code></span>
                  <span>${WAYS[rule.onViolation]}</span>
                  <span class="right number" title="violations in the last hour, and in all">${count(rule.lastHour)} <span class="quiet">of ${count(rule.violations)}</span></span>
                  ${
                    rule.isSwitched
                      ? html`<button type="button" class="button" ?disabled=${this.busy} @click=${() => this.#off(rule)}>Switch off</button>`
                      : html`<span class="quiet">in polder.yaml</span>`
                  }
                </li>`,
              )}
              ${this.watched.map((rule) => this.#watchedRule(rule))}
            </ul>`
      }
      ${this.#marks()}
      <h3>Suggested</h3>
      <p class="quiet">
        Certain: at least this part of further rows keeps the rule, with 95 % certainty, if these are like the rows so far.
      </p>
      ${
        suggested.length === 0
          ? html`<p class="empty-note">None that a single row can break.</p>`
          : html`<ul class="profile-rules" data-test="rules-suggested">
              ${first.map((rule) => this.#suggestion(rule, key))}
            </ul>`
      }
      ${
        rest.length
          ? html`<details>
              <summary>${rest.length} more</summary>
              <ul class="profile-rules">
                ${rest.map((rule) => this.#suggestion(rule, key))}
              </ul>
            </details>`
          : nothing
      }
      ${
        others.length
          ? html`<details>
              <summary>${others.length} that no single row can break</summary>
              <ul class="profile-list">
                ${others.map(
                  (rule) =>
                    html`<li>
                      ${isAboutArrivals(rule) ? html`<b>${rule.kind}</b> of <code>${rule.column}</code>` : nothing}
                      <code>${rule.check}</code> <span class="quiet">${percent(rule.confidence)} ${rule.caution ?? ''}</span>
                      ${
                        watchable(rule) && !this.watched.some(({ rule: title }) => title === rule.check)
                          ? html`<button type="button" class="link-button" data-test="watch" ?disabled=${this.busy} @click=${() => this.#watch(rule)}>Watch</button>`
                          : nothing
                      }
                    </li>`,
                )}
              </ul>
            </details>`
          : nothing
      }
    `;
  }

  #watchedRule({ name, rule, violations, examples, problem }) {
    return html`<li data-test="watched">
      <span class="rule-what"
        ><b>${name}</b> <code>${rule}</code> ${examples.length ? html`<span class="quiet">broken by ${examples.join('; ')}${violations > examples.length ? ' …' : ''}</span>` : nothing}${
          problem ? html`<span class="bad">${problem}</span>` : nothing
        }</span
      >
      <span>counted in the table</span>
      <span class="right number" title="rows, or hours, that break it now">${violations === undefined ? '…' : count(violations)} <span class="quiet">now</span></span>
      <button type="button" class="button" ?disabled=${this.busy} @click=${() => this.#off({ name })}>Watch no more</button>
    </li>`;
  }

  async #watch(rule) {
    await this.#switch(() => api.enforceRule(this.route.name, watchable(rule)), 'The rule is counted whenever the table has changed.');
  }

  #suggestion(rule, key) {
    const id = rule.column + '\n' + rule.check + '\n' + (rule.fix ?? '');
    const ways = waysOf(rule, key);
    const way = this.ways[id] ?? ways[0];
    return html`<li>
      <span class="rule-what"
        ><b>${rule.column} <span class="quiet">${determinantOf(rule) === undefined ? rule.kind : 'follows from ' + determinantOf(rule)}</span></b> <code>${rule.check.length > 160 ? rule.check.slice(0, 160) + '…' : rule.check}</code>${rule.caution ? html`<span class="quiet"> ${rule.caution}</span>` : nothing}</span
      >
      <span class="right number" title="certain">${percent(rule.confidence)}${rule.violations ? html` <span class="quiet">${count(rule.violations)} break it</span>` : nothing}</span>
      <select
        aria-label="what happens to what breaks it"
        .value=${way}
        @change=${(event) => (this.ways = { ...this.ways, [id]: event.target.value })}
      >
        ${ways.map((each) => html`<option value=${each} ?selected=${each === way}>${WAYS[each]}</option>`)}
      </select>
      <button type="button" class="button strong" data-test="rule-on" ?disabled=${this.busy} @click=${() => this.#on(rule, way)}>Switch on</button>
    </li>`;
  }

  #marks() {
    const { marks } = this;
    if (marks.length === 0) {
      return nothing;
    }
    return html`<details>
      <summary>The last ${marks.length} rows that were fixed or marked</summary>
      <ul class="profile-list" data-test="marks">
        ${marks.map(
          ({ rule, key, was, became, isFixed, accepted }) =>
            html`<li>
              <b>${rule}</b> ${key === undefined ? html`<span class="quiet">a row that is not shown: the table has personal columns</span>` : html`<span>${key}</span> <code>${was}</code>${isFixed ? html` → <code>${became}</code>` : nothing}`}
              <span class="quiet">${this.calendar.moment(Date.parse(accepted), Date.now())}</span>
            </li>`,
        )}
      </ul>
    </details>`;
  }

  async #on(rule, way) {
    await this.#switch(() => api.enforceRule(this.route.name, wanted(rule, way)), 'The rule holds for all that comes from now on.');
  }

  async #off(rule) {
    await this.#switch(() => api.releaseRule(this.route.name, rule.name), 'Rule “' + rule.name + '” is off' + (rule.check ? '; rows before stay as they are.' : '.'));
  }

  async #switch(ask, said) {
    this.busy = true;
    try {
      this.#take(await ask());
      tell(this, 'polder-notice', { text: said });
    } catch (failure) {
      tell(this, 'polder-notice', { text: failure.message });
    }
    this.busy = false;
  }

  #take({ rules, watched, marks, warning }) {
    this.warning = warning ?? '';
    this.rules = rules;
    this.watched = watched;
    this.marks = marks;
  }

  // ---- exact or not

  #sketches(made, profile) {
    const { columns, k } = profile.privacy;
    return html`<footer class="profile-foot quiet">
      <p data-test="exactness">
        ${
          made.sketches.length === 0
            ? 'Every number is exact, but for what goes together, which is from a sample.'
            : html`Exact, but for what goes together, and of ${[...new Set(made.sketches.map(({ column }) => column))].join(', ')}: the number of different values
              (within ${percent(Math.max(...made.sketches.filter(({ numbers }) => numbers.includes('distinct')).map(({ error }) => error), 0))}), the counts of the most frequent
              ones, and quantiles where they say so.`
        }
      </p>
      ${
        columns.length
          ? html`<p data-test="privacy">
              Of ${columns.join(', ')} nothing is shown that fewer than ${k} rows have, no row and no extreme; counts are rounded down to multiples of ${k}.
            </p>`
          : nothing
      }
      <p>
        <a href=${writeRoute({ page: 'sql', name: '', query: { q: 'SELECT * FROM `' + this.route.name + '` LIMIT 100' } })}>Look inside</a>
        · <a href=${'api/tables/' + encodeURIComponent(this.route.name) + '/profile'}>All numbers as JSON</a>
      </p>
    </footer>`;
  }

  async #read() {
    const name = this.route.name;
    let made;
    try {
      const [profile, history, rules, tables] = await Promise.all([
        api.profile(name),
        api.history(name),
        api.rules(name),
        this.key ? null : api.tables(),
      ]);
      if (name !== this.route.name) {
        return;
      }
      made = profile;
      this.key ??= tables.tables.find((table) => table.name === name)?.key ?? [];
      this.made = profile;
      this.history = history;
      this.#take(rules);
      this.trouble = '';
    } catch (failure) {
      this.trouble = failure.message;
    }
    if (this.isConnected && name === this.route.name) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.#read(), made?.profile ? EVERY : SOON);
    }
  }
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** Of names that begin alike, the ends tell them apart. */
const shortName = (name) => (name.length > 14 ? name.slice(0, 3) + '…' + name.slice(-10) : name);

const fact = (name, value) =>
  html`<div>
    <dt>${name}</dt>
    <dd title=${value}>${value}</dd>
  </div>`;

/** The shape of a column's values in a line. */
function distribution(column) {
  const bins = column.numbers
    ? column.numbers.histogram.map(({ count: rows }) => rows)
    : column.time
      ? (column.time.hours.length ? column.time.hours : column.time.weekdays)
      : column.top.slice(0, 12).map(({ count: rows }) => rows);
  if (bins.length === 0) {
    return nothing;
  }
  const most = Math.max(1, ...bins);
  const width = 96 / bins.length;
  return html`<svg class="profile-spark" viewBox="0 0 96 20" preserveAspectRatio="none" aria-hidden="true">
    ${bins.map((rows, at) => {
      const height = rows === 0 ? 0 : Math.max(1, (rows / most) * 20);
      return svg`<rect x=${at * width} y=${20 - height} width=${Math.max(0.5, width - (width > 3 ? 1 : 0.2))} height=${height} />`;
    })}
  </svg>`;
}

function valuesOf({ numbers, time, text, top, count: all }) {
  if (numbers) {
    const median = numbers.quantiles.find(({ at }) => at === 0.5)?.value;
    return `${number(numbers.min)} … ${number(median)} … ${number(numbers.max)}`;
  }
  if (time) {
    const length = time.granularity === 'day' ? 10 : 16;
    return `${time.min.slice(0, length)} … ${time.max.slice(0, length)}`;
  }
  const isSpread = top.length === 0 || top[0].count * 50 < all;
  if (text && isSpread && text.patterns.length) {
    return `like ${text.patterns[0].pattern} (${percent(text.patterns[0].coverage)})`;
  }
  return top
    .slice(0, 3)
    .map(({ value, count: rows }) => `${value === '' ? '(empty)' : value} ${wholePercent(rows / Math.max(1, all))}`)
    .join(', ');
}

/** None and all are that, and never nearly so. */
function wholePercent(part) {
  const rounded = Math.round(100 * part);
  return part > 0 && rounded === 0 ? '<1 %' : part < 1 && rounded === 100 ? '>99 %' : `${rounded} %`;
}

/** Whether the bins get wider and wider. */
const byPowers = (bins) => bins.length > 4 && bins[3].from - bins[2].from > 1.5 * (bins[2].from - bins[1].from);

function histogram(bins) {
  const most = Math.max(1, ...bins.map((bin) => bin.count));
  const width = 300 / bins.length;
  const label = (bin) => bin.label ?? `${number(bin.from)} to ${number(bin.to)}`;
  const first = bins[0];
  const last = bins[bins.length - 1];
  return html`<svg class="profile-histogram" viewBox="0 0 300 80" preserveAspectRatio="none" role="img" aria-label="Histogram of ${bins.length} bins">
      ${bins.map((bin, at) => {
        const height = bin.count === 0 ? 0 : Math.max(1, (bin.count / most) * 78);
        return svg`<rect x=${at * width} y=${80 - height} width=${Math.max(0.5, width - (width > 4 ? 1 : 0))} height=${height}><title>${label(bin)}: ${count(bin.count)}</title></rect>`;
      })}
    </svg>
    <div class="profile-axis"><span>${first.label ?? number(first.from)}</span>${byPowers(bins) ? html`<span>bars by powers of ten</span>` : nothing}<span>${last.label ?? number(last.to)}</span></div>`;
}

function bars(values, whole, most, isCode = false) {
  const largest = Math.max(1, ...values.map((each) => each.count));
  return html`<div class="profile-bars">
    ${values.slice(0, most).map(
      ({ value, count: rows }) =>
        html`<span class=${isCode ? 'v mono' : 'v'} title=${value}>${value === '' ? '(empty)' : value}</span
          ><span class="b"><span style="width:${(rows / largest) * 100}%"></span></span
          ><span class="n number">${shortCount(rows)} <span class="quiet">${percent(whole ? rows / whole : NaN)}</span></span>`,
    )}
  </div>`;
}

customElements.define('polder-profile-page', PolderProfilePage);
