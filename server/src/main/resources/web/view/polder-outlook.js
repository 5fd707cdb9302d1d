import { html, nothing } from 'lit';
import * as api from '../client/api.js';
import { amount } from '../model/format.js';
import { aheadWords, called, whenOf } from '../model/forecast.js';
import { PolderElement } from './element.js';
import './polder-forecast-chart.js';
import './polder-why.js';

/**
 * What comes at one point: the forecast with its interval, the chart, and why. Properties: `model` (as the list tells),
 * `point`, `ahead` in minutes, `hours` (how far back the chart goes), `height` of the chart, `calendar`.
 * A newer `model.lastMadeAt` has it read again.
 */
class PolderOutlook extends PolderElement {
  static properties = {
    model: { attribute: false },
    point: { attribute: false },
    ahead: { attribute: false },
    hours: { attribute: false },
    height: { attribute: false },
    calendar: { attribute: false },
    outlook: { state: true },
    why: { state: true },
    trouble: { state: true },
  };

  constructor() {
    super();
    this.hours = 24;
    this.height = 200;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.asking?.abort();
  }

  willUpdate() {
    const { model, point, ahead, hours } = this;
    const which = [model.name, point].join('\n');
    const asked = [which, ahead, hours, model.lastMadeAt].join('\n');
    if (which !== this.which) {
      this.outlook = this.why = undefined;
      this.which = which;
    }
    if (asked !== this.asked) {
      this.asked = asked;
      this.#read();
    }
  }

  render() {
    const { outlook, model, ahead, calendar } = this;
    const told = outlook?.coming.find((one) => one.ahead === ahead);
    const when = outlook?.madeAt ? whenOf({ madeAt: outlook.madeAt, stepMinutes: model.stepMinutes }, ahead) : null;
    return html`<div class="outlook" data-test="outlook">
      ${this.trouble ? html`<p class="bad" role="alert">${this.trouble}</p>` : nothing}
      <p class="outlook-value" data-test="outlook-value">
        <span class="outlook-number">${told ? amount(told.value) : '–'}</span>
        <span class="big-unit">${model.unit}</span>
        <span class="outlook-when"
          >${
            told
              ? html`in ${aheadWords(ahead)}, ${calendar.time(when.from)} to ${calendar.time(when.to)}<br /><span class="quiet"
                    >${amount(told.low)} to ${amount(told.high)}, ${Math.round(100 * model.certainty)} times in 100</span
                  >`
              : outlook
                ? html`No forecast ${aheadWords(ahead)} ahead<br /><span class="quiet">&nbsp;</span>`
                : html`&nbsp;<br />&nbsp;`
          }</span
        >
      </p>
      <polder-forecast-chart
        .outlook=${outlook}
        .hours=${this.hours}
        .height=${this.height}
        .unit=${model.unit}
        .certainty=${model.certainty}
        .calendar=${calendar}
        .label=${'Observed and forecast at ' + this.point}
      ></polder-forecast-chart>
      <h3>Why</h3>
      <polder-why .why=${this.why} .unit=${model.unit}></polder-why>
      ${told ? html`<p class="quiet" data-test="outlook-by">Said by ${called(told.forecaster)} at ${calendar.time(Date.parse(told.madeAt))}.</p>` : nothing}
    </div>`;
  }

  async #read() {
    this.asking?.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    const { model, point, ahead, hours } = this;
    try {
      const [outlook, why] = await Promise.all([
        api.outlook(model.name, point, { hours, ahead }, signal),
        model.lastMadeAt
          ? api.why(model.name, point, ahead, signal)
          : { sentence: 'There is no forecast yet.', parts: [], value: null, latest: null },
      ]);
      this.outlook = outlook;
      this.why = why;
      this.trouble = '';
    } catch (failure) {
      if (failure.name !== 'AbortError') {
        this.trouble = failure.message;
        this.why ??= { sentence: 'Not known.', parts: [], value: null, latest: null };
        // What is shown stays; the next forecast is another try.
      }
    }
  }
}

customElements.define('polder-outlook', PolderOutlook);
