// A view of many cells is one stop of the Tab key: keys move in it, and hovering, tapping and focus are one event.
import { clamp, equal } from './arithmetic.js';
import { drag } from './drag.js';

export const STEP = 10;                         // pixels on the way up or down that change a number by one

/**
 * Listen on `box`, whose cells carry their place [i, j]. What a reader can do, each if it is given:
 *   point(i, j)         hover, focus or tap; point() without a place: leave
 *   pick(i, j)          click, Enter, space; and drag over cells, each of which is picked
 *   edit(i, j, change)  +, −, digits, the buttons of the frame, and drag a number up or down; change maps the old
 *                       value to the new one. If `upright`, arrows up and down edit instead of moving.
 *   take(i, j)          take hold of (i, j) to drag it: return what is called with each place on the way, or nothing
 *                       if it cannot be held. Shift and an arrow drag by one place, also to beyond the last; the
 *                       focus goes along unless false is returned.
 *   hold(place, event)  instead of all that: what a press returns to drag.js; drop() is called at the end.
 * `take(rows)` of the result takes the cells, `name()` is to follow each drawing.
 */
export function roving(box, { point = () => {}, pick, edit, take, upright, hold, drop }) {
  let cells = [], at;

  const current = () => at && cells[at[0]]?.[at[1]];
  function moveTo(i, j) {
    current()?.setAttribute('tabindex', -1);
    const row = clamp(i, 0, cells.length - 1);
    at = [row, clamp(j, 0, (cells[row] || []).length - 1)];
    current()?.setAttribute('tabindex', 0);
  }
  /** Tell the frame which number its buttons − and + change. */
  const offer = () => edit && box.dispatchEvent(new CustomEvent('cx-edit', { bubbles: true,
    detail: { cell: current, change: by => edit(...at, value => value + by) } }));

  function onkey([i, j], event) {
    const { key, ctrlKey, shiftKey } = event, bar = edit && upright, far = ctrlKey ? cells.length - 1 : 0;
    if (event.altKey || event.metaKey || (ctrlKey && !/^(Home|End)$/.test(key))) return;   // the browser's own
    const target = {
      ArrowUp: !bar && [i - 1, j], ArrowDown: !bar && [i + 1, j], ArrowLeft: [i, j - 1], ArrowRight: [i, j + 1],
      Home: [far ? 0 : i, 0], End: [far || i, Infinity],
    }[key];
    const by = edit && { '+': 1, '=': 1, ArrowUp: 1, '-': -1, ArrowDown: -1 }[key];
    if (target) {
      const stays = shiftKey && take && take(i, j)?.(...target) === false;
      if (!stays) moveTo(...target);
      current().focus();
    } else if (by) edit(i, j, value => value + by);
    else if (edit && /^[0-9]$/.test(key)) edit(i, j, () => +key);
    else if (pick && ((key === 'Enter' && !shiftKey) || key === ' ')) pick(i, j);
    else return;
    event.preventDefault();
  }
  const placeOf = target => target?.closest?.('[tabindex]')?.place;
  const listen = (type, act) => box.addEventListener(type, event => {
    const place = placeOf(event.target);
    if (place) act(place, event);
  });
  listen('keydown', onkey);
  listen('pointerover', place => point(...place));
  listen('focusin', place => { moveTo(...place); offer(); point(...place); });
  listen('click', place => { moveTo(...place); offer(); pick?.(...place); });
  for (const leave of ['pointerleave', 'focusout']) box.addEventListener(leave, () => point());

  /** The place under a point of the window, or the nearest in the box. */
  function under(x, y) {
    const { left, right, top, bottom } = box.getBoundingClientRect();
    const found = document.elementFromPoint(clamp(x, left + 2, right - 2), clamp(y, top + 2, bottom - 2));
    return box.contains(found) && placeOf(found);
  }
  function press(event) {
    const place = placeOf(event.target);
    if (!place) return null;
    if (hold) return hold(place, event);
    if (take || (pick && !edit)) {
      const go = take ? take(...place) : pick;
      let last = place;
      return go && (({ x, y }) => {
        const next = under(x, y);
        if (!next || equal(next, last)) return;
        last = next;
        point();                          // what is dragged shows, not what the pointer passes over
        go(...next);
      });
    }
    if (!edit || current()?.fixed) return null;
    moveTo(...place);
    offer();
    let first;
    return ({ dy }) => edit(...place, value => (first ??= value) - Math.round(dy / STEP));
  }
  if (hold || take || pick || edit) {
    drag(box, press, drop);
    box.classList.add(!take && (edit || hold) ? 'cx-scrubs' : 'cx-holds');
  }

  return {
    current, moveTo,
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
