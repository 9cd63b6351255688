// A picture too large for numbers, on a canvas: an input in 16 greys, anything else in the two colours of
// convkit.plotting for signs, on white paper.
import { clamp, equal, largest } from './arithmetic.js';
import { give, h, NEGATIVE, number, panel, POSITIVE } from './dom.js';
import { drag } from './drag.js';

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * What a grid is, for rows of numbers: `set(words, rows, box, p)`. The box [[top, height], [left, width]] is the one
 * cursor, which keys and mouse move (or steer(down, along) for keys); a square p pixels inside of the rows is dashed, where they are padded. point, pick and take are those of a grid; size is the number of rows, by default
 * all, that share the room which --side gives to a picture; more are not shown.
 */
export function picture({ role, label, size, point = () => {}, pick = () => {}, take, steer }) {
  const canvas = h('canvas', { role: 'img', 'aria-label': label }), ink = canvas.getContext('2d');
  const cursor = h('div.cx-box', { tabindex: 0, role: 'application' });
  const stage = h('div.cx-picture.cx-holds', { role: 'group', 'aria-label': label, 'data-view': '' }, canvas, cursor);
  // For continued:
  const inner = h('div.cx-inner');
  canvas.after(inner);
  // End.
  const { el, head } = panel(role, stage);
  let at, drawn;

  const inside = (i, j) => [clamp(i, 0, canvas.height - 1), clamp(j, 0, canvas.width - 1)];
  function under({ clientX, clientY }) {
    const { top, left, width, height } = canvas.getBoundingClientRect();
    return inside(Math.floor((clientY - top) / height * canvas.height), Math.floor((clientX - left) / width * canvas.width));
  }
  let held = false;
  stage.addEventListener('pointermove', event => { if (!held) point(...under(event)); });
  stage.addEventListener('pointerleave', () => point());
  stage.addEventListener('click', event => { pick(...under(event)); cursor.focus({ preventScroll: true }); });
  drag(stage, event => {
    const start = under(event), go = take ? take(...start) : pick;
    let last = take ? start : null;
    return go && (({ x, y }) => {
      held = true;
      const next = under({ clientX: x, clientY: y });
      if (equal(next, last)) return;
      last = next;
      point();
      go(...next);
    });
  }, () => { held = false; });
  cursor.addEventListener('focus', () => { if (!held) point(...at); });
  cursor.addEventListener('blur', () => point());
  cursor.addEventListener('keydown', event => {
    const { key } = event, move = MOVES[key];
    if (move && steer) steer(...move);
    else if (move) {
      const from = at, to = inside(at[0] + move[0], at[1] + move[1]);
      if (event.shiftKey && take) take(...from)?.(at[0] + move[0], at[1] + move[1]);
      point(...to);
    } else if (key === ' ' || (key === 'Enter' && !event.shiftKey)) pick(...at);
    else return;
    event.preventDefault();
  });

  function paint(rows) {
    const [height, width] = [rows.length, rows[0].length], image = new ImageData(width, height), { data } = image;
    const scale = role === 'input' ? 1 : 255 / largest(rows);
    let k = 0;
    for (const row of rows) {
      for (const v of row) {
        const colour = v < 0 ? NEGATIVE : POSITIVE, grey = role === 'input';
        data[k++] = grey ? 17 * v : colour[0];
        data[k++] = grey ? 17 * v : colour[1];
        data[k++] = grey ? 17 * v : colour[2];
        data[k++] = grey ? 255 : Math.round(scale * Math.abs(v));
      }
    }
    if (canvas.height !== height || canvas.width !== width) Object.assign(canvas, { height, width });
    canvas.style.width = (100 * width) / (size || width) + '%';
    ink.putImageData(image, 0, 0);
  }

  return {
    el, stage,
    set(words, rows, [[top, height], [left, width]], p = 0) {
      const all = size || rows.length;
      head(words);
      // For continued:
      inner.hidden = !p;
      inner.style.cssText = `inset: ${(100 * p) / all}%; width: ${(100 * (rows.length - 2 * p)) / all}%; height: auto; aspect-ratio: 1`;
      // End.
      at = [top, left];
      const value = rows[top]?.[left];
      give(cursor, { 'aria-label': `${label} ${at.map(number).join(', ')}` + (value === undefined ? '' : ': ' + number(value)) });
      for (const [side, cells] of Object.entries({ top, left, height, width })) cursor.style[side] = (100 * cells) / all + '%';
      if (rows !== drawn) paint(rows);
      drawn = rows;
    },
  };
}
