import { html, nothing } from 'lit';
import * as api from '../client/api.js';
import { age, count } from '../model/format.js';
import { PolderElement, tell } from './element.js';
import { icon } from './icons.js';

const EVERY = 10_000;
const LIMIT = 50;

/** What was rejected, why, and its bytes. Properties: `live`, `calendar`. */
class PolderRejected extends PolderElement {
  static properties = {
    live: { attribute: false },
    calendar: { attribute: false },
    events: { state: true },
    trouble: { state: true },
    isBusy: { state: true },
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
    const { events } = this;
    const open = events?.filter(({ replayed }) => !replayed).length ?? 0;
    return html`<section class="rejected" aria-label="Rejected events" aria-busy=${events ? 'false' : 'true'}>
      <header class="section-head">
        <h2>Rejected</h2>
        <span class="quiet">the newest ${LIMIT}, with their bytes; nothing is thrown away</span>
        <button
          type="button"
          class="button"
          data-test="replay"
          ?disabled=${open === 0 || this.isBusy}
          @click=${this.#replay}
        >
          ${icon('replay')} ${this.isBusy ? 'Replaying' : 'Replay'}
        </button>
      </header>
      ${this.trouble ? html`<p class="bad" role="alert">${this.trouble}</p>` : nothing}
      ${events?.length === 0 ? html`<p class="empty-note">Nothing was rejected.</p>` : nothing}
      <ol class="rejected-list" data-test="rejected">
        ${(events ?? []).map((event) => this.#event(event))}
      </ol>
    </section>`;
  }

  #event(event) {
    const at = event.position ?? null;
    const where =
      event.stage === 'edge'
        ? 'at the edge' + (at === null ? '' : ', place ' + at + ' of its document')
        : 'by table ' + event.table + ', from ' + event.topic + ' · ' + event.partition + ' · ' + event.sourceOffset;
    return html`<li>
      <details>
        <summary>
          <span class="rejected-reason">${event.reason}</span>
          <span class="rejected-where">${event.feed}, ${where}</span>
          <span class="quiet number">${age(this.live.clock.now() - Date.parse(event.at))} ago</span>
          ${event.replayed ? html`<span class="tag">replayed</span>` : nothing}
        </summary>
        <pre class="code" tabindex="0">${event.value}</pre>
        <p class="quiet">
          ${event.length > new TextEncoder().encode(event.value).length ? 'The beginning of ' : ''}${count(event.length)}
          bytes, ${this.calendar.moment(Date.parse(event.at), NaN)}, ${event.topic}.rejected · ${event.offset}
        </p>
      </details>
    </li>`;
  }

  async #replay() {
    this.isBusy = true;
    try {
      const { replayed } = await api.replayRejected();
      tell(this, 'polder-notice', {
        text: count(replayed) + (replayed === 1 ? ' event was' : ' events were') + ' sent through again.',
      });
      await this.#load();
    } catch (failure) {
      tell(this, 'polder-notice', { text: failure.message });
    }
    this.isBusy = false;
  }

  async #load() {
    try {
      this.events = (await api.rejected(LIMIT)).rejected;
      this.trouble = '';
    } catch (failure) {
      this.trouble = failure.message;
    }
  }

  async #read() {
    await this.#load();
    if (this.isConnected) {
      this.timer = setTimeout(() => this.#read(), EVERY);
    }
  }
}

customElements.define('polder-rejected', PolderRejected);
