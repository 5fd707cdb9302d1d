/** Light or dark: as the system is, until somebody chooses. Says `change`. */
class Mode extends EventTarget {
  constructor() {
    super();
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', () => {
      if (!this.#isChosen) {
        this.#set(dark.matches);
      }
    });
  }

  get isDark() {
    return document.documentElement.dataset.mode === 'dark';
  }

  toggle() {
    const isDark = !this.isDark;
    try {
      localStorage.setItem('polder.mode', isDark ? 'dark' : 'light');
    } catch {
      // Not remembered where storage is forbidden; it holds for this page all the same.
    }
    this.#set(isDark);
  }

  get #isChosen() {
    try {
      return localStorage.getItem('polder.mode') !== null;
    } catch {
      return false;
    }
  }

  #set(isDark) {
    document.documentElement.dataset.mode = isDark ? 'dark' : 'light';
    this.dispatchEvent(new Event('change'));
  }
}

export const mode = new Mode();

const stillness = matchMedia('(prefers-reduced-motion: reduce)');

/** Whether things may move and fade. */
export const mayMove = () => !stillness.matches;

/** The colours of the mode as a canvas needs them, read from the tokens. */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    water: read('--map-water'),
    land: read('--map-land'),
    otherLand: read('--map-other-land'),
    border: read('--map-border'),
    road: read('--map-road'),
    label: read('--map-label'),
    quietLabel: read('--map-label-quiet'),
    shield: read('--map-shield'),
    ring: read('--text'),
    ramp: [0, 1, 2, 3, 4, 5].map((step) => read('--ramp-' + step)),
    nothing: read('--nothing'),
    missing: read('--missing'),
  };
}

/** `#ff9145` → [255, 145, 69] */
export function channels(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}
