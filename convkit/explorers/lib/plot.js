// A short signal as bars from a zero line, in SVG. Bars that can be edited are dragged, or moved by keys.
import { clamp, range } from './arithmetic.js';
import { h, number, panel } from './dom.js';
import { roving } from './roving.js';

const WIDE = 25, ROOM = 16;                  // of a bar's column; above and below for numbers
const INSIDE = 12;                           // the least height of a part that has its text inside

/**
 * role, label, point, pick as for a grid, with (i) for (i, j). edit(i, value) makes the bars movable between
 * low and high, by dragging too. `set(title, bars, scale)` draws bars of { v, mark, name, under }: the value, class names, the
 * words for a screen reader, the text below; `scale` is the magnitude of a bar as long as `half`, in pixels.
 * A column may hold a stack instead of one bar: { parts: [{ v, mark, text }] }, drawn on top of each other,
 * positive up, negative down.
 */
export function plot({ role, label, low, high, half = 36, point = () => {}, pick, edit }) {
  // Chromium lets Tab stop at an SVG that listens to focus, unless it is told not to.
  const svg = h('svg.cx-plot', { tabindex: -1, role: 'group', 'aria-label': label });
  const change = (i, value) => edit(i, clamp(value, low, high));
  const tab = roving(svg, {
    point: (_, i) => { if (dragged === null) point(i); },
    pick: pick && ((_, i) => pick(i)),
    upright: true,
    edit: edit && ((_, i, next) => change(i, next(values[i]))),
  });
  const { el, head } = panel(role, svg, tab.steps?.el);
  let columns = [], values = [], scale = 1, dragged = null, from;

  const middle = ROOM + half, tall = 2 * middle + ROOM;
  function drag(event) {
    if (Math.abs(event.clientY - from) < 3) return;                         // a click
    from = NaN;
    const box = svg.getBoundingClientRect(), y = (event.clientY - box.top) * tall / box.height;
    const value = clamp(Math.round((middle - y) / half * scale), low, high);
    if (value !== values[dragged]) edit(dragged, value);
  }
  if (edit) {
    svg.classList.add('cx-movable');
    svg.addEventListener('pointerdown', event => {
      const column = event.target.closest('.cx-column');
      if (!column || event.button || event.pointerType === 'touch') return;   // a finger scrolls
      svg.setPointerCapture(event.pointerId);
      column.focus();
      dragged = column.place[1];
      from = event.clientY;
    });
    svg.addEventListener('pointermove', event => { if (dragged !== null) drag(event); });
    for (const end of ['pointerup', 'pointercancel']) svg.addEventListener(end, () => { dragged = null; });
  }

  function rebuild(n) {
    const width = n * WIDE, limits = edit && { 'aria-orientation': 'vertical', 'aria-valuemin': low, 'aria-valuemax': high };
    // The back stays when a bar is redrawn: a finger's first touch redraws it before it presses.
    columns = range(n).map(i => h('g.cx-column', { role: edit ? 'slider' : pick ? 'button' : 'img', ...limits },
      h('rect.cx-back', { x: i * WIDE + 1, width: WIDE - 2, y: 0, height: 2 * middle }), h('g.cx-drawn')));
    for (const [name, value] of Object.entries({ viewBox: `0 0 ${width} ${tall}`, width, height: tall })) svg.setAttribute(name, value);
    svg.replaceChildren(...columns, h('line.cx-axis', { x1: 0, x2: width, y1: middle, y2: middle }));
    tab.take([columns]);
  }
  function draw(column, i, bar) {
    const { v, parts = [{ v }], mark = '', name, under = i } = bar, drawn = JSON.stringify([bar, scale]);
    if (column.drawn === drawn) return;
    column.drawn = drawn;
    const reach = { up: 0, down: 0 }, x = i * WIDE, centre = x + WIDE / 2;
    const bars = parts.flatMap(part => {
      const side = part.v < 0 ? 'down' : 'up', size = Math.abs(part.v) / scale * half;
      const y = side === 'up' ? middle - reach.up - size : middle + reach.down;
      reach[side] += size;
      return [h('rect', { class: `cx-bar ${part.mark || ''}`,
        x: x + 4, width: WIDE - 8, y, height: size }),
      size < INSIDE ? '' : h('text.cx-inside', { x: centre, y: y + size / 2 + 4 }, part.text)];
    });
    const y = v < 0 ? middle + reach.down + 12 : middle - reach.up - 4;
    column.setAttribute('class', 'cx-column ' + mark);
    column.lastChild.replaceChildren(...bars,
      h('text.cx-number', { x: centre, y }, number(v)),
      h('text.cx-under', { x: centre, y: 2 * middle + 12 }, under));
    column.dataset.name = name;
    column.setAttribute('aria-label', edit ? name : `${name}: ${number(v)}`);
    if (edit) {
      column.setAttribute('aria-valuenow', v);
      column.setAttribute('aria-valuetext', number(v));
    }
  }
  return {
    el,
    set(words, bars, most) {
      head(words);
      values = bars.map(bar => bar.v);
      scale = most;
      if (bars.length !== columns.length) rebuild(bars.length);
      bars.forEach((bar, i) => draw(columns[i], i, bar));
      tab.name();
    },
  };
}
