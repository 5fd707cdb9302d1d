import { html, nothing } from 'lit';
import * as api from '../client/api.js';
import { age, count } from '../model/format.js';
import { aheadWords, bestBaseline, called, isStale, off, SERVED, stateOf, together } from '../model/forecast.js';
import { writeRoute } from '../model/route.js';
import { Listening, PolderElement, Ticking, tell } from './element.js';
import { icon } from './icons.js';

/** The list is asked for so often, in milliseconds; the scores of the last day more calmly. */
const EVERY = 3000;
const SCORES = 60_000;

const DAY = 86_400_000;

/** The models of the mart. Properties: `mart`, `live`, `calendar`. */
class PolderModelsPage extends PolderElement {
  static properties = {
    mart: { attribute: false },
    live: { attribute: false },
    calendar: { attribute: false },
    models: { state: true },
    scores: { state: true },
    trouble: { state: true },
  };

  constructor() {
    super();
    this.scores = new Map();
    new Listening(this, () => this.live, ['status', 'connection']);
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

  render() {
    const { models } = this;
    const isSimulated = models?.some(({ simulated }) => simulated) || this.mart.simulated;
    return html`<div class="page models-page">
      <header class="page-head">
        <h1>Models</h1>
        ${provenanceOf(isSimulated, this.live)}
      </header>
      ${this.trouble ? html`<p class="bad" role="alert">${this.trouble}</p>` : nothing}
      <div data-test="models" aria-busy=${models ? 'false' : 'true'}>
        ${
          models
            ? models.map((model) => this.#model(model))
            : this.trouble
              ? nothing
              : [1, 2].map(() => html`<div class="feed skeleton" aria-hidden="true"><span class="skeleton-block"></span></div>`)
        }
        ${models?.length === 0 ? empty() : nothing}
      </div>
    </div>`;
  }

  #model(model) {
    const state = stateOf(model);
    const scores = this.scores.get(model.name);
    const served = scores?.find(({ forecaster }) => forecaster === SERVED);
    const best = scores && bestBaseline(scores);
    const fact = (name, value, note) =>
      html`<div>
        <dt>${name}</dt>
        <dd>${value}${note ? html` <span class="quiet">${note}</span>` : nothing}</dd>
      </div>`;
    return html`<article class="feed" data-model=${model.name} aria-label=${'Model ' + model.name}>
      <div class="feed-title">
        <h2>
          <a href=${writeRoute({ page: 'models', name: model.name, query: {} })} data-test="model">${model.name}</a>
        </h2>
        <span class="model-state" data-level=${state.level} data-test="model-state">${icon(state.icon)}${state.word}</span>
        <span class="quiet">${model.target} of ${model.table}, until ${aheadWords(model.horizonMinutes)} ahead</span>
        ${model.simulated ? html`<span class="provenance small">Simulated</span>` : nothing}
      </div>
      <p class="model-says">${model.says}</p>
      <dl class="feed-facts model-facts">
        ${fact('Off, last day', served ? off(served.mae) : '–', served ? model.unit : '')}
        ${fact(best ? called(best.forecaster) : 'best baseline', best ? off(best.mae) : '–', best ? model.unit : '')}
        ${fact('Forecasts by', model.servedBy ? called(model.servedBy) : 'nobody yet')}
        ${fact('Last forecast', html`<span data-test="model-age" ?data-late=${isStale(model, this.#now(model))}>${this.#age(model)}</span>`)}
        ${fact('Next training', this.#next(model))} ${fact('Points', count(model.points))}
      </dl>
      <button
        type="button"
        class="button"
        data-test="train"
        ?disabled=${typeof model.progress === 'number'}
        @click=${() => trainNow(this, model, () => this.#read())}
      >
        ${icon('replay')} ${typeof model.progress === 'number' ? 'Training' : 'Train now'}
      </button>
      ${progressOf(model)}
    </article>`;
  }

  #now(model) {
    return nowOf(this.live, model);
  }

  #age(model) {
    return ageOf(model, this.#now(model), this.calendar);
  }

  #next(model) {
    return nextOf(model, this.#now(model), this.calendar);
  }

  async #read() {
    clearTimeout(this.timer);
    try {
      this.models = (await api.models()).models;
      this.trouble = '';
      await this.#score();
    } catch (failure) {
      this.trouble = failure.message;
    }
    if (this.isConnected) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.#read(), EVERY);
    }
  }

  /** The scores of the last day, which change slowly. */
  async #score() {
    if (performance.now() - (this.scoredAt ?? -SCORES) < SCORES) {
      return;
    }
    this.scoredAt = performance.now();
    const details = await Promise.all(this.models.map(({ name }) => api.model(name, 1)));
    this.scores = new Map(details.map(({ name, byAhead }) => [name, together(byAhead)]));
  }
}

/** The time that a model's data have: of those that are replayed it is not ours. NaN when it is not known. */
export function nowOf(live, model) {
  const time = live?.map?.table === model.table ? live.readings?.time : NaN;
  const now = live?.clock?.now() ?? Date.now();
  const made = Date.parse(model.lastMadeAt);
  return time > 0 ? time : now - made < DAY ? now : NaN;
}

/** Whether what is shown was made up, or is long past: a label that cannot be missed. */
export function provenanceOf(isSimulated, live) {
  if (isSimulated) {
    return html`<strong class="provenance" data-test="simulated">Simulated</strong>`;
  }
  const isOld = live?.readings && live.clock.now() - live.readings.time > DAY;
  return isOld ? html`<strong class="provenance" data-test="recorded">Recorded</strong>` : nothing;
}

/** How old the last forecast is; its time where the difference to ours means nothing. */
export function ageOf(model, now, calendar) {
  const made = Date.parse(model.lastMadeAt);
  if (made !== made) {
    return 'none yet';
  }
  return now - made >= 0 && now - made < DAY ? age(now - made) + ' ago' : calendar.shortDay(made) + ', ' + calendar.time(made);
}

export function nextOf(model, now, calendar) {
  if (typeof model.progress === 'number') {
    return 'now';
  }
  const next = Date.parse(model.nextTraining);
  if (next !== next) {
    return '–';
  }
  return next - now > 0 && next - now < 2 * DAY ? 'in ' + age(next - now) : next <= now ? 'now' : calendar.shortDay(next);
}

/** How far a training has come, in a place that is always there. */
export function progressOf(model) {
  const isRunning = typeof model.progress === 'number';
  const percent = Math.floor(100 * (model.progress ?? 0));
  return html`<div
    class="progress"
    ?data-idle=${!isRunning}
    role=${isRunning ? 'progressbar' : nothing}
    aria-label=${isRunning ? 'Training of ' + model.name : nothing}
    aria-valuemin=${isRunning ? '0' : nothing}
    aria-valuemax=${isRunning ? '100' : nothing}
    aria-valuenow=${isRunning ? percent : nothing}
  >
    <span .style=${'width:' + percent + '%'}></span><small>${isRunning ? percent + ' %' : '\u00a0'}</small>
  </div>`;
}

/** Asks for a training, and says what became of it. */
export async function trainNow(element, model, then) {
  try {
    await api.train(model.name);
    tell(element, 'polder-notice', { text: 'Model “' + model.name + '” is being trained. The present one goes on meanwhile.' });
  } catch (failure) {
    tell(element, 'polder-notice', { text: failure.message });
  }
  then();
}

const empty = () =>
  html`<div class="empty" data-test="no-models">
    <h2>No model yet</h2>
    <p>
      A model forecasts a number of a table, point by point, says why, and keeps its own score. Add one to polder.yaml, then
      start again:
    </p>
    <pre>
models:
  speed:
    table: traffic       # whose rows
    point: uid           # whose number it is
    target: speed        # what is forecast
    step: 15m            # the mean over so long
    horizon: 1h          # so far ahead</pre>
    <p class="quiet">It learns from what is in the table already: some days are enough. Meanwhile a baseline forecasts.</p>
  </div>`;

customElements.define('polder-models-page', PolderModelsPage);
