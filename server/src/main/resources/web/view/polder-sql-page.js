import { html, nothing } from 'lit';
import * as api from '../client/api.js';
import { anything, count } from '../model/format.js';
import { PolderElement, tell } from './element.js';
import { icon } from './icons.js';

const LIMIT = 1000;

/** A question in SQL and its answer. The question is in the address. Properties: `mart`, `route`. */
class PolderSqlPage extends PolderElement {
  static properties = {
    mart: { attribute: false },
    route: { attribute: false },
    answer: { state: true },
    trouble: { state: true },
    isBusy: { state: true },
  };

  willUpdate(changed) {
    const asked = this.route.query.q;
    if (changed.has('route') && asked && asked !== this.asked) {
      this.asked = asked;
      this.#ask(asked);
    }
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.asking?.abort();
  }

  render() {
    const first = this.mart.tables[0];
    return html`<div class="page">
      <header class="page-head">
        <h1>SQL</h1>
        ${(this.answer?.simulated ?? this.mart.simulated) ? html`<strong class="provenance" data-test="simulated">Simulated</strong>` : nothing}
      </header>
      <form class="sql" @submit=${this.#submit}>
        <label class="unseen" for="sql-text">Question</label>
        <textarea
          id="sql-text"
          data-test="sql"
          rows="6"
          spellcheck="false"
          autocapitalize="off"
          placeholder=${first ? 'SELECT count(*) FROM ' + first : 'SELECT 1'}
          .value=${this.route.query.q ?? ''}
          @keydown=${this.#key}
        ></textarea>
        <div class="sql-bar">
          <button type="submit" class="button strong" data-test="run" ?disabled=${this.isBusy}>
            ${icon('play')} ${this.isBusy ? 'Running' : 'Run'}
          </button>
          <span class="quiet"
            >Ctrl+Enter runs it. One SELECT over ${[...this.mart.tables, ...this.mart.views].join(', ')}; at most
            ${count(LIMIT)} rows are shown.</span
          >
        </div>
      </form>
      ${this.trouble ? html`<pre class="sql-error" role="alert" data-test="sql-error">${this.trouble}</pre>` : nothing}
      ${this.answer ? this.#table() : nothing}
    </div>`;
  }

  #table() {
    const { columns, rows, truncated, milliseconds } = this.answer;
    const isNumber = columns.map(
      (_, c) =>
        rows.some((row) => typeof row[c] === 'number') &&
        rows.every((row) => row[c] === null || typeof row[c] === 'number'),
    );
    return html`<p class="quiet" role="status">
        ${count(rows.length)} ${rows.length === 1 ? 'row' : 'rows'}${truncated ? ', and there are more' : ''},
        ${count(milliseconds)} ms
      </p>
      <div class="table-frame" tabindex="0" role="region" aria-label="Answer">
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
                  ${row.map((value, c) => html`<td class=${isNumber[c] ? 'right' : ''} data-null=${value === null ? '' : nothing}>${anything(value)}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>`;
  }

  #key(event) {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      this.#submit(event);
    }
  }

  #submit(event) {
    event.preventDefault();
    const text = this.querySelector('textarea').value.trim();
    if (text && !this.isBusy) {
      this.asked = text;
      tell(this, 'polder-route', { query: { q: text }, isStep: true });
      this.#ask(text);
    }
  }

  async #ask(text) {
    this.asking?.abort();
    this.asking = new AbortController();
    this.isBusy = true;
    this.trouble = '';
    try {
      this.answer = await api.sql(text, LIMIT, this.asking.signal);
    } catch (failure) {
      if (failure.name === 'AbortError') {
        return;
      }
      this.answer = null;
      this.trouble = [
        failure.message,
        ...(failure.problems ?? []).map((problem) => (typeof problem === 'string' ? problem : JSON.stringify(problem))),
      ].join('\n');
    }
    this.isBusy = false;
  }
}

customElements.define('polder-sql-page', PolderSqlPage);
