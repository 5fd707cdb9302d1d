import { html, nothing } from 'lit';
import * as api from '../client/api.js';
import { count, duration } from '../model/format.js';
import { writeRoute } from '../model/route.js';
import { PolderElement, tell } from './element.js';
import { icon } from './icons.js';

const EVERY = 2000;

/** The tables of the mart. Properties: `mart`, `live`, `calendar`. */
class PolderTablesPage extends PolderElement {
  static properties = {
    mart: { attribute: false },
    live: { attribute: false },
    calendar: { attribute: false },
    tables: { state: true },
    trouble: { state: true },
  };

  connectedCallback() {
    super.connectedCallback();
    this.#read();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  render() {
    const { tables, mart } = this;
    return html`<div class="page">
      <header class="page-head">
        <h1>Tables</h1>
        ${mart.simulated ? html`<strong class="provenance" data-test="simulated">Simulated</strong>` : nothing}
      </header>
      ${this.trouble ? html`<p class="bad" role="alert">${this.trouble}</p>` : nothing}
      <div class="table-list" data-test="tables" aria-busy=${tables ? 'false' : 'true'}>
        ${
          tables
            ? tables.map((table) => this.#table(table))
            : [1, 2].map(
                () => html`<div class="feed skeleton" aria-hidden="true"><span class="skeleton-block"></span></div>`,
              )
        }
        ${tables?.length === 0 ? html`<p class="empty-note">No tables. Add one to <code>tables:</code> in polder.yaml.</p>` : nothing}
      </div>
      ${
        mart.views.length
          ? html`<section aria-label="Views">
              <header class="section-head">
                <h2>Views</h2>
                <span class="quiet">computed when they are read</span>
              </header>
              <ul class="view-list">
                ${mart.views.map((name) => html`<li>${name} ${ask(name)}</li>`)}
              </ul>
            </section>`
          : nothing
      }
    </div>`;
  }

  #table(table) {
    const isLive = table.state === 'live';
    const fact = (name, value) =>
      html`<div>
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>`;
    const { totals, freshness } = table;
    return html`<article class="feed" data-table=${table.name} aria-label=${'Table ' + table.name}>
      <div class="feed-title">
        <h2>${table.name}</h2>
        <span class="state" data-level=${isLive ? 'good' : 'late'}
          ><span class="dot" aria-hidden="true"></span>${table.state}</span
        >
        <span class="quiet">from ${table.from}</span>
        ${table.simulated ? html`<span class="provenance small">Simulated</span>` : nothing} ${ask(table.name)}
      </div>
      ${this.#rebuild(table)}
      <dl class="feed-facts">
        ${fact('Rows', count(table.rows))} ${fact('Version', count(table.version))}
        ${fact('Lag', duration((table.lagSeconds ?? NaN) * 1000))}
        ${fact('Fresh after', freshness ? html`${duration(freshness.p50)} <span class="quiet">p99 ${duration(freshness.p99)}</span>` : '–')}
        ${fact('Logged', count(totals?.logged))} ${fact('Applied', count(totals?.applied))}
        ${fact('Rejected', count(totals?.rejected))} ${fact('Too late', count(totals?.tooLate))}
        ${fact('Broken rules', count(totals?.violations))}
      </dl>
      <details class="columns">
        <summary>${table.columns.length} columns, key ${table.key.join(', ')}</summary>
        <ul>
          ${table.columns.map(({ name, type }) => html`<li><span>${name}</span><span class="quiet">${type.toLowerCase()}${table.key.includes(name) ? ', key' : ''}${table.time === name ? ', time' : ''}</span></li>`)}
        </ul>
      </details>
    </article>`;
  }

  /** Offered where the definition is not the one that the rows were computed with. */
  #rebuild({ name, state }) {
    return /definition/i.test(state)
      ? html`<button type="button" class="button strong" data-test="rebuild" @click=${() => this.#askRebuild(name)}>
          ${icon('replay')} Rebuild
        </button>`
      : nothing;
  }

  async #askRebuild(name) {
    try {
      await api.rebuildTable(name);
      tell(this, 'polder-notice', { text: 'Table “' + name + '” is being rebuilt beside the running one.' });
    } catch (failure) {
      tell(this, 'polder-notice', { text: failure.message });
    }
  }

  async #read() {
    try {
      this.tables = (await api.tables()).tables;
      this.trouble = '';
    } catch (failure) {
      this.trouble = failure.message;
    }
    if (this.isConnected) {
      this.timer = setTimeout(() => this.#read(), EVERY);
    }
  }
}

const ask = (name) =>
  html`<a
    class="quiet-link"
    href=${writeRoute({ page: 'sql', name: '', query: { q: 'SELECT * FROM `' + name + '` LIMIT 100' } })}
    >Look inside</a
  >`;

customElements.define('polder-tables-page', PolderTablesPage);
