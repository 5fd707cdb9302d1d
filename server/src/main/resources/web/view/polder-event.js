import { html, nothing } from 'lit';
import * as api from '../client/api.js';
import { count } from '../model/format.js';
import { PolderElement, tell } from './element.js';
import { icon } from './icons.js';

/**
 * The event that a row came from, exactly as it arrived. Properties: `table`, `key` (values), `calendar`.
 * Event: `polder-close`.
 */
class PolderEvent extends PolderElement {
  static properties = {
    table: { attribute: false },
    key: { attribute: false },
    calendar: { attribute: false },
    event: { state: true },
    trouble: { state: true },
    isCopied: { state: true },
  };

  async firstUpdated() {
    this.querySelector('dialog').showModal();
    try {
      this.event = await api.rowEvent(this.table, this.key);
    } catch (failure) {
      this.trouble = failure.message;
    }
  }

  render() {
    const { event, calendar } = this;
    const fact = (name, value, test) =>
      html`<div>
        <dt>${name}</dt>
        <dd data-test=${test ?? nothing}>${value}</dd>
      </div>`;
    return html`<dialog
      class="event-dialog"
      id="raw-event"
      aria-labelledby="raw-event-title"
      @close=${() => tell(this, 'polder-close')}
      @click=${(click) => click.target === click.currentTarget && click.currentTarget.close()}
    >
      <div class="dialog-body">
        <header>
          <h2 id="raw-event-title">Raw event</h2>
          ${event?.simulated ? html`<strong class="provenance">Simulated</strong>` : nothing}
          <button
            type="button"
            class="plain-button"
            aria-label="Close"
            data-test="close-event"
            @click=${() => this.querySelector('dialog').close()}
          >
            ${icon('close')}
          </button>
        </header>
        <dl class="event-facts">
          ${fact('Topic', event?.topic ?? '–', 'event-topic')}
          ${fact('Partition', event?.partition ?? '–', 'event-partition')}
          ${fact('Offset', event?.offset ?? '–', 'event-offset')} ${fact('Feed', event?.feed ?? '–')}
          ${fact('Accepted', event ? calendar.moment(Date.parse(event.accepted), NaN) : '–')}
          ${fact('Length', event ? count(event.length) + ' bytes' : '–')}
        </dl>
        ${
          this.trouble
            ? html`<p class="bad" role="alert">${this.trouble}</p>`
            : html`<div class="code-frame">
                <pre class="code" tabindex="0" aria-label="Content of the event" data-test="event-value">
${event ? event.value : '\n\n\n\n\n\n\n\n'}</pre>
                <button
                  type="button"
                  class="button copy"
                  data-test="copy-event"
                  ?disabled=${!event}
                  @click=${this.#copy}
                >
                  ${icon(this.isCopied ? 'check' : 'copy')} ${this.isCopied ? 'Copied' : 'Copy'}
                </button>
              </div>`
        }
        ${event?.context ? html`<p class="quiet event-context">Around it in its document: ${event.context}</p>` : nothing}
        <p class="quiet">
          These are the bytes as they arrived. The table’s row is computed from them, and can be computed again.
        </p>
      </div>
    </dialog>`;
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.event.value);
    } catch {
      // Not allowed here, as on plain HTTP from another machine: choose the text, so that a key press copies it.
      getSelection().selectAllChildren(this.querySelector('.code'));
      return;
    }
    this.isCopied = true;
    setTimeout(() => (this.isCopied = false), 2000);
  }
}

customElements.define('polder-event', PolderEvent);
