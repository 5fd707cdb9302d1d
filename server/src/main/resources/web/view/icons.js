import { svg, html } from 'lit';

/** Line drawings on a grid of 16, in the colour of the text around them. */
const PATHS = {
  search: svg`<circle cx="7" cy="7" r="4.5" /><path d="M10.4 10.4 14 14" />`,
  plus: svg`<path d="M8 3.5v9M3.5 8h9" />`,
  minus: svg`<path d="M3.5 8h9" />`,
  frame: svg`<path d="M2.5 5.5v-3h3M10.5 2.5h3v3M13.5 10.5v3h-3M5.5 13.5h-3v-3" />`,
  close: svg`<path d="m4 4 8 8M12 4l-8 8" />`,
  mode: svg`<circle cx="8" cy="8" r="5.5" /><path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" />`,
  copy: svg`<rect x="5.5" y="5.5" width="8" height="8" rx="1.5" /><path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2" />`,
  check: svg`<path d="m3 8.5 3.2 3.2L13 5" />`,
  cross: svg`<path d="m4 4 8 8M12 4l-8 8" />`,
  pause: svg`<path d="M5.5 3.5v9M10.5 3.5v9" />`,
  play: svg`<path d="m5 3.5 7 4.5-7 4.5z" />`,
  back: svg`<path d="M10 3.5 5.5 8l4.5 4.5" />`,
  link: svg`<path d="M6.5 9.5 9.5 6.5M7 4.5l1.2-1.2a2.8 2.8 0 0 1 4 4L11 8.5M9 11.5l-1.2 1.2a2.8 2.8 0 0 1-4-4L5 7.5" />`,
  save: svg`<path d="M4 2.5h8v11l-4-3-4 3z" />`,
  download: svg`<path d="M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13.5h10" />`,
  stop: svg`<rect x="4" y="4" width="8" height="8" rx="1" />`,
  replay: svg`<path d="M3 8a5 5 0 1 0 1.6-3.7M4.5 1.8v2.8h2.8" />`,
  place: svg`<path d="M8 14s4.5-4.2 4.5-7.6a4.5 4.5 0 0 0-9 0C3.5 9.8 8 14 8 14z" /><circle cx="8" cy="6.5" r="1.6" />`,
  point: svg`<circle cx="8" cy="8" r="3.5" fill="currentColor" stroke="none" />`,
  warning: svg`<path d="M8 2.5 14.5 13.5H1.5zM8 6.5v3.5M8 11.8v.2" />`,
};

export const icon = (name) =>
  html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${PATHS[name]}</svg>`;
