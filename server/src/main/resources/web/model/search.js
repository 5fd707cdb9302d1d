/**
 * Finds points and municipalities by what people type: every word must be in a name, a road or a key; what begins with
 * it comes first.
 */
export class Index {
  constructor() {
    /** @type {{kind: string, title: string, note: string, words: string, value: any, place?: string}[]} */
    this.entries = [];
  }

  /**
   * @param {string} title @param {string} note quiet text beside it @param {string[]} words what else finds it
   * @param {string} [place] what entries of the same place have in common
   */
  add(kind, title, note, words, value, place) {
    this.entries.push({
      kind,
      title,
      note,
      value,
      place,
      name: plain(title),
      words: plain([title, ...words].join(' ')),
    });
  }

  find(text, length) {
    const wanted = plain(text).split(/\s+/).filter(Boolean);
    if (wanted.length === 0) {
      return [];
    }
    const found = [];
    for (const entry of this.entries) {
      let rank = 0;
      for (const word of wanted) {
        const at = (' ' + entry.words).indexOf(' ' + word);
        const inside = at >= 0 ? at : entry.words.includes(word) ? 1000 : -1;
        if (inside < 0) {
          rank = -1;
          break;
        }
        // A whole word beats its beginning, a beginning beats what is in the middle.
        rank += Math.min(inside, 1000) + ((' ' + entry.words + ' ').includes(' ' + word + ' ') ? 0 : 400);
      }
      if (rank >= 0) {
        found.push({ entry, rank: rank + (entry.kind === 'place' ? -50 : 0) });
      }
    }
    found.sort(
      (a, b) =>
        a.rank - b.rank || a.entry.title.length - b.entry.title.length || (a.entry.title < b.entry.title ? -1 : 1),
    );
    return found.slice(0, length).map(({ entry }) => entry);
  }
}

/** Small letters without accents. */
function plain(text) {
  return text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
}
