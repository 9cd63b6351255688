// A short signal as bars from a zero line, in SVG. Bars that can be edited are dragged, or moved by keys.
import { clamp, range } from './arithmetic.js';
import { give, h, number, panel } from './dom.js';
import { STEP, roving } from './roving.js';

const WIDE = 26;                             // of a bar's column, in pixels
const ROOM = 13, BELOW = 14;                 // above and below, for numbers; for what stands under a bar
const INSIDE = 12;                           // the least height of a part that has its text inside

/**
 * role, label, point and pick as for a grid, with (i) for (i, j). edit(i, value) makes the bars movable between
 * low and high. slide(by) lets all of them be dragged sideways: by so many columns since slide() was called.
 * room: the number of columns in its box, by default as many as there are bars at first.
 * `set(title, bars, scale, columns)` draws bars of { v, mark, name, under, hue, at }: the value, class names, the
 * words for a screen reader, the text below, another colour than the role's, the column if not its own; `scale` is the
 * magnitude of a bar as long as `half`, in pixels, and holds still while one is dragged; more columns than there is
 * room for are narrower. A column may hold a stack instead of one bar: { parts: [{ v, mark, text, hue }] },
 * drawn on top of each other, positive up, negative down.
 */
export function plot({ role, label, low, high, half = 36, room, point = () => {}, pick, slide, edit }) {
  // Chromium lets Tab stop at an SVG that listens to focus, unless it is told not to.
  const svg = h('svg.cx-plot', { tabindex: -1, role: 'group', 'aria-label': label });
  const change = (i, value) => edit(i, clamp(value, low, high));
  const tab = roving(svg, {
    point: (_, i) => { if (!held) point(i); },
    pick: pick && ((_, i) => pick(i)),
    take: slide && ((_, i) => (_, next) => {
      slide();
      slide(next - i);
      return false;
    }),
    upright: true,
    edit: edit && ((_, i, next) => change(i, next(values[i]))),
    hold: edit && hold,
    drop: () => { held = false; redraw(); },
  });
  const { el, head } = panel(role, svg);
  let cols = [], inks = [], values = [], scale = 1, columns, held = false, redraw = () => {};

  const mid = ROOM + half, tall = 2 * mid + BELOW;
  function hold([, i], { target }) {
    const first = values[i];
    let aside;                               // what the first pixels of the way say
    target.closest('.cx-column').focus();
    slide?.();
    return ({ dx, dy }) => {
      held = true;
      aside ??= slide && Math.abs(dx) > Math.abs(dy);
      if (aside) slide(Math.round(dx * columns / svg.getBoundingClientRect().width));
      else change(i, first - Math.round(dy * (slide ? 1 / STEP : scale / half)));
    };
  }

  function rebuild(n) {
    const limits = edit && { 'aria-orientation': 'vertical', 'aria-valuemin': low, 'aria-valuemax': high };
    // The back stays when a bar is redrawn: a finger's first touch redraws it before it presses.
    cols = range(n).map(() => h('g.cx-column', { role: edit ? 'slider' : pick ? 'button' : 'img', ...limits },
      h('rect.cx-back', { width: WIDE, height: 2 * mid }), h('g.cx-drawn')));
    // What is written inside the bars is no part of a button's name.
    inks = cols.map(() => h('g.cx-drawn', { 'aria-hidden': 'true' }));
    svg.replaceChildren(...cols, ...inks, h('line.cx-axis', { y1: mid, y2: mid }));
    tab.take([cols]);
  }
  function draw(col, i, bar) {
    const { v, hue, parts = [{ v, hue }], mark = '', name, under = i, at = i } = bar, drawn = JSON.stringify([bar, scale]);
    if (col.drawn === drawn) return;
    col.drawn = drawn;
    const reach = { up: 0, down: 0 }, x = WIDE / 2, said = number(v);
    const texts = [], bars = parts.map(part => {
      const side = part.v < 0 ? 'down' : 'up', size = Math.min(Math.abs(part.v) / scale * half, half - reach[side]);
      const y = side === 'up' ? mid - reach.up - size : mid + reach.down;
      reach[side] += size;
      if (size >= INSIDE && part.text !== undefined) texts.push(h('text.cx-inside', { x, y: y + size / 2 + 4 }, part.text));
      return h('rect', { class: `cx-bar ${part.mark || ''}`, style: part.hue && `--role: ${part.hue}`,
        x: 4, width: WIDE - 8, y, height: size });
    });
    const y = v < 0 ? mid + reach.down + 11 : mid - reach.up - 3;
    inks[i].replaceChildren(...texts);
    // In the order of the name, which must hold what is seen on a button: first the place, then the number.
    col.lastChild.replaceChildren(...bars,
      h('text.cx-under', { x, y: 2 * mid + 11 }, under), ' ',
      h(said.length > 2 ? 'text.cx-number.cx-long' : 'text.cx-number', { x, y }, said));
    for (const part of [col, inks[i]]) part.style.transform = `translateX(${at * WIDE}px)`;
    col.dataset.name = name;
    give(col, { class: 'cx-column ' + mark, 'aria-label': edit ? name : `${name}: ${said}`,
      ...(edit && { 'aria-valuenow': v, 'aria-valuetext': said }) });
  }
  return {
    el,
    set(words, bars, most, wide = bars.length) {
      redraw = () => {
        head(words);
        values = bars.map(bar => bar.v);
        if (!held) scale = most;
        if (bars.length !== cols.length) rebuild(bars.length);
        room ??= wide;
        columns = Math.max(room, wide);
        give(svg, { viewBox: `0 0 ${columns * WIDE} ${tall}`, width: room * WIDE, height: tall, preserveAspectRatio: 'none' });
        give(svg.lastChild, { x2: wide * WIDE });
        bars.forEach((bar, i) => draw(cols[i], i, bar));
      };
      redraw();
    },
  };
}
