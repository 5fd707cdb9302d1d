import { LitElement } from 'lit';

/** An element that draws into the page itself: one style sheet, one set of identifiers, and nothing hidden from a reader. */
export class PolderElement extends LitElement {
  createRenderRoot() {
    return this;
  }
}

/** Draws its host again whenever one of these things happens to a target that may be replaced. */
export class Listening {
  /** @param {() => EventTarget | null} target @param {string[]} events @param {(event: Event) => void} [react] */
  constructor(host, target, events, react = () => host.requestUpdate()) {
    this.target = target;
    this.events = events;
    this.react = react;
    this.current = null;
    host.addController(this);
  }

  hostConnected() {
    this.#follow(this.target());
  }

  hostUpdate() {
    this.#follow(this.target());
  }

  hostDisconnected() {
    this.#follow(null);
  }

  #follow(target) {
    if (target === this.current) {
      return;
    }
    for (const name of this.events) {
      this.current?.removeEventListener(name, this.react);
      target?.addEventListener(name, this.react);
    }
    this.current = target;
  }
}

/** Draws its host again each second, for what counts up. */
export class Ticking {
  constructor(host, milliseconds = 1000) {
    this.host = host;
    this.milliseconds = milliseconds;
    host.addController(this);
  }

  hostConnected() {
    this.timer = setInterval(() => this.host.requestUpdate(), this.milliseconds);
  }

  hostDisconnected() {
    clearInterval(this.timer);
  }
}

/** Tells those above. */
export function tell(element, name, detail) {
  element.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
}
