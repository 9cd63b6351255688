// A view of many cells is one stop of the Tab key: keys move in it, and hovering, tapping and focus are one event.
import { clamp } from './arithmetic.js';
import { stepper } from './dom.js';

/**
 * Listen on `box`, whose cells carry their place [i, j]. point(i, j): hovered, focused or tapped, point(): left;
 * pick(i, j): clicked, Enter, space; edit(i, j, change): +, −, digits, and the buttons `steps.el`, where change
 * maps the old value to the new one. If `upright`, arrows up and down edit instead of moving. `take(rows)`
 * takes the cells, `name()` is to follow each drawing.
 */
export function roving(box, { point = () => {}, pick = () => {}, edit, upright }) {
  const steps = edit && stepper(by => edit(...at, value => value + by));
  let cells = [], at;

  const current = () => at && cells[at[0]]?.[at[1]];
  const name = () => {
    if (!steps) return;
    steps.el.hidden = !current();
    if (current()) steps.name(current().dataset.name, current().fixed);
  };
  function moveTo(i, j) {
    current()?.setAttribute('tabindex', -1);
    const row = clamp(i, 0, cells.length - 1);
    at = [row, clamp(j, 0, (cells[row] || []).length - 1)];
    current()?.setAttribute('tabindex', 0);
    name();
  }
  function onkey([i, j], event) {
    const { key, ctrlKey } = event, bar = edit && upright, far = ctrlKey ? cells.length - 1 : 0;
    if (event.altKey || event.metaKey || (ctrlKey && !/^(Home|End)$/.test(key))) return;   // the browser's own
    const target = {
      ArrowUp: !bar && [i - 1, j], ArrowDown: !bar && [i + 1, j], ArrowLeft: [i, j - 1], ArrowRight: [i, j + 1],
      Home: [far ? 0 : i, 0], End: [far || i, Infinity],
    }[key];
    const by = edit && { '+': 1, '=': 1, ArrowUp: 1, '-': -1, ArrowDown: -1 }[key];
    if (target) { moveTo(...target); current().focus(); }
    else if (by) edit(i, j, value => value + by);
    else if (edit && /^[0-9]$/.test(key)) edit(i, j, () => +key);
    else if ((key === 'Enter' && !event.shiftKey) || key === ' ') pick(i, j);
    else return;
    event.preventDefault();
  }
  const listen = (type, act) => box.addEventListener(type, event => {
    const place = event.target.closest?.('[tabindex]')?.place;
    if (place) act(place, event);
  });
  listen('keydown', onkey);
  listen('pointerover', place => point(...place));
  listen('focusin', place => { moveTo(...place); point(...place); });
  listen('click', place => { moveTo(...place); pick(...place); });
  for (const leave of ['pointerleave', 'focusout']) box.addEventListener(leave, () => point());

  return {
    steps, name, current, moveTo,
    take(rows) {
      cells = rows;
      rows.forEach((row, i) => row.forEach((cell, j) => {
        cell.place = [i, j];
        cell.setAttribute('tabindex', -1);
      }));
      const first = rows.flat().find(cell => !cell.fixed);
      moveTo(...(at || first?.place || [0, 0]));
    },
  };
}
