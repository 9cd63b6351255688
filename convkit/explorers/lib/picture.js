// A picture too large for numbers, on a canvas: an input in 16 greys, anything else as signed colour.
import { clamp } from './arithmetic.js';
import { h } from './dom.js';

const PIXEL = 4, POSITIVE = [213, 94, 0], NEGATIVE = [0, 114, 178];

/** What a grid is, with the same `set`. The box around what is marked cx-on is the one cursor: keys and mouse move it. */
export function picture({ role, label, point, pick = () => {} }) {
  const title = h('div', { class: `cx-title cx-${role}` }), canvas = h('canvas', { role: 'img', class: `cx-${role}` });
  const cursor = h('div', { class: 'cx-box', tabindex: 0, role: 'application' });
  const stage = h('div', { class: 'cx-picture', role: 'group', 'aria-label': label, 'data-view': '' }, canvas, cursor);
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
    const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] || [];
    if (down !== undefined) moveTo(at[0] + down, at[1] + right);
    else if (event.key === ' ' || (event.key === 'Enter' && !event.shiftKey)) pick(...at);
    else return;
    event.preventDefault();
  });

  return {
    el: h('div', { class: 'cx-grid' }, title, h('div', { class: 'cx-scroll' }, stage)),
    set(words, rows) {
      const cells = rows.flat(), lit = cells.map(cell => cell.mark.includes('cx-on')), columns = rows[0].length;
      const [from, to] = [lit.indexOf(true), lit.lastIndexOf(true)].map(k => [Math.floor(k / columns), k % columns]);
      title.replaceChildren(...words);
      Object.assign(canvas, { height: rows.length, width: columns });
      canvas.style.width = PIXEL * columns + 'px';
      canvas.setAttribute('aria-label', title.textContent);
      at = from;
      cursor.setAttribute('aria-label', rows[at[0]][at[1]].say);
      ['top', 'left', 'height', 'width'].forEach((side, k) => {
        cursor.style[side] = PIXEL * (k < 2 ? from[k] : to[k - 2] - from[k - 2] + 1) + 'px';
      });
      const context = canvas.getContext('2d'), image = context.createImageData(columns, rows.length);
      cells.forEach(({ v, scale }, k) => image.data.set(role === 'input' ? [17 * v, 17 * v, 17 * v, 255]
        : [...(v < 0 ? NEGATIVE : POSITIVE), Math.round((255 * Math.abs(v)) / scale)], 4 * k));
      context.putImageData(image, 0, 0);
    },
  };
}
