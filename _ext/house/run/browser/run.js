'use strict';

// "Run this page", before a reader asks for it: the buttons, and code that can be edited. The rest, page.js and the
// modules that it imports, comes with the first click, and Python with it. Pages opened from disk have none of this:
// from there a browser starts no module.
(() => {
  if (location.protocol === 'file:') return;
  const rest = new URL('page.js', document.currentScript.src).href;

  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const button = (text, act, properties = {}) => make('button', { type: 'button', onclick: act, ...properties }, text);

  let page, tries = 0;
  const ask = (act) => {
    page ??= import(tries ? `${rest}?${tries}` : rest).then(({ Page }) => new Page(cells(), document.querySelector('run-page')));
    page.then(act, () => {
      page = undefined;
      tries += 1;                                               // a browser keeps that an address failed
      document.querySelector('.run-said').textContent = 'A file did not arrive. Try again.';
    });
  };

  const codeOf = (cell) => cell.querySelector('.cell_input pre');
  const cells = () => [...document.querySelectorAll('div.cell')].filter(codeOf);

  customElements.define('run-page', class extends HTMLElement {
    connectedCallback() {
      if (this.firstChild) return;
      const { megabytes } = this.dataset;
      this.append(make('section', { ariaLabel: 'Run this page' },
        button('Run all', () => ask((it) => it.runAll()), { className: 'run-all' }),
        button('Stop', () => ask((it) => it.stop()), { className: 'run-stop', disabled: true }),
        button('Restart', () => ask((it) => it.restart()), { className: 'run-restart', disabled: true }),
        make('span', { className: 'run-progress' }),
        make('p', { className: 'run-said', role: 'status' },
          `Every cell can be changed and run here: Python comes with the first click, at most ${megabytes} MB, and stays in your browser.`)));
    }
  });

  // The code as a text field, out of sight until it has the focus.
  function fieldOf(code, name, place) {
    const area = make('textarea', { className: 'run-code', value: code.textContent.replace(/\n$/, ''), ariaLabel: name, spellcheck: false, autocomplete: 'off' });
    area.setAttribute('autocapitalize', 'off');
    for (const event of ['keydown', 'input']) area.addEventListener(event, () => ask(() => {}), { once: true });
    area.addEventListener('focus', () => {
      const { font, padding, borderWidth, tabSize } = getComputedStyle(code);
      Object.assign(area.style, { font, padding, borderWidth, tabSize });
    });
    area.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !event.shiftKey) return;
      event.preventDefault();
      ask((it) => it.run(place));
    });
    code.addEventListener('click', (event) => {
      if (event.target.closest('a') || !getSelection().isCollapsed) return;
      const spot = placeIn(code);
      area.focus({ preventScroll: true });
      area.setSelectionRange(spot, spot);
      area.dataset.typing = '';
    });
    return area;
  }

  // How many characters of the code stand before the caret that a click has set.
  function placeIn(code) {
    const { anchorNode, anchorOffset } = getSelection(), upTo = document.createRange();
    if (!code.contains(anchorNode)) return 0;
    upTo.selectNodeContents(code);
    upTo.setEnd(anchorNode, anchorOffset);
    return upTo.toString().length;
  }

  // What needed a notebook can be answered here, too.
  function welcome(cell) {
    const answered = cell.querySelector('ask-question, .ask-note'), summary = cell.querySelector('details.code > summary');
    if (answered && summary?.textContent === 'In the notebook') summary.textContent = 'In code';
    for (const note of cell.querySelectorAll('.ask-note')) note.textContent = note.textContent.replace('in the notebook', 'in its code');
  }

  addEventListener('DOMContentLoaded', () => cells().forEach((cell, place) => {
    const code = codeOf(cell), number = place + 1;
    welcome(cell);
    code.after(fieldOf(code, `Code of cell ${number}`, place));
    const run = button('Run', () => ask((it) => it.run(place)), { className: 'run-cell', ariaLabel: `Run cell ${number}`, title: 'With the cells before it that have not run (Shift+Enter in the code)' });
    cell.querySelector('.cell_input').append(make('div', { className: 'run-tools' }, make('span', { className: 'run-mark' }), run));
  }));
})();
