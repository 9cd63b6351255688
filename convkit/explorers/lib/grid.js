// A matrix of numbers as <table role="grid">: real text in cells that keep their size.
import { largest } from './arithmetic.js';
import { h, number, panel } from './dom.js';
import { roving } from './roving.js';

/**
 * role: input, kernel, output, padding or gradient; label: its name for a screen reader; point, pick and edit
 * as in roving.js. `set(title, rows, scale)` draws rows of { v, text, mark, name, more, fixed }: the value, other
 * text for it, class names, what a screen reader calls it and says more of it, and whether it cannot be edited.
 * `scale` is the magnitude of the darkest tint, by default the largest; 0 is no tint.
 */
export function grid({ role, label, ...acts }) {
  const body = h('tbody');
  const table = h('table', { role: 'grid', 'aria-label': label, 'aria-readonly': !acts.edit && 'true' }, body), tab = roving(table, acts);
  const { el, head } = panel(role, table, tab.steps?.el);
  let cells = [];

  function rebuild(rows) {
    cells = rows.map(row => row.map(({ fixed }) => Object.assign(h('td', { role: 'gridcell' }), { fixed })));
    body.replaceChildren(...cells.map(row => h('tr', { role: 'row' }, ...row)));
    tab.take(cells);
  }
  function draw(cell, { v, text = number(v), mark = '', name, more = '', fixed }, scale) {
    const say = `${name}: ${text}${more}`, drawn = [v, scale, mark, say].join('|');
    if (cell.drawn === drawn) return;                  // most cells stay as they are
    cell.textContent = text;
    cell.style.setProperty('--share', scale && Number.isFinite(v) ? Math.min(1, Math.abs(v) / scale) : 0);
    cell.dataset.name = name;
    cell.setAttribute('aria-label', say);
    if (acts.pick) cell.setAttribute('aria-selected', mark.includes('cx-picked'));
    Object.assign(cell, { drawn, fixed, className: mark });
  }
  return {
    el,
    set(words, rows, scale = largest(rows.map(row => row.map(({ v }) => v)))) {
      head(words);
      if (rows.length !== cells.length || rows[0]?.length !== cells[0]?.length) rebuild(rows);
      rows.forEach((row, i) => row.forEach((entry, j) => draw(cells[i][j], entry, scale)));
      tab.name();
    },
  };
}
