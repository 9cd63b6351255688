// A short signal as bars from a zero line, in SVG. Bars that can be edited are dragged, or moved by keys.
import { clamp, range } from './arithmetic.js';
import { h, number, panel } from './dom.js';
import { roving } from './roving.js';

export const WIDE = 26;                      // of a bar's column, in pixels
const ROOM = 16;                             // above and below, for numbers
const INSIDE = 12;                           // the least height of a part that has its text inside

/**
 * role, label, point, pick and take as for a grid, with (i) for (i, j). edit(i, value) makes the bars movable between
 * low and high. room: the number of bars that its box has room for, by default as many as there are at first.
 * `set(title, bars, scale)` draws bars of { v, mark, name, under }: the value, class names, the
 * words for a screen reader, the text below; `scale` is the magnitude of a bar as long as `half`, in pixels,
 * and holds still while one is dragged. A column may hold a stack instead of one bar: { parts: [{ v, mark, text, hue }] },
 * drawn on top of each other, positive up, negative down.
 */
export function plot({ role, label, low, high, half = 36, room, point = () => {}, pick, take, edit }) {
  // Chromium lets Tab stop at an SVG that listens to focus, unless it is told not to.
  const svg = h('svg.cx-plot', { tabindex: -1, role: 'group', 'aria-label': label });
  const change = (i, value) => edit(i, clamp(value, low, high));
  const single = act => act && ((_, i) => act(i));
  const tab = roving(svg, {
    point: (_, i) => { if (!held) point(i); },
    pick: single(pick),
    take: take && ((_, i) => single(take(i))),
    upright: true,
    edit: edit && ((_, i, next) => change(i, next(values[i]))),
    hold: edit && hold,
    drop: () => { held = false; redraw(); },
  });
  const { el, head } = panel(role, svg);
  let cols = [], inks = [], values = [], scale = 1, held = false, redraw = () => {};

  const mid = ROOM + half, tall = 2 * mid + ROOM;
  function hold([, i], { target }) {
    const first = values[i];
    target.closest('.cx-column').focus();
    return ({ dy }) => {
      held = true;
      change(i, first - Math.round(dy * scale / half));
    };
  }

  function rebuild(n) {
    room ??= n;
    const width = room * WIDE, limits = edit && { 'aria-orientation': 'vertical', 'aria-valuemin': low, 'aria-valuemax': high };
    // The back stays when a bar is redrawn: a finger's first touch redraws it before it presses.
    cols = range(n).map(i => h('g.cx-column', { role: edit ? 'slider' : pick ? 'button' : 'img', ...limits },
      h('rect.cx-back', { x: i * WIDE, width: WIDE, y: 0, height: 2 * mid }), h('g.cx-drawn')));
    for (const [name, value] of Object.entries({ viewBox: `0 0 ${width} ${tall}`, width, height: tall })) svg.setAttribute(name, value);
    // What is written inside the bars is no part of a button's name.
    inks = cols.map(() => h('g.cx-drawn', { 'aria-hidden': 'true' }));
    svg.replaceChildren(...cols, ...inks, h('line.cx-axis', { x1: 0, x2: n * WIDE, y1: mid, y2: mid }));
    tab.take([cols]);
  }
  function draw(col, i, bar) {
    const { v, parts = [{ v }], mark = '', name, under = i } = bar, drawn = JSON.stringify([bar, scale]);
    if (col.drawn === drawn) return;
    col.drawn = drawn;
    const reach = { up: 0, down: 0 }, x = i * WIDE, at = x + WIDE / 2;
    const texts = [], bars = parts.map(part => {
      const side = part.v < 0 ? 'down' : 'up', size = Math.min(Math.abs(part.v) / scale * half, half - reach[side]);
      const y = side === 'up' ? mid - reach.up - size : mid + reach.down;
      reach[side] += size;
      if (size >= INSIDE && part.text !== undefined) texts.push(h('text.cx-inside', { x: at, y: y + size / 2 + 4 }, part.text));
      return h('rect', { class: `cx-bar ${part.mark || ''}`, style: part.hue && `--role: ${part.hue}`,
        x: x + 4, width: WIDE - 8, y, height: size });
    });
    const y = v < 0 ? mid + reach.down + 12 : mid - reach.up - 4;
    col.setAttribute('class', 'cx-column ' + mark);
    inks[i].replaceChildren(...texts);
    // In the order of the name, which must hold what is seen on a button: first the place, then the number.
    col.lastChild.replaceChildren(...bars,
      h('text.cx-under', { x: at, y: 2 * mid + 12 }, under), ' ',
      h('text.cx-number', { x: at, y }, number(v)));
    col.dataset.name = name;
    col.setAttribute('aria-label', edit ? name : `${name}: ${number(v)}`);
    if (edit) {
      col.setAttribute('aria-valuenow', v);
      col.setAttribute('aria-valuetext', number(v));
    }
  }
  return {
    el,
    set(words, bars, most) {
      redraw = () => {
        head(words);
        values = bars.map(bar => bar.v);
        if (!held) scale = most;
        if (bars.length !== cols.length) rebuild(bars.length);
        bars.forEach((bar, i) => draw(cols[i], i, bar));
      };
      redraw();
    },
  };
}
