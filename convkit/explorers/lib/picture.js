// A picture too large for numbers, on a canvas: an input in 16 greys, anything else in the two colours of
// convkit.plotting for signs, on white paper.
import { clamp, equal, largest } from './arithmetic.js';
import { h, NEGATIVE, number, panel, POSITIVE } from './dom.js';
import { drag } from './drag.js';

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * What a grid is, for rows of numbers: `set(words, rows, box)`. The box [[top, height], [left, width]] is the one
 * cursor, which keys and mouse move. point, pick and take are those of a grid; size is the largest number of
 * rows, which as much room as CSS gives to `.cx-picture` is shared out to.
 */
export function picture({ role, label, size = 64, point, pick = () => {}, take }) {
  const canvas = h('canvas', { role: 'img', 'aria-label': label }), ink = canvas.getContext('2d');
  const cursor = h('div.cx-box', { tabindex: 0, role: 'application' });
  const stage = h('div.cx-picture.cx-holds', { role: 'group', 'aria-label': label, 'data-view': '' }, canvas, cursor);
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
    if (move) {
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
    canvas.style.width = (100 * width) / size + '%';
    ink.putImageData(image, 0, 0);
  }

  return {
    el,
    set(words, rows, [[top, height], [left, width]]) {
      head(words);
      at = [top, left];
      cursor.setAttribute('aria-label', `${label} ${at.join(', ')}: ${number(rows[top][left])}`);
      for (const [side, cells] of Object.entries({ top, left, height, width })) cursor.style[side] = (100 * cells) / size + '%';
      if (rows !== drawn) paint(rows);
      drawn = rows;
    },
  };
}
