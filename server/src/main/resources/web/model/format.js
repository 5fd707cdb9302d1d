/** How numbers, times and ages are written. Everything that can be missing has a dash. */

export const NONE = '–';

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const exact = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 6 });
const short = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumFractionDigits: 1 });

const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

export const count = (value) => (isNumber(value) ? whole.format(value) : NONE);

/** A count where there is little room: 16.2K. */
export const shortCount = (value) =>
  !isNumber(value) ? NONE : value < 10_000 ? whole.format(value) : short.format(value);

/** A measured value: small ones with a decimal. */
export const amount = (value) =>
  !isNumber(value)
    ? NONE
    : Math.abs(value) >= 10 || Number.isInteger(value)
      ? whole.format(value)
      : tenth.format(value);

export const rate = (value) =>
  !isNumber(value) ? NONE : value >= 10 || value === 0 ? whole.format(value) : tenth.format(value);

/** A value of a row, whatever it is, as exactly as a person reads. */
export function anything(value) {
  if (value === null || value === undefined) {
    return NONE;
  }
  return isNumber(value) ? exact.format(value) : String(value);
}

/** How long something took or ago it is, in milliseconds: 0.3 s, 12 s, 4 min, 3 h, 5 days. */
export function duration(milliseconds) {
  if (!isNumber(milliseconds)) {
    return NONE;
  }
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 9.95) {
    return tenth.format(seconds) + ' s';
  }
  if (seconds < 99.5) {
    return whole.format(seconds) + ' s';
  }
  if (seconds < 90 * 60) {
    return whole.format(seconds / 60) + ' min';
  }
  return seconds < 48 * 3600 ? whole.format(seconds / 3600) + ' h' : whole.format(seconds / 86_400) + ' days';
}

/** The same in whole seconds, for what counts up while one looks. */
export function age(milliseconds) {
  return isNumber(milliseconds) && milliseconds < 9_950
    ? whole.format(Math.max(0, milliseconds) / 1000) + ' s'
    : duration(milliseconds);
}

/** Instants in the zone of the mart. */
export class Calendar {
  /** @param {string} zone as IANA names it */
  constructor(zone) {
    const write = (options) => new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...options });
    this.zone = zone;
    this.minutes = write({ hour: '2-digit', minute: '2-digit' });
    this.seconds = write({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
    this.days = write({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
    this.weekdays = write({ weekday: 'long' });
    this.shortDays = write({ day: 'numeric', month: 'short', year: 'numeric' });
    this.parts = write({
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  }

  time = (at) => (isNumber(at) ? this.minutes.format(at) : '––:––');
  timeWithSeconds = (at) => (isNumber(at) ? this.seconds.format(at) : NONE);
  day = (at) => (isNumber(at) ? this.days.format(at).replace(',', '') : '');
  weekday = (at) => (isNumber(at) ? this.weekdays.format(at) : '');
  shortDay = (at) => (isNumber(at) ? this.shortDays.format(at) : '');

  /** Time of day; with its date when that is not the day of `reference`. */
  moment = (at, reference) =>
    !isNumber(at)
      ? NONE
      : this.shortDay(at) === this.shortDay(reference)
        ? this.timeWithSeconds(at)
        : this.shortDay(at) + ', ' + this.timeWithSeconds(at);

  /** The midnight before, and the one after: 23 or 25 hours later twice a year. */
  dayAround(at) {
    const start = this.#midnight(at);
    return { start, end: this.#midnight(start + 27 * 3_600_000) };
  }

  /** As a field for a local time wants it: `2026-03-02T06:00`. */
  written(at) {
    const parts = this.#partsOf(at);
    return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
  }

  /** What such a field says. Of an hour that is there twice it is the first one; NaN when it is no time. */
  read(text) {
    const local = Date.parse(text + 'Z');
    if (!isNumber(local)) {
      return NaN;
    }
    const behind = (at) => Date.parse(this.written(at) + 'Z') - at;
    // Clocks are at most a day off, and by the same both ways but where they are changed in between.
    const guess = local - behind(local);
    const better = local - behind(guess);
    const earlier = better - 3_600_000;
    return this.written(earlier) === text ? earlier : better;
  }

  #partsOf(at) {
    return Object.fromEntries(this.parts.formatToParts(at).map(({ type, value }) => [type, value]));
  }

  #midnight(at) {
    const guess = at - this.#sinceMidnight(at);
    // Where the clock was changed since midnight, the guess is an hour off.
    const rest = this.#sinceMidnight(guess);
    return rest === 0 ? guess : rest < 12 * 3_600_000 ? guess - rest : guess + 24 * 3_600_000 - rest;
  }

  #sinceMidnight(at) {
    const { hour, minute, second } = this.#partsOf(at);
    return ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + (at % 1000);
  }
}
