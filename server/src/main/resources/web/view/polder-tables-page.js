import { html, nothing } from 'lit';
import * as api from '../client/api.js';
import { count, duration } from '../model/format.js';
import { searchOf } from '../model/profile.js';
import { writeRoute } from '../model/route.js';
import { PolderElement, tell } from './element.js';
import { icon } from './icons.js';

const EVERY = 2000;

/** After the last key, before what was written is looked for. */
const TYPED = 200;

/** The tables of the mart, and a search for them by what is in them. Properties: `mart`, `live`, `calendar`, `route`. */
class PolderTablesPage extends PolderElement {
  static properties = {
    mart: { attribute: false },
    live: { attribute: false },
    calendar: { attribute: false },
    route: { attribute: false },
    tables: { state: true },
    listed: { state: true },
    trouble: { state: true },
  };

  constructor() {
    super();
    this.listed = new Map();
  }

  connectedCallback() {
    super.connectedCallback();
    this.#read();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    clearTimeout(this.typing);
  }

  render() {
    const { mart } = this;
    const words = this.route?.query.find ?? '';
    const tables = words ? this.tables?.filter(({ name }) => this.#isFound(name, words)) : this.tables;
    return html`<div class="page">
      <header class="page-head">
        <h1>Tables</h1>
        ${mart.simulated ? html`<strong class="provenance" data-test="simulated">Simulated</strong>` : nothing}
      </header>
      ${this.trouble ? html`<p class="bad" role="alert">${this.trouble}</p>` : nothing}
      <div class="table-search">
        <input
          type="search"
          data-test="table-search"
          aria-label="Find tables by what is in them"
          placeholder="Find by name, type, meaning or pattern"
          .value=${words}
          @input=${(event) => this.#type(event.target.value)}
        />
        <span class="quiet">such as decimal, e-mail, or (ddd)ddd-dddd</span>
      </div>
      <div class="table-list" data-test="tables" aria-busy=${tables ? 'false' : 'true'}>
        ${
          tables
            ? tables.map((table) => this.#table(table))
            : [1, 2].map(
                () => html`<div class="feed skeleton" aria-hidden="true"><span class="skeleton-block"></span></div>`,
              )
        }
        ${words && tables?.length === 0 ? html`<p class="empty-note" data-test="none-found">No table has a column like “${words}”.</p>` : nothing}
        ${this.tables?.length === 0 ? html`<p class="empty-note">No tables. Add one to <code>tables:</code> in polder.yaml.</p>` : nothing}
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
        <h2><a href=${writeRoute({ page: 'tables', name: table.name, query: {} })} data-test="profile">${table.name}</a></h2>
        <span class="state" data-level=${isLive ? 'good' : 'late'}
          ><span class="dot" aria-hidden="true"></span>${table.state}</span
        >
        <span class="quiet">from ${table.from}</span>
        ${table.simulated ? html`<span class="provenance small">Simulated</span>` : nothing} ${ask(table.name)}
      </div>
      ${this.#rebuild(table)} ${this.#hits(table.name)}
      <dl class="feed-facts">
        ${fact('Rows', count(table.rows))} ${fact('Version', count(table.version))}
        ${fact('Lag', duration((table.lagSeconds ?? NaN) * 1000))}
        ${fact('Fresh after', freshness ? html`${duration(freshness.p50)} <span class="quiet">p99 ${duration(freshness.p99)}</span>` : '–')}
        ${fact('Logged', count(totals?.logged))} ${fact('Applied', count(totals?.applied))}
        ${fact('Rejected', count(totals?.rejected))} ${fact('Too late', count(totals?.tooLate))}
        ${fact('Broken rules', count(totals?.violations))}
        ${fact('Profile', html`<a href=${writeRoute({ page: 'tables', name: table.name, query: {} })}>${this.listed.has(table.name) ? count(this.listed.get(table.name).alerts) + ' alerts' : 'open'}</a>`)}
      </dl>
      <details class="columns">
        <summary>${table.columns.length} columns, key ${table.key.join(', ')}</summary>
        <ul>
          ${table.columns.map(({ name, type }) => html`<li><span>${name}</span><span class="quiet">${type.toLowerCase()}${table.key.includes(name) ? ', key' : ''}${table.time === name ? ', time' : ''}</span></li>`)}
        </ul>
      </details>
    </article>`;
  }

  #isFound(name, words) {
    return this.listed.has(name) && (this.listed.get(name).columns.length > 0 || name.includes(words.toLowerCase()));
  }

  /** The columns that were looked for. */
  #hits(name) {
    const columns = this.route?.query.find ? (this.listed.get(name)?.columns ?? []) : [];
    return columns.length
      ? html`<div class="table-hits" data-test="hits">
          ${columns.slice(0, 12).map(
            ({ column, type, semantic, pattern }) =>
              html`<span class="tag">${column}: ${semantic ?? type}${pattern ? html` <code>${pattern}</code>` : nothing}</span>`,
          )}
        </div>`
      : nothing;
  }

  #type(text) {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => {
      tell(this, 'polder-route', { query: { find: text.trim() } });
      this.#list(text.trim());
    }, TYPED);
  }

  async #list(words) {
    const all = await api.profiles({});
    const found = words ? await api.profiles(searchOf(words)) : { profiles: [] };
    const columns = new Map(found.profiles.map((each) => [each.table, each.columns]));
    this.listed = new Map(all.profiles.map((each) => [each.table, { ...each, columns: columns.get(each.table) ?? [] }]));
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
      const { tables } = await api.tables();
      await this.#list(this.route?.query.find ?? '');
      this.tables = tables;
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
