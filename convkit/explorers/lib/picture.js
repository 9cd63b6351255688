// A picture too large for numbers, on a canvas: an input in 16 greys, anything else in the two colours of
// convkit.plotting for signs, on white paper.
import { clamp, largest } from './arithmetic.js';
import { h, number, panel } from './dom.js';

const PIXEL = 4, POSITIVE = [166, 124, 0], NEGATIVE = [98, 54, 168];
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * What a grid is, for rows of numbers: `set(words, rows, box)`. The box [[top, height], [left, width]] is the one
 * cursor, which keys and mouse move.
 */
export function picture({ role, label, point, pick = () => {} }) {
  const canvas = h('canvas', { role: 'img', 'aria-label': label });
  const cursor = h('div.cx-box', { tabindex: 0, role: 'application' });
  const stage = h('div.cx-picture', { role: 'group', 'aria-label': label, 'data-view': '' }, canvas, cursor);
  const { el, head } = panel(role, stage);
  let at;

  const moveTo = (i, j) => point(clamp(i, 0, canvas.height - 1), clamp(j, 0, canvas.width - 1));
  const follow = ({ clientX, clientY }) => {
    const { top, left } = canvas.getBoundingClientRect();
    moveTo(Math.floor((clientY - top) / PIXEL), Math.floor((clientX - left) / PIXEL));
  };
  stage.addEventListener('pointermove', follow);
  stage.addEventListener('pointerleave', () => point());
  stage.addEventListener('click', event => { follow(event); pick(...at); cursor.focus(); });
  cursor.addEventListener('focus', () => moveTo(...at));
  cursor.addEventListener('blur', () => point());
  cursor.addEventListener('keydown', event => {
    const { key } = event, move = MOVES[key];
    if (move) moveTo(at[0] + move[0], at[1] + move[1]);
    else if (key === ' ' || (key === 'Enter' && !event.shiftKey)) pick(...at);
    else return;
    event.preventDefault();
  });

  return {
    el,
    set(words, rows, [[top, height], [left, width]]) {
      head(words);
      at = [top, left];
      cursor.setAttribute('aria-label', `${label} ${at.join(', ')}: ${number(rows[top][left])}`);
      for (const [side, size] of Object.entries({ top, left, height, width })) cursor.style[side] = PIXEL * size + 'px';
      const image = new ImageData(rows[0].length, rows.length), scale = largest(rows);
      rows.flat().forEach((v, k) => image.data.set(role === 'input' ? [17 * v, 17 * v, 17 * v, 255]
        : [...(v < 0 ? NEGATIVE : POSITIVE), Math.round((255 * Math.abs(v)) / scale)], 4 * k));
      Object.assign(canvas, { height: rows.length, width: rows[0].length });
      canvas.style.width = PIXEL * rows[0].length + 'px';
      canvas.getContext('2d').putImageData(image, 0, 0);
    },
  };
}
