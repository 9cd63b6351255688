// A short signal as bars from a zero line, in SVG. Bars that can be edited are dragged, or moved by keys.
import { clamp, range } from './arithmetic.js';
import { h, number, stepper } from './dom.js';

const WIDE = 26, ROOM = 16;                  // of a bar's column; above and below for numbers
const INSIDE = 12;                           // the least height of a part that has its text inside

/**
 * role, label, point, pick as for a grid, with (i) for (i, j). edit(i, value) makes the bars movable between
 * low and high. `set(title, bars, scale)` draws bars of { v, mark, say, under }: the value, class names, the
 * words for a screen reader, the text below; `scale` is the magnitude of a bar as long as `half`, in pixels.
 * A column may hold a stack instead of one bar: { parts: [{ v, mark, text }] }, drawn on top of each other,
 * positive up, negative down.
 */
export function plot({ role, label, low, high, half = 36, point = () => {}, pick = () => {}, edit }) {
  const title = h('div', { class: `cx-title cx-${role}` });
  const svg = h('svg', { role: 'group', 'aria-label': label, class: 'cx-plot' });
  const steps = stepper(by => edit(at, clamp(values[at] + by, low, high)));
  const el = h('div', { class: 'cx-grid' }, title, h('div', { class: 'cx-scroll' }, svg), edit && steps.el);
  let columns = [], values = [], at = 0, scale = 1, dragged = null;

  const middle = ROOM + half, tall = 2 * middle + ROOM;
  const place = event => event.target.closest?.('.cx-column')?.place;

  function moveTo(i) {
    columns[at]?.setAttribute('tabindex', -1);
    at = clamp(i, 0, columns.length - 1);
    columns[at]?.setAttribute('tabindex', 0);
    describe();
  }
  const describe = () => { if (columns[at]) steps.name(columns[at].dataset.name); };
  function onkey(event) {
    const i = place(event), key = event.key;
    if (i === undefined) return;
    const target = { ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: columns.length - 1 }[key];
    const change = edit && { ArrowUp: 1, ArrowDown: -1, '+': 1, '=': 1, '-': -1 }[key];
    if (target !== undefined) { moveTo(target); columns[at].focus(); }
    else if (change) edit(i, clamp(values[i] + change, low, high));
    else if (edit && /^[0-9]$/.test(key)) edit(i, clamp(+key, low, high));
    else if ((key === 'Enter' && !event.shiftKey) || key === ' ') pick(i);
    else return;
    event.preventDefault();
  }
  function drag(event) {
    const box = svg.getBoundingClientRect(), y = (event.clientY - box.top) * tall / box.height;
    const value = clamp(Math.round((middle - y) / half * scale), low, high);
    if (value !== values[dragged]) edit(dragged, value);
  }
  svg.addEventListener('keydown', onkey);
  svg.addEventListener('pointerover', event => { const i = place(event); if (i !== undefined && dragged === null) point(i); });
  svg.addEventListener('pointerleave', () => { if (dragged === null) point(); });
  svg.addEventListener('focusin', event => { const i = place(event); if (i !== undefined) { moveTo(i); point(i); } });
  svg.addEventListener('focusout', () => point());
  svg.addEventListener('click', event => { const i = place(event); if (i !== undefined) { moveTo(i); pick(i); } });
  if (edit) {
    svg.classList.add('cx-movable');
    svg.addEventListener('pointerdown', event => {
      dragged = place(event) ?? null;
      if (dragged !== null) { svg.setPointerCapture(event.pointerId); moveTo(dragged); columns[at].focus(); }
    });
    svg.addEventListener('pointermove', event => { if (dragged !== null) drag(event); });
    for (const end of ['pointerup', 'pointercancel']) svg.addEventListener(end, () => { dragged = null; });
  }

  function rebuild(n) {
    columns = range(n).map(i => {
      const column = h('g', { class: 'cx-column', tabindex: -1, role: edit ? 'slider' : 'img',
        ...(edit && { 'aria-orientation': 'vertical', 'aria-valuemin': low, 'aria-valuemax': high }) });
      column.place = i;
      return column;
    });
    const width = n * WIDE;
    svg.setAttribute('viewBox', `0 0 ${width} ${tall}`);
    svg.setAttribute('width', width);
    svg.setAttribute('height', tall);
    svg.replaceChildren(...columns, h('line', { class: 'cx-axis', x1: 0, x2: width, y1: middle, y2: middle }));
    moveTo(at);
  }
  function draw(column, i, bar) {
    const { v, parts = [{ v }], mark = '', say, under = i } = bar, drawn = JSON.stringify([bar, scale]);
    if (column.drawn === drawn) return;
    column.drawn = drawn;
    const reach = { up: 0, down: 0 }, x = i * WIDE, centre = x + WIDE / 2;
    const bars = parts.flatMap(part => {
      const side = part.v < 0 ? 'down' : 'up', size = Math.abs(part.v) / scale * half;
      const y = side === 'up' ? middle - reach.up - size : middle + reach.down;
      reach[side] += size;
      return [h('rect', { class: `cx-bar ${part.v < 0 ? 'cx-negative' : ''} ${part.mark || ''}`,
        x: x + 4, width: WIDE - 8, y, height: size }),
      size < INSIDE ? '' : h('text', { class: 'cx-inside', x: centre, y: y + size / 2 + 4 }, part.text)];
    });
    const y = v < 0 ? middle + reach.down + 12 : middle - reach.up - 4;
    column.setAttribute('class', 'cx-column ' + mark);
    column.replaceChildren(
      h('rect', { class: 'cx-back', x: x + 1, width: WIDE - 2, y: 0, height: 2 * middle }), ...bars,
      h('text', { class: 'cx-number', x: centre, y }, number(v)),
      h('text', { class: 'cx-under', x: centre, y: 2 * middle + 12 }, under));
    column.dataset.name = say.split(':')[0];
    column.setAttribute('aria-label', edit ? column.dataset.name : say);
    if (edit) {
      column.setAttribute('aria-valuenow', v);
      column.setAttribute('aria-valuetext', number(v));
    }
  }
  return {
    el,
    set(words, bars, most) {
      title.replaceChildren(...[words].flat());
      values = bars.map(bar => bar.v);
      scale = most;
      if (bars.length !== columns.length) rebuild(bars.length);
      bars.forEach((bar, i) => draw(columns[i], i, bar));
      describe();
    },
  };
}
