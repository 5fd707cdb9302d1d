import { html, nothing } from 'lit';
import * as api from '../client/api.js';
import { anything, count, duration } from '../model/format.js';
import { forget, readSaved, save } from '../model/saved.js';
import { kindOf, statementAt, statementsOf } from '../model/sql.js';
import { PolderElement, tell } from './element.js';
import { icon } from './icons.js';
import './polder-sql-chart.js';
import './polder-sql-editor.js';

const LIMIT = 1000;
/** When a query is worth a bar, and how often it is asked how far it is. In milliseconds. */
const PATIENCE = 400;
const ASK_EVERY = 400;

const EXPLAIN = 'EXPLAIN ';

const FILES = [
  { name: 'CSV', type: 'text/csv', end: 'csv' },
  { name: 'NDJSON', type: 'application/x-ndjson', end: 'ndjson' },
  { name: 'Arrow', type: 'application/vnd.apache.arrow.stream', end: 'arrows' },
  { name: 'Parquet', type: 'application/vnd.apache.parquet', end: 'parquet' },
];

/**
 * A question in SQL and its answer. The address keeps the text, whose SQL it is, and how the answer is shown; it is asked
 * again by whoever opens the link. Properties: `mart`, `route`, `calendar`.
 */
class PolderSqlPage extends PolderElement {
  static properties = {
    mart: { attribute: false },
    route: { attribute: false },
    calendar: { attribute: false },
    text: { state: true },
    words: { state: true },
    saved: { state: true },
    options: { state: true },
    answer: { state: true },
    trouble: { state: true },
    wrong: { state: true },
    running: { state: true },
    said: { state: true },
  };

  constructor() {
    super();
    this.text = null;
    this.words = null;
    this.saved = readSaved();
    this.options = {};
    this.wrong = -1;
    this.running = null;
    this.leave = () => this.#leave();
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener('pagehide', this.leave);
    api.words().then(
      (words) => (this.words = words),
      // Without them nothing is completed, and everything else works.
      () => {},
    );
  }

  willUpdate(changed) {
    const asked = this.route.query.q;
    if (this.text === null || (changed.has('route') && asked && asked !== this.asked)) {
      this.text = asked ?? '';
      if (asked && !/^\s*(?:insert|upsert|update|delete)\b/i.test(asked)) {
        // What changes rows is never done by opening a link.
        this.asked = asked;
        this.#ask(asked, 0, false);
      }
    }
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('pagehide', this.leave);
    this.#leave();
  }

  get dialect() {
    return this.route.query.d === 'engine' ? 'engine' : 'impala';
  }

  render() {
    const isRunning = this.running !== null;
    const isEmpty = this.text.trim() === '';
    return html`<div class="page sql-page">
      <header class="page-head">
        <h1>SQL</h1>
        ${(this.answer?.simulated ?? this.mart.simulated) ? html`<strong class="provenance" data-test="simulated">Simulated</strong>` : nothing}
        ${this.#savedMenu()}
      </header>
      <label class="unseen" for="sql-text">Statement</label>
      <polder-sql-editor
        .text=${this.text}
        .words=${this.words}
        .wrong=${this.wrong}
        .says=${'sql-error'}
        @polder-sql-text=${({ detail }) => {
          this.text = detail.text;
          this.wrong = -1;
        }}
        @polder-sql-run=${() => this.#run(false)}
      ></polder-sql-editor>
      <div class="sql-bar">
        ${
          isRunning
            ? html`<button type="button" class="button" data-test="cancel" @click=${this.#cancel}>
                ${icon('stop')} Cancel
              </button>`
            : html`<button type="button" class="button strong" data-test="run" ?disabled=${isEmpty} @click=${() => this.#run(false)}>
                ${icon('play')} Run
              </button>`
        }
        <button
          type="button"
          class="button"
          data-test="explain"
          ?disabled=${isEmpty || isRunning || this.dialect !== 'impala'}
          @click=${() => this.#run(true)}
        >
          Explain
        </button>
        <button type="button" class="button" data-test="save" ?disabled=${isEmpty} @click=${this.#save}>
          ${icon('save')} Save
        </button>
        <button type="button" class="button" data-test="link" ?disabled=${isEmpty} @click=${this.#link}>
          ${icon('link')} Copy link
        </button>
        <label class="sql-dialect"
          >SQL of
          <select data-test="dialect" @change=${({ target }) => this.#write({ d: target.value === 'engine' ? 'engine' : '' })}>
            <option value="impala" ?selected=${this.dialect === 'impala'}>Impala</option>
            <option value="engine" ?selected=${this.dialect === 'engine'}>the engine</option>
          </select></label
        >
        <span class="quiet sql-hint">Ctrl+Enter runs, Ctrl+Space completes</span>
      </div>
      ${this.#set()} ${isRunning ? this.#progress() : nothing}
      ${this.trouble ? html`<pre id="sql-error" class="sql-error" role="alert" data-test="sql-error">${this.trouble}</pre>` : nothing}
      ${this.answer && !this.trouble ? this.#shown() : nothing}
      ${!this.answer && !this.trouble && !isRunning ? this.#beginning() : nothing}
      <p class="unseen" role="status">${this.said ?? ''}</p>
    </div>`;
  }

  #savedMenu() {
    return html`<details class="menu saved" data-test="saved">
      <summary class="button">${icon('save')} Saved queries${this.saved.length > 0 ? ' (' + this.saved.length + ')' : ''}</summary>
      <div class="menu-body">
        ${
          this.saved.length === 0
            ? html`<p class="quiet">None yet. Save keeps a query in this browser; a link takes it to others.</p>`
            : html`<ul>
                ${this.saved.map(
                  (query) =>
                    html`<li>
                      <button type="button" class="link-button" @click=${() => this.#open(query)}>${query.name}</button>
                      <button
                        type="button"
                        class="plain-button"
                        aria-label=${'Forget ' + query.name}
                        title="Forget"
                        @click=${() => (this.saved = forget(query.name) ?? this.saved)}
                      >
                        ${icon('close')}
                      </button>
                    </li>`,
                )}
              </ul>`
        }
      </div>
    </details>`;
  }

  #set() {
    const names = Object.keys(this.options);
    return names.length === 0
      ? nothing
      : html`<p class="sql-options" data-test="options">
          Set: ${names.map((name) => name + ' = ' + this.options[name]).join(', ')}
          <button type="button" class="link-button" @click=${() => (this.options = {})}>Forget</button>
        </p>`;
  }

  #progress() {
    const { progress, state, isSlow, began } = this.running;
    if (!isSlow) {
      return html`<div class="sql-running" aria-busy="true"></div>`;
    }
    const percent = Math.round(100 * progress);
    return html`<div class="sql-running" data-test="progress" aria-busy="true">
      <div
        class="sql-progress"
        role="progressbar"
        aria-label="The query"
        aria-valuemin="0"
        aria-valuemax="100"
        aria-valuenow=${percent}
      >
        <span style=${`width: ${percent}%`}></span>
      </div>
      <span class="number">${state === 'waiting' ? 'waiting for its turn' : percent + ' %'}, ${duration(performance.now() - began)}</span>
    </div>`;
  }

  /** Before anything was asked: what there is to ask. */
  #beginning() {
    const tables = this.words?.tables ?? [];
    return html`<section class="sql-tables" data-test="tables">
      <h2>Tables and views</h2>
      ${
        this.words && tables.length === 0
          ? html`<p class="empty-note">There are none yet: tables are defined in polder.yaml.</p>`
          : html`<ul>
              ${tables.map(
                (table) =>
                  html`<li>
                    <button type="button" class="link-button" @click=${() => this.#look(table)}>${table.name}</button>
                    <span class="quiet"
                      >${table.view ? 'view' : 'table'}, ${count(table.columns.length)} columns:
                      ${table.columns
                        .slice(0, 6)
                        .map(({ name }) => name)
                        .join(', ')}${table.columns.length > 6 ? ' …' : ''}</span
                    >
                  </li>`,
              )}
            </ul>`
      }
    </section>`;
  }

  // ---- answers

  #shown() {
    const { answer } = this;
    if (answer.written !== undefined) {
      return html`<p class="sql-done" role="status" data-test="done">${count(answer.written)} ${answer.written === 1 ? 'row' : 'rows'} written.</p>`;
    }
    if (answer.options) {
      return html`<p class="sql-done" role="status" data-test="done">Done.</p>`;
    }
    if (answer.isPlan) {
      return html`<pre class="plan" tabindex="0" data-test="plan">${answer.rows.map((row) => row.join('  ')).join('\n')}</pre>`;
    }
    const isChart = this.route.query.v === 'chart';
    const show = (view) => () => this.#write({ v: view });
    return html`<div class="answer-head">
        <p class="quiet" role="status" data-test="count">
          ${answer.truncated ? 'The first ' : ''}${count(answer.rows.length)} ${answer.rows.length === 1 ? 'row' : 'rows'},
          ${count(answer.milliseconds)} ms
        </p>
        <div class="switch" role="group" aria-label="How the answer is shown">
          <button type="button" data-test="as-table" aria-pressed=${isChart ? 'false' : 'true'} @click=${show('')}>Table</button>
          <button type="button" data-test="as-chart" aria-pressed=${isChart ? 'true' : 'false'} @click=${show('chart')}>Chart</button>
        </div>
        <details class="menu download" data-test="download">
          <summary class="button">${icon('download')} Download</summary>
          <div class="menu-body">
            <p class="quiet">All rows of the query, as a file:</p>
            <ul>
              ${FILES.map(
                (file) =>
                  html`<li>
                    <button type="button" class="link-button" data-test=${'as-' + file.end} @click=${() => this.#download(file)}>
                      ${file.name}
                    </button>
                  </li>`,
              )}
            </ul>
          </div>
        </details>
      </div>
      ${
        isChart
          ? html`<polder-sql-chart
              .answer=${answer}
              .x=${this.route.query.x ?? ''}
              .y=${this.route.query.y ?? ''}
              .calendar=${this.calendar}
              @polder-chart=${({ detail }) => this.#write(detail)}
            ></polder-sql-chart>`
          : this.#table()
      }`;
  }

  #table() {
    const { columns, rows } = this.answer;
    const isNumber = columns.map((column) => kindOf(column) === 'number');
    return html`<div class="table-frame answer-frame" tabindex="0" role="region" aria-label="Answer">
        <table class="data answer" data-test="answer">
          <thead>
            <tr>
              ${columns.map(({ name, type }, c) => html`<th scope="col" class=${isNumber[c] ? 'right' : ''} title=${type}>${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (row) =>
                html`<tr>
                  ${row.map((value, c) =>
                    value === null
                      ? html`<td class=${isNumber[c] ? 'right' : ''} data-null>NULL</td>`
                      : html`<td class=${isNumber[c] ? 'right' : ''} title=${String(value).length > 60 ? value : nothing}>${anything(value)}</td>`,
                  )}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${rows.length === 0 ? html`<p class="empty-note" data-test="no-rows">The answer has no rows.</p>` : nothing}`;
  }

  // ---- what people do

  #run(isExplained) {
    const { start, end } = this.querySelector('polder-sql-editor').selection;
    const part =
      end > start && this.text.slice(start, end).trim() ? { start, end } : statementAt(this.text, start);
    if (!part || this.running) {
      return;
    }
    this.asked = this.text;
    this.#write({ q: this.text }, true);
    this.#ask(this.text.slice(part.start, part.end), part.start, isExplained);
  }

  #look(table) {
    this.text = 'SELECT *\nFROM ' + table.name + (table.time ? '\nORDER BY ' + table.time + ' DESC' : '') + '\nLIMIT 100';
    this.updateComplete.then(() => this.#run(false));
  }

  #open(query) {
    this.querySelector('details.saved').open = false;
    this.text = query.text;
    this.answer = null;
    this.trouble = '';
    this.asked = query.text;
    this.#write({ q: query.text, d: query.dialect === 'engine' ? 'engine' : '', v: '', x: '', y: '' }, true);
    this.updateComplete.then(() => this.querySelector('textarea').focus());
  }

  #save() {
    const name = prompt('A name for this query', this.text.trim().split('\n')[0].slice(0, 60))?.trim();
    if (name) {
      const saved = save({ name, text: this.text, dialect: this.dialect });
      this.saved = saved ?? this.saved;
      this.#say(saved ? 'Saved in this browser.' : 'This browser does not allow pages to keep anything.');
    }
  }

  async #link() {
    this.asked = this.text;
    this.#write({ q: this.text });
    try {
      await navigator.clipboard.writeText(location.href);
      this.#say('The link is copied.');
    } catch {
      this.#say('The link is in the address bar.');
    }
  }

  #write(query, isStep = false) {
    tell(this, 'polder-route', { query, isStep });
  }

  #say(text) {
    this.said = text;
    tell(this, 'polder-notice', { text });
  }

  #question(sql) {
    const question = { sql, dialect: this.dialect };
    return this.dialect === 'impala' && Object.keys(this.options).length > 0
      ? { ...question, options: this.options }
      : question;
  }

  async #ask(sql, start, isExplained) {
    this.#leave();
    const running = {
      id: 'screen-' + Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16)).join(''),
      stop: new AbortController(),
      began: performance.now(),
      progress: 0,
      state: 'running',
      isSlow: false,
      isCancelled: false,
    };
    this.running = running;
    this.trouble = '';
    this.wrong = -1;
    this.#watch(running);
    // A link may have several statements; the first is the one that is asked.
    const first = start === 0 ? statementsOf(sql)[0] : null;
    const single = first ? sql.slice(first.start, first.end) : sql;
    const offset = start + (first?.start ?? 0);
    try {
      const question = { ...this.#question(isExplained ? EXPLAIN + single : single), limit: LIMIT, id: running.id };
      const answer = await api.sql(question, running.stop.signal);
      if (this.running === running) {
        this.answer = { ...answer, sql: single, isPlan: isExplained || /^explain\b/i.test(single) };
        this.options = answer.options ?? this.options;
      }
    } catch (failure) {
      if (failure.name === 'AbortError' || this.running !== running) {
        return;
      }
      this.running = null;
      if (running.isCancelled) {
        this.#say('The query was cancelled.');
        return;
      }
      this.answer = null;
      this.trouble = failure.message;
      const position = failure.position - (isExplained ? EXPLAIN.length : 0);
      this.wrong = failure.position >= 0 ? offset + Math.max(0, position) : -1;
    }
    if (this.running === running) {
      this.running = null;
    }
  }

  /** Looks how far a query is as long as it runs. */
  async #watch(running) {
    await pause(PATIENCE);
    while (this.running === running) {
      const { queries } = await api.queries().catch(() => ({ queries: [] }));
      const seen = queries.find(({ id }) => id === running.id);
      if (this.running === running) {
        this.running = Object.assign(running, { isSlow: true, progress: seen?.progress ?? running.progress, state: seen?.state ?? running.state });
        this.requestUpdate();
      }
      await pause(ASK_EVERY);
    }
  }

  /** The answer then says that it was cancelled. */
  #cancel() {
    const { running } = this;
    running.isCancelled = true;
    api.cancelQuery(running.id).catch(() => {
      // It had not begun, or was over: nothing more is waited for.
      if (this.running === running) {
        this.#leave();
      }
    });
  }

  /** Waits for nothing any more. */
  #leave() {
    const { running } = this;
    this.running = null;
    if (running) {
      running.stop.abort();
      api.cancelQuery(running.id).catch(() => {});
    }
  }

  async #download({ type, end, name }) {
    this.querySelector('details.download').open = false;
    this.#say(name + ' is being made.');
    try {
      const file = await api.rowsAs(type, this.#question(this.answer.sql));
      const address = URL.createObjectURL(file);
      const link = document.createElement('a');
      link.href = address;
      link.download = this.mart.name + '.' + end;
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
      this.#say(name + ' is in your downloads.');
    } catch (failure) {
      this.trouble = failure.message;
    }
  }
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

customElements.define('polder-sql-page', PolderSqlPage);
