import { html, nothing } from 'lit';
import { age, duration } from '../model/format.js';
import { Listening, PolderElement, Ticking } from './element.js';

/** How old what is shown is: always in the same place, and never silent about trouble. Properties: `live`, and `trouble` (why there is none). */
class PolderFreshness extends PolderElement {
  static properties = { live: { attribute: false }, trouble: { attribute: false }, isOpen: { state: true } };

  constructor() {
    super();
    new Listening(this, () => this.live ?? null, ['status', 'connection', 'shown']);
    new Ticking(this);
    this.closeOutside = (event) => {
      if (!this.contains(event.target)) {
        this.isOpen = false;
      }
    };
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener('pointerdown', this.closeOutside);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('pointerdown', this.closeOutside);
  }

  render() {
    const { level, title, note, brief = title } = this.#say();
    return html`
      <button
        type="button"
        class="freshness"
        data-test="freshness"
        data-level=${level}
        aria-expanded=${this.isOpen ? 'true' : 'false'}
        aria-controls="freshness-stages"
        @click=${() => (this.isOpen = !this.isOpen)}
        @keydown=${this.#key}
      >
        <span class="dot" aria-hidden="true"></span>
        <span class="freshness-text"
          ><span class="freshness-title">${title}</span><span class="freshness-brief" aria-hidden="true">${brief}</span
          ><span class="freshness-note">${note}</span></span
        >
      </button>
      ${this.isOpen ? this.#stages() : nothing}
    `;
  }

  #say() {
    const { live } = this;
    if (!live && this.trouble) {
      return { level: 'bad', title: 'No connection', note: '', brief: 'lost' };
    }
    if (!live || live.connection === 'connecting') {
      return { level: 'waiting', title: 'Connecting', note: '', brief: '…' };
    }
    const since = live.clock.now() - live.changedAt;
    if (live.connection === 'lost') {
      return {
        level: 'bad',
        title: 'Reconnecting',
        note: since === since ? 'what is shown is ' + age(since) + ' old' : '',
        brief: 'lost',
      };
    }
    if (!live.map) {
      return { level: 'good', title: 'Connected', note: '', brief: 'live' };
    }
    const quantiles = live.freshness?.accepted;
    const spread = quantiles?.count ? 'p50 ' + duration(quantiles.p50) + ', p99 ' + duration(quantiles.p99) : '';
    if (since !== since) {
      return { level: 'waiting', title: 'Waiting for a change', note: spread, brief: 'waiting' };
    }
    const ago = age(since) + ' ago';
    if (live.isLate) {
      return { level: 'late', title: 'No change for ' + age(since), note: spread, brief: age(since) };
    }
    const note = [ago, spread].filter(Boolean).join(' · ');
    // On pages without the map nothing is painted, and so there is nothing to measure.
    return live.shownAfter === live.shownAfter
      ? {
          level: 'good',
          title: 'Shown ' + duration(live.shownAfter) + ' after arrival',
          note,
          brief: duration(live.shownAfter),
        }
      : { level: 'good', title: 'Changes arrive', note, brief: ago };
  }

  #stages() {
    const { live } = this;
    const freshness = live?.freshness;
    const quantiles = (stage) => (stage?.count ? [duration(stage.p50), duration(stage.p99)] : ['–', '–']);
    const accepted = quantiles(freshness?.accepted);
    return html`<div
      class="popover"
      id="freshness-stages"
      role="dialog"
      aria-label="Freshness by stage"
      @keydown=${this.#key}
    >
      <table>
        <caption>
          Over the last minute
        </caption>
        <thead>
          <tr>
            <th scope="col">Until it can be queried</th>
            <th scope="col">p50</th>
            <th scope="col">p99</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">from its arrival</th>
            <td>${accepted[0]}</td>
            <td>${accepted[1]}</td>
          </tr>
          <tr>
            <th scope="row">from the observation</th>
            ${
              freshness && freshness.observed
                ? quantiles(freshness.observed).map((value) => html`<td>${value}</td>`)
                : html`<td colspan="2" class="quiet">not measured</td>`
            }
          </tr>
        </tbody>
      </table>
      <dl>
        <div>
          <dt>Last change, arrival to screen</dt>
          <dd>${duration(live?.shownAfter ?? NaN)}</dd>
        </div>
        <div>
          <dt>Last change came</dt>
          <dd>${live?.changedAt === live?.changedAt ? age(live.clock.now() - live.changedAt) + ' ago' : '–'}</dd>
        </div>
      </dl>
    </div>`;
  }

  #key(event) {
    if (event.key === 'Escape' && this.isOpen) {
      this.isOpen = false;
      this.querySelector('button').focus();
      event.stopPropagation();
    }
  }
}

customElements.define('polder-freshness', PolderFreshness);
