/** Pipelines as they are drawn: sources at the left, channels in the middle, sinks at the right. */

/**
 * @typedef {{kind: string, name: string, type: string, detail: string, channels: string[], rate: number,
 *   fillPercent: number | null, oldestSeconds: number | null, failures: number, trouble: string, state: string,
 *   perMinute?: number[]}} Part
 * @typedef {{kind: 'agent' | 'topic', name: string, why: string[], simulated: boolean, parts: Part[]}} Pipeline
 */

export const COLUMNS = [
  { kind: 'source', title: 'Source', titles: 'Sources' },
  { kind: 'channel', title: 'Channel', titles: 'Channels' },
  { kind: 'sink', title: 'Sink', titles: 'Sinks' },
];

/** What states mean, by colour. */
export const LEVELS = { well: 'good', idle: 'waiting', waiting: 'late', failing: 'bad' };

/** From here on a channel is nearly full, in percent. */
const NEARLY_FULL = 80;

/** An event that waits longer than this is worth a colour, in seconds. */
const LONG = 30;

/** @param {Pipeline} pipeline */
export const partsOf = (pipeline, kind) => pipeline.parts.filter((part) => part.kind === kind);

/** A name for a part that no other part of any pipeline has. */
export const idOf = (pipeline, part) => [pipeline.kind, pipeline.name, part.kind, part.name].join('/');

/** The worst of its parts. @param {Pipeline} pipeline @returns {'bad' | 'late' | 'good' | 'waiting'} */
export function levelOf(pipeline) {
  const levels = pipeline.parts.map(({ state }) => LEVELS[state]);
  if (pipeline.why.length > 0) {
    return levels.includes('bad') ? 'bad' : 'late';
  }
  return levels.includes('good') ? 'good' : 'waiting';
}

/** Lines between parts: from a source to each of its channels, from a channel to each sink that empties it. */
export function linksOf(pipeline) {
  const channels = new Set(partsOf(pipeline, 'channel').map(({ name }) => name));
  const link = (from, to, part) => ({ from, to, rate: part.rate, state: part.state });
  return pipeline.parts.flatMap((part) =>
    part.channels
      .filter((name) => channels.has(name))
      .map((name) => {
        const channel = ['channel', name];
        const other = [part.kind, part.name];
        return part.kind === 'source' ? link(other, channel, part) : link(channel, other, part);
      }),
  );
}

/** How thick a line is: by the order of magnitude of its rate, in pixels. */
export const widthOf = (rate) => (rate > 0 ? Math.min(7, 1.5 + 1.1 * Math.max(0, Math.log10(rate * 10))) : 1.5);

/** How much a channel is in need. @param {Part} channel */
export function strainOf({ fillPercent, oldestSeconds }) {
  if (fillPercent >= 99.5) {
    return 'bad';
  }
  return fillPercent >= NEARLY_FULL || oldestSeconds > LONG ? 'late' : 'good';
}

/** The one sentence about a pipeline. @param {Pipeline} pipeline */
export function sentenceOf(pipeline) {
  if (pipeline.why.length > 0) {
    return pipeline.why.map((why) => why.replace(/\.$/, '')).join('. ') + '.';
  }
  const waiting = Math.max(0, ...pipeline.parts.map(({ oldestSeconds }) => oldestSeconds ?? 0));
  if (pipeline.parts.some(({ kind }) => kind === 'sink') && waiting <= LONG) {
    return levelOf(pipeline) === 'good' ? 'Nothing waits.' : 'Nothing to do.';
  }
  return waiting > LONG ? 'Events wait; nothing says why.' : 'Kept, and read by nobody.';
}

/** The whole page in one sentence. @param {Pipeline[]} pipelines */
export function summaryOf(pipelines) {
  const held = pipelines.filter(({ why }) => why.length > 0).length;
  if (pipelines.length === 0) {
    return { level: 'waiting', text: '' };
  }
  return held === 0
    ? { level: 'good', text: pipelines.length === 1 ? 'Nothing is held up' : `None of ${pipelines.length} is held up` }
    : { level: 'bad', text: pipelines.length === 1 ? 'Held up' : `${held} of ${pipelines.length} held up` };
}

/** A word for what `failures` counts. */
export function failuresWord(pipeline, part) {
  return pipeline.kind === 'topic' ? 'rejected' : part.kind === 'source' ? 'refused' : 'failed';
}

/**
 * Adds the events of the last hour, which are asked for once a minute, to what comes each second.
 *
 * @param {Pipeline[]} pipelines @param {Pipeline[]} asked
 */
export function withMinutes(pipelines, asked) {
  const minutes = new Map();
  for (const pipeline of asked) {
    for (const part of pipeline.parts) {
      minutes.set(idOf(pipeline, part), part.perMinute);
    }
  }
  return pipelines.map((pipeline) => ({
    ...pipeline,
    parts: pipeline.parts.map((part) => ({ ...part, perMinute: minutes.get(idOf(pipeline, part)) })),
  }));
}
