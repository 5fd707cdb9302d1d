/** The one event stream of the page: it never gives up, and says how it is doing. */

/** Waits before the tries to connect again, in milliseconds; the last one for ever. */
const PAUSES = [250, 500, 1000, 2000, 4000, 8000];

/** A status comes about every second. Without a word for so long, the connection is dead although nobody told us. */
const SILENCE = 12_000;

export class LiveStream {
  /**
   * @param {string} path
   * @param {{full: (data: object) => void, change: (data: object) => void, status: (data: object) => void,
   *     connection: (state: 'connecting' | 'open' | 'lost') => void}} listener called in the order of the events
   */
  constructor(path, listener) {
    this.path = path;
    this.listener = listener;
    this.failures = 0;
    this.source = null;
    this.timer = 0;
    this.retry = () => this.#connect();
  }

  open() {
    addEventListener('online', this.retry);
    this.listener.connection('connecting');
    this.#connect();
  }

  close() {
    removeEventListener('online', this.retry);
    this.#disconnect();
  }

  #connect() {
    this.#disconnect();
    const source = new EventSource(this.path);
    this.source = source;
    for (const name of ['full', 'change', 'status']) {
      source.addEventListener(name, (event) => {
        this.#heard();
        this.listener[name](JSON.parse(event.data));
      });
    }
    // Its own attempts end for good at the first answer that is not a stream, so ours replace them.
    source.onerror = () => this.#lost();
    this.timer = setTimeout(() => this.#lost(), SILENCE);
  }

  #heard() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#lost(), SILENCE);
    if (this.failures >= 0) {
      this.failures = -1;
      this.listener.connection('open');
    }
  }

  #lost() {
    this.#disconnect();
    this.failures = Math.max(0, this.failures);
    const pause = PAUSES[Math.min(this.failures, PAUSES.length - 1)];
    this.failures++;
    this.listener.connection('lost');
    // Spread, so that a hundred screens do not come back in the same instant.
    this.timer = setTimeout(this.retry, pause * (0.75 + Math.random() / 2));
  }

  #disconnect() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }
}
