// A matrix of numbers as <table role="grid">: real text, one tab stop, arrow keys.
import { clamp } from './arithmetic.js';
import { h, number, stepper } from './dom.js';

const DIGIT = /^[0-9]$/;

/**
 * role: input, kernel, output, padding or gradient; label: its name for a screen reader.
 * point(i, j): hovered, focused or tapped; point(): left. pick(i, j): clicked, Enter. edit(i, j, change):
 * change maps the old value to the new one; keys +, −, digits, and two buttons below the grid for fingers.
 * `set(title, rows)` draws rows of { v, text, scale, mark, say, fixed }: the value, other text for it, the
 * magnitude of the darkest tint, class names, the words for a screen reader, and whether it cannot be edited.
 */
export function grid({ role, label, point = () => {}, pick = () => {}, edit }) {
  const title = h('div', { class: `cx-title cx-${role}` }), body = h('tbody');
  const table = h('table', { role: 'grid', 'aria-label': label }, body);
  const steps = stepper(by => edit(...at, value => value + by));
  const el = h('div', { class: 'cx-grid' }, title, h('div', { class: 'cx-scroll' }, table), edit && steps.el);
  let cells = [], at = null;

  const place = event => event.target.closest?.('td')?.place;
  const current = () => at && cells[at[0]]?.[at[1]];
  const last = () => [cells.length - 1, (cells[0] || []).length - 1];

  function moveTo(i, j) {
    current()?.setAttribute('tabindex', -1);
    at = [clamp(i, 0, last()[0]), clamp(j, 0, last()[1])];
    current()?.setAttribute('tabindex', 0);
    describe();
  }
  const describe = () => { if (current()) steps.name(current().dataset.name, current().fixed); };
  function onkey(event) {
    const found = place(event);
    if (!found) return;
    const [i, j] = found, key = event.key, far = event.ctrlKey;
    const target = {
      ArrowUp: [i - 1, j], ArrowDown: [i + 1, j], ArrowLeft: [i, j - 1], ArrowRight: [i, j + 1],
      Home: [far ? 0 : i, 0], End: [far ? last()[0] : i, last()[1]],
    }[key];
    if (target) { moveTo(...target); current().focus(); }
    else if ((key === 'Enter' && !event.shiftKey) || key === ' ') pick(i, j);
    else if (edit && '+='.includes(key)) edit(i, j, value => value + 1);
    else if (edit && key === '-') edit(i, j, value => value - 1);
    else if (edit && DIGIT.test(key)) edit(i, j, () => +key);
    else return;
    event.preventDefault();
  }
  const onpoint = event => { const found = place(event); if (found) point(...found); };
  table.addEventListener('keydown', onkey);
  table.addEventListener('pointerover', onpoint);
  table.addEventListener('pointerleave', () => point());
  table.addEventListener('focusin', event => { const found = place(event); if (found) { moveTo(...found); point(...found); } });
  table.addEventListener('focusout', () => point());
  table.addEventListener('click', event => { const found = place(event); if (found) { moveTo(...found); pick(...found); } });

  function rebuild(rows) {
    cells = rows.map((row, i) => row.map((_, j) => {
      const cell = h('td', { role: 'gridcell', tabindex: -1 });
      cell.place = [i, j];
      return cell;
    }));
    body.replaceChildren(...cells.map(row => h('tr', { role: 'row' }, ...row)));
    const free = rows.flatMap((row, i) => row.map((entry, j) => !entry.fixed && [i, j])).find(Boolean);
    moveTo(...(at || free || [0, 0]));
  }
  function draw(cell, { v, text = number(v), scale, mark = '', say, fixed }) {
    const drawn = [v, text, scale, mark, say].join('|');
    if (cell.drawn === drawn) return;                  // most cells stay as they are
    cell.drawn = drawn;
    cell.textContent = text;
    cell.className = mark + (v < 0 ? ' cx-negative' : '');
    cell.style.setProperty('--share', scale && Number.isFinite(v) ? Math.min(1, Math.abs(v) / scale) : 0);
    cell.fixed = fixed;
    cell.dataset.name = say.split(':')[0];
    cell.setAttribute('aria-label', say);
  }
  return {
    el,
    set(words, rows) {
      title.replaceChildren(...[words].flat());
      const fits = rows.length === cells.length && rows[0]?.length === cells[0]?.length;
      if (!fits) rebuild(rows);
      rows.forEach((row, i) => row.forEach((entry, j) => draw(cells[i][j], entry)));
      describe();
    },
  };
}
