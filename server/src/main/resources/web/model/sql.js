/** What the page about SQL knows of the text in its editor and of answers. No DOM. */

/** @typedef {{kind: string, text: string, start: number}} Token */

const TOKEN =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<text>'(?:[^'\\]|\\[\s\S])*(?:'|$)|"(?:[^"\\]|\\[\s\S])*(?:"|$))|(?<name>`[^`]*(?:`|$))|(?<number>\b\d+(?:\.\d+)?(?:e[+-]?\d+)?\b)|(?<word>[A-Za-z_]\w*)|(?<other>[\s\S])/gy;

/** Cuts a text into tokens that together are the text. @param {Set<string>} keywords in capitals @returns {Token[]} */
export function tokensOf(text, keywords) {
  const tokens = [];
  for (const match of text.matchAll(TOKEN)) {
    const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    const last = tokens.at(-1);
    if (kind === 'other' && last?.kind === 'other') {
      last.text += match[0];
    } else {
      const isKeyword = kind === 'word' && keywords.has(match[0].toUpperCase());
      tokens.push({ kind: isKeyword ? 'keyword' : kind, text: match[0], start: match.index });
    }
  }
  return tokens;
}

/** The statements of a text, without their semicolons: where each begins and ends; none is empty. */
export function statementsOf(text) {
  const statements = [];
  let start = 0;
  let isEmpty = true;
  const end = (at) => {
    if (!isEmpty) {
      const whole = text.slice(start, at);
      const first = start + (whole.length - whole.trimStart().length);
      statements.push({ start: first, end: first + whole.trim().length });
    }
    isEmpty = true;
  };
  for (const { kind, text: part, start: at } of tokensOf(text, new Set())) {
    if (kind !== 'other') {
      isEmpty &&= kind === 'comment';
      continue;
    }
    for (let i = 0; i < part.length; i++) {
      if (part[i] === ';') {
        end(at + i);
        start = at + i + 1;
      } else {
        isEmpty &&= /\s/.test(part[i]);
      }
    }
  }
  end(text.length);
  return statements;
}

/** The statement that the cursor is in or behind; null when there is none. */
export function statementAt(text, cursor) {
  const statements = statementsOf(text);
  return statements.findLast(({ start }) => start <= cursor) ?? statements[0] ?? null;
}

const SOURCE = /\b(?:from|join|into|update|describe|formatted)\s+`?(\w+)`?(?:\s+(?:as\s+)?(\w+))?/gi;
const BEFORE_A_TABLE = /\b(?:from|join|into|update|describe|desc|formatted|table|view|stats|upsert)\s+$/i;

/**
 * What may stand in place of the word that has been begun at the cursor.
 *
 * @param {{tables: {name: string, view: boolean, columns: {name: string, type: string}[]}[], functions: {name: string, signature: string, says: string}[], keywords: string[]}} words
 * @returns {{start: number, list: {word: string, is: string, says?: string}[]}} `start` of the word
 */
export function proposalsOf(words, text, cursor) {
  const word = /[\w.]*$/.exec(text.slice(0, cursor))[0];
  const start = cursor - word.length;
  const statement = statementAt(text, cursor) ?? { start: 0, end: text.length };
  const within = text.slice(statement.start, Math.max(statement.end, cursor));
  const tables = new Map(words.tables.map((table) => [table.name, table]));
  const sources = new Map();
  for (const [, name, alias] of within.matchAll(SOURCE)) {
    const table = tables.get(name.toLowerCase());
    if (table) {
      sources.set(table.name, table);
      if (alias) {
        sources.set(alias.toLowerCase(), table);
      }
    }
  }
  const columnsOf = (table, prefix = '') =>
    table.columns.map(({ name, type }) => ({ word: prefix + name, is: type, says: table.name }));
  const point = word.lastIndexOf('.');
  let list = [];
  if (point >= 0) {
    const table = sources.get(word.slice(0, point).toLowerCase());
    list = table ? columnsOf(table, word.slice(0, point + 1)) : [];
  } else {
    const isTableNext = BEFORE_A_TABLE.test(text.slice(0, start));
    const named = sources.size > 0 ? new Set(sources.values()) : new Set(word ? words.tables : []);
    if (!isTableNext) {
      list.push(...[...named].flatMap((table) => columnsOf(table)));
    }
    list.push(...words.tables.map(({ name, view }) => ({ word: name, is: view ? 'view' : 'table' })));
    if (!isTableNext) {
      list.push(...words.functions.map(({ name, signature, says }) => ({ word: name + '(', is: signature, says })));
      const isSmall = word !== word.toUpperCase();
      list.push(...words.keywords.map((each) => ({ word: isSmall ? each.toLowerCase() : each, is: 'keyword' })));
    }
  }
  const begun = word.toLowerCase();
  const seen = new Set();
  list = list.filter((each) => {
    const isNew = each.word.toLowerCase().startsWith(begun) && !seen.has(each.word);
    seen.add(each.word);
    return isNew && each.word.toLowerCase() !== begun;
  });
  return { start, list };
}

/** Whether the cursor is in a text or a comment, where nothing is completed. */
export function isQuoted(text, cursor) {
  return tokensOf(text, new Set()).some(({ kind, text: part, start }) => {
    const end = start + part.length;
    const isOpen = kind === 'text' ? part.length === 1 || !part.endsWith(part[0]) : part.startsWith('--') || !part.endsWith('*/');
    return (kind === 'text' || kind === 'comment') && start < cursor && (cursor < end || (isOpen && cursor === end));
  });
}

/** From where to where the mark is of what is wrong at a position: its word, or one sign. */
export function markOf(text, position) {
  if (position >= text.length) {
    return { start: Math.max(0, text.trimEnd().length - 1), end: text.trimEnd().length };
  }
  const word = /^(?:\w+|`[^`]*`|'[^']*'|\S|\s)/.exec(text.slice(position))[0];
  return { start: position, end: position + word.length };
}

const NUMBERS = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL)/;

/** What a column's values are to a chart: `time`, `number` or `text`. */
export function kindOf({ type }) {
  return NUMBERS.test(type) ? 'number' : /^(TIMESTAMP|DATE)/.test(type) ? 'time' : 'text';
}

/** More lines cannot be told apart, more bars cannot be read. */
export const MOST_LINES = 4;
export const MOST_BARS = 40;

/**
 * What a quick chart draws of an answer: lines over a time or number, bars over texts. Null when no column has numbers.
 *
 * @param {string} [x] column along which it is drawn @param {string} [y] column that is drawn, all when it is empty
 */
export function chartOf({ columns, rows }, x = '', y = '') {
  const kinds = columns.map(kindOf);
  const named = (name) => columns.findIndex((column) => column.name === name);
  let along = named(x);
  if (along < 0) {
    along = kinds.indexOf('time');
    along = along >= 0 ? along : kinds.indexOf('text');
    along = along >= 0 ? along : kinds.filter((kind) => kind === 'number').length > 1 ? kinds.indexOf('number') : -1;
  }
  const numbers = columns.map((_, c) => c).filter((c) => kinds[c] === 'number' && c !== along);
  if (numbers.length === 0 || rows.length === 0) {
    return null;
  }
  const chosen = numbers.includes(named(y)) ? [named(y)] : numbers.slice(0, MOST_LINES);
  const number = (value) => (value === null ? NaN : Number(value));
  const choices = {
    x: columns.map(({ name }) => name),
    y: numbers.map((c) => columns[c].name),
    chosenX: along < 0 ? '' : columns[along].name,
  };
  if (along < 0 || kinds[along] === 'text') {
    const shown = rows.slice(0, MOST_BARS);
    return {
      ...choices,
      kind: 'bars',
      labels: shown.map((row, r) => (along < 0 ? String(r + 1) : String(row[along] ?? 'NULL'))),
      series: chosen.map((c) => ({ name: columns[c].name, values: shown.map((row) => number(row[c])) })),
      left: rows.length - shown.length,
    };
  }
  const at = (row) => (kinds[along] === 'time' ? Date.parse(row[along]) : number(row[along]));
  const sorted = rows.filter((row) => row[along] !== null && at(row) === at(row)).sort((a, b) => at(a) - at(b));
  return {
    ...choices,
    kind: kinds[along] === 'time' ? 'time' : 'number',
    xs: sorted.map(at),
    series: chosen.map((c) => ({ name: columns[c].name, values: sorted.map((row) => number(row[c])) })),
    left: 0,
  };
}

/** A readable step, so that about so many lie between two values. */
export function stepOf(low, high, count) {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].find((factor) => factor * power >= rough) * power;
}
