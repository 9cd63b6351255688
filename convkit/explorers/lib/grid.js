// A matrix of numbers as <table role="grid">: real text in cells, in a box that keeps its size.
import { largest } from './arithmetic.js';
import { give, h, number, panel } from './dom.js';
import { roving } from './roving.js';

/**
 * role: input, kernel, output, padding or gradient; label: its name for a screen reader; point, pick, edit and take
 * as in roving.js; room: [rows, columns] of full size that its box has, by default as many as there are at first:
 * more of them are smaller. (With `false` a style sheet says --rows and --columns, and another --down and --across.) `set(title, rows, scale)` draws rows of { v, text, mark, name, more, fixed }: the value,
 * other text for it, class names, what a screen reader calls it and says more of it, and whether it cannot be
 * edited. `scale` is the magnitude of the darkest tint, by default the largest; 0 is no tint.
 * `box` holds the cells, for more to be laid over them. `window(top, left, height, width)` draws a window over cells, which slides where it goes; without numbers there is none.
 */
export function grid({ role, label, room, ...acts }) {
  const body = h('tbody');
  const table = h('table', { role: 'grid', 'aria-label': label, 'aria-readonly': !acts.edit && 'true' }, body), tab = roving(table, acts);
  const over = h('div.cx-window', { hidden: true }), box = h('div.cx-cells', {}, table, over);
  const { el, head } = panel(role, box);
  let cells = [];

  function rebuild(rows) {
    cells = rows.map(row => row.map(({ fixed }) => Object.assign(h('td', { role: 'gridcell' }), { fixed })));
    body.replaceChildren(...cells.map(row => h('tr', { role: 'row' }, ...row)));
    tab.take(cells);
    const down = rows.length, across = rows[0]?.length || 0;
    room ??= [down, across];
    if (room) give(box, { style: `--rows: ${room[0]}; --columns: ${room[1]}; --down: ${down}; --across: ${across}` });
  }
  function draw(cell, { v, text = number(v), mark = '', name, more = '', fixed }, scale) {
    const say = `${name}: ${text}${more}`, drawn = [v, scale, mark, say].join('|');
    if (cell.drawn === drawn) return;                  // most cells stay as they are
    if (cell.shown !== text) {
      cell.textContent = cell.shown = text;
      if (cell.chars !== text.length) cell.style.setProperty('--chars', cell.chars = text.length);
    }
    cell.style.setProperty('--share', scale && Number.isFinite(v) ? Math.min(1, Math.abs(v) / scale) : 0);
    cell.dataset.name = name;
    cell.setAttribute('aria-label', say);
    if (acts.pick) cell.setAttribute('aria-selected', mark.includes('cx-picked'));
    Object.assign(cell, { drawn, fixed, className: mark });
  }
  return {
    el, box,
    set(words, rows, scale = largest(rows.map(row => row.map(({ v }) => v)))) {
      head(words);
      if (rows.length !== cells.length || rows[0]?.length !== cells[0]?.length) rebuild(rows);
      rows.forEach((row, i) => row.forEach((entry, j) => draw(cells[i][j], entry, scale)));
    },
    // For window:
    window(top, left, height, width) {
      over.hidden = top === undefined;
      if (!over.hidden) over.style.cssText = `--top: ${top}; --left: ${left}; --tall: ${height}; --wide: ${width}`;
    },
    // End.
  };
}
