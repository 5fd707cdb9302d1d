import { html, nothing } from 'lit';
import { isQuoted, markOf, proposalsOf, tokensOf } from '../model/sql.js';
import { PolderElement, tell } from './element.js';

/** A list that is longer is not read. */
const MOST = 50;
/** Letters after which proposals come by themselves. */
const BEGUN = 2;

/**
 * A text area over its own coloured text, which it lies on letter by letter. Properties: `text` (what it begins with),
 * `words` (see `api.words`), `wrong` (position of what is wrong, -1 for nothing), `says` (id of what says so). Tells
 * `polder-sql-text` {text} and `polder-sql-run`.
 */
class PolderSqlEditor extends PolderElement {
  static properties = {
    text: { attribute: false },
    words: { attribute: false },
    wrong: { attribute: false },
    says: { attribute: false },
    proposals: { state: true },
    chosen: { state: true },
    place: { state: true },
  };

  constructor() {
    super();
    this.text = '';
    this.words = null;
    this.wrong = -1;
    this.proposals = null;
    this.chosen = 0;
  }

  get area() {
    return this.querySelector('textarea');
  }

  /** Where the cursor is; a selection is given as it is. */
  get selection() {
    return { start: this.area.selectionStart, end: this.area.selectionEnd };
  }

  /** Puts the cursor there. */
  goTo(position) {
    this.area.focus();
    this.area.setSelectionRange(position, position);
  }

  /** Writes a word where the cursor is. */
  insert(word) {
    const { start, end } = this.selection;
    this.#replace(start, end, word);
  }

  updated(changed) {
    if (changed.has('text') && this.area.value !== this.text) {
      this.area.value = this.text;
    }
    if (this.proposals) {
      this.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
    }
  }

  render() {
    const isOpen = this.proposals !== null;
    return html`<div class="editor" ?data-wrong=${this.wrong >= 0}>
        <div class="editor-scroll" @scroll=${this.#shut}>
          <pre class="editor-colours" aria-hidden="true">${this.#colours()}${'\n'}</pre>
          <textarea
            id="sql-text"
            data-test="sql"
            spellcheck="false"
            autocapitalize="off"
            autocomplete="off"
            aria-autocomplete="list"
            aria-controls=${isOpen ? 'sql-proposals' : nothing}
            aria-activedescendant=${isOpen ? 'sql-proposal-' + this.chosen : nothing}
            aria-invalid=${this.wrong >= 0 ? 'true' : 'false'}
            aria-errormessage=${this.wrong >= 0 ? this.says : nothing}
            aria-describedby="sql-keys"
            @input=${this.#typed}
            @keydown=${this.#key}
            @click=${this.#shut}
            @blur=${this.#shut}
          ></textarea>
        </div>
        ${isOpen ? this.#list() : nothing}
      </div>
      <p id="sql-keys" class="unseen">Control and Enter runs the statement, Control and Space completes a word.</p>`;
  }

  #colours() {
    const mark = this.wrong >= 0 ? markOf(this.text, this.wrong) : null;
    const parts = [];
    for (const { kind, text, start } of tokensOf(this.text, new Set(this.words?.keywords ?? []))) {
      const cuts = mark ? [mark.start, mark.end].map((at) => Math.min(Math.max(at - start, 0), text.length)) : [0, 0];
      for (const [from, to, isWrong] of [
        [0, cuts[0], false],
        [cuts[0], cuts[1], true],
        [cuts[1], text.length, false],
      ]) {
        if (to > from) {
          parts.push(
            html`<span class=${kind} data-test=${isWrong ? 'wrong' : nothing} ?data-wrong=${isWrong}>${text.slice(from, to)}</span>`,
          );
        }
      }
    }
    return parts;
  }

  #list() {
    return html`<ul
      id="sql-proposals"
      class="proposals"
      role="listbox"
      aria-label="Words that may stand here"
      data-test="proposals"
      style=${`left: ${this.place.left}px; top: ${this.place.top}px`}
    >
      ${this.proposals.list.map(
        ({ word, is }, i) =>
          html`<li
            id=${'sql-proposal-' + i}
            role="option"
            aria-selected=${i === this.chosen ? 'true' : 'false'}
            @pointerdown=${(event) => {
              event.preventDefault();
              this.#take(i);
            }}
          >
            <span>${word}</span><span class="quiet">${is}</span>
          </li>`,
      )}
    </ul>`;
  }

  #typed() {
    this.#tell();
    const { start, end } = this.selection;
    const word = /[\w.]*$/.exec(this.text.slice(0, start))[0];
    const isWanted = start === end && (word.length >= BEGUN || (this.proposals && word)) && /[A-Za-z_.]/.test(word);
    isWanted ? this.#open() : this.#shut();
  }

  #tell() {
    this.text = this.area.value;
    tell(this, 'polder-sql-text', { text: this.text });
  }

  #open() {
    if (!this.words) {
      return;
    }
    const cursor = this.area.selectionStart;
    const { start, list } = proposalsOf(this.words, this.text, cursor);
    this.proposals = list.length > 0 && !isQuoted(this.text, cursor) ? { start, list: list.slice(0, MOST) } : null;
    this.chosen = 0;
    if (this.proposals) {
      this.updateComplete.then(() => (this.place = this.#placeOf(start)));
      this.place ??= { left: 0, top: 0 };
    }
  }

  /** Below the sign at a position, from the editor's corner. */
  #placeOf(position) {
    const colours = this.querySelector('.editor-colours');
    const range = document.createRange();
    const walker = document.createTreeWalker(colours, NodeFilter.SHOW_TEXT);
    let left = position;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (left <= node.length) {
        range.setStart(node, left);
        range.setEnd(node, left);
        break;
      }
      left -= node.length;
    }
    const rect = range.getBoundingClientRect();
    const box = this.querySelector('.editor').getBoundingClientRect();
    const widest = Math.max(0, box.width - 340);
    return { left: Math.min(Math.max(0, rect.left - box.left), widest), top: rect.bottom - box.top + 4 };
  }

  #shut() {
    this.proposals = null;
  }

  #take(index) {
    const { start, list } = this.proposals;
    this.#shut();
    this.#replace(start, this.area.selectionStart, list[index].word);
  }

  /** By a command of the browser, so that its undo knows of it. */
  #replace(start, end, word) {
    this.area.focus();
    this.area.setSelectionRange(start, end);
    if (!document.execCommand('insertText', false, word)) {
      this.area.setRangeText(word, start, end, 'end');
    }
    this.#shut();
    this.#tell();
  }

  #key(event) {
    const isControl = event.ctrlKey || event.metaKey;
    if (event.key === 'Enter' && isControl) {
      event.preventDefault();
      this.#shut();
      tell(this, 'polder-sql-run');
    } else if (event.key === ' ' && event.ctrlKey) {
      event.preventDefault();
      this.#open();
    } else if (this.proposals) {
      const count = this.proposals.list.length;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        this.chosen = (this.chosen + step + count) % count;
      } else if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey) {
        event.preventDefault();
        this.#take(this.chosen);
      } else if (event.key === 'Escape') {
        event.preventDefault();
        event.stopPropagation();
        this.#shut();
      } else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
        this.#shut();
      }
    }
  }
}

customElements.define('polder-sql-editor', PolderSqlEditor);
