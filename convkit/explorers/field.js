// How much does a unit see, and how strongly? The field of a unit in a stack of layers, and the paths to it.
import { clamp, equal, inside, outputSize, range, reads, span, sum, uses } from './lib/arithmetic.js';
import { button, count, h, number } from './lib/dom.js';
import { answer, frame } from './lib/frame.js';
import { grid } from './lib/grid.js';
import { roving } from './lib/roving.js';

const PITCH = 21, TALL = 56, SIDE = 18, BAR = 36;     // between units, between layers, a unit, the longest bar
const NAMES = { k: 'kernel size', s: 'stride', d: 'dilation', p: 'padding' }, KEYS = ['k', 's', 'd', 'p'];
const PLAIN = { depth: 3, k: [3, 3, 3, 3], s: [1, 1, 1, 1], d: [1, 1, 1, 1], p: [0, 0, 0, 0] };
const PRESETS = [['k = 3, 3, 3', {}], ['d = 1, 2, 4', { d: [1, 2, 4, 1] }], ['d = 2, 2, 2', { d: [2, 2, 2, 1] }], ['s = 2, 2, 2', { s: [2, 2, 2, 1] }]];

/** The input and the layers, up to the first that torch refuses, each with the size, jump and start of its fields. */
function stack(get) {
  const rows = [{ n: get('n'), r: 1, jump: 1, start: 0 }];
  for (const l of range(get('depth'))) {
    const { n, r, jump, start } = rows[l], [k, s, d, p] = KEYS.map(key => get(key)[l]), axis = { n, k, s, d, p };
    if (!outputSize(axis)) {
      return { rows, error: `Layer ${l + 1}: the kernel spans ${span(axis)} places and its padded input has only ${n + 2 * p}: torch raises an error.` };
    }
    rows.push({ axis, n: outputSize(axis), r: r + d * (k - 1) * jump, jump: jump * s, start: start - p * jump });
  }
  return { rows, error: '' };
}

/** By layer: how many paths there are between unit i of layer l and each unit below or above it. */
function paths(rows, l, i) {
  const counts = rows.map(({ n }) => range(n).map(() => 0));
  counts[l][i] = 1;
  for (let at = l; at > 0; at--) counts[at - 1] = counts[at - 1].map((_, j) => sum(uses(j, rows[at].axis).map(use => counts[at][use.i])));
  for (let at = l + 1; at < rows.length; at++) {
    counts[at] = counts[at].map((_, j) => sum(reads(j, rows[at].axis).map(read => counts[at - 1][read.at] ?? 0)));
  }
  return counts;
}

const percent = (part, whole) => `${(Math.round((1000 * part) / whole) / 10).toFixed(1)} %`;
const seenBy = ({ rows }, first, r) => range(rows[0].n).filter(at => inside(at - first, r)).length;

function sentenceOf(net, counts, l, i) {
  const { rows } = net, top = rows.length - 1, reached = counts[top].filter(Boolean).length;
  if (!l) return `Input ${i} is seen by ${reached} of the ${rows[top].n} units of layer ${top}.`;
  const { r, jump, start } = rows[l], first = start + i * jump, seen = seenBy(net, first, r), x = counts[0], all = sum(x);
  const centre = x[first + Math.floor((r - 1) / 2)], touched = x.filter(Boolean).length;
  return `Unit ${i} of layer ${l} sees ${count(seen, 'input')}` + (seen < r ? ` and ${r - seen} of padding` : '')
    + `, and touches ${touched} of them; ` + (centre === undefined || !all ? 'the centre of its field is padding.'
      : `the centre one is on ${centre} of the ${count(all, 'path')} (${percent(centre, all)}; an even share is ${percent(1, touched)}).`);
}

/** Size, jump and start of each layer's fields, from those of the layer below. */
const formulaOf = rows => rows.slice(1).map(({ axis: { k, s, d, p }, r, jump, start }, l) => {
  const below = rows[l];
  return h('div', {}, `layer ${l + 1}: r = ${below.r} + ${d}·(${k}−1)·${below.jump} = `, answer(r), `, jump = ${below.jump}·${s} = ${jump}, `
    + `start = ${number(below.start)} − ${p}·${below.jump} = ${number(start)}`);
});

function sumOf(counts, l) {
  const top = counts.length - 1, line = list => `${list.filter(Boolean).join(' + ') || 0} = ${sum(list)}`;
  return [l && 'paths to x: ' + line(counts[0]), l < top && `paths to layer ${top}: ` + line(counts[top])].filter(Boolean).join('; ');
}

function torchCall({ rows, error }, get) {
  const layers = range(get('depth')).map(l => 'nn.Conv1d(1, 1, ' + KEYS.map(key => (key === 'k' ? get(key)[l]
    : get(key)[l] !== PLAIN[key][l] && `${NAMES[key]}=${get(key)[l]}`)).filter(Boolean).join(', ') + ')');
  return `nn.Sequential(${layers.join(', ')})(x)  # (1, 1, ${rows[0].n}) → ` + (error ? 'RuntimeError' : `(1, 1, ${rows[rows.length - 1].n})`);
}

/** The tower: a row of units for each layer above the input, which has bars below. */
function tower(point, pick) {
  const lines = h('g'), svg = h('svg.cx-plot', { tabindex: -1, role: 'group', 'aria-label': 'Tower' });
  let units = [], built;
  const layerOf = row => units.length - 1 - row;        // the last layer is the first row
  const tab = roving(svg, { point: (row, i) => (row === undefined ? point() : point(layerOf(row), i)), pick: (row, i) => pick(layerOf(row), i) });

  /** Units stand above the middle of their fields. */
  function build(rows) {
    units = rows.map(({ n, r, jump, start }, l) => range(n).map(i => {
      const x = (start + i * jump + (r - 1) / 2) * PITCH, y = (rows.length - 1 - l) * TALL;
      const text = h('text.cx-number', { x, y: y + 13 }), bar = h('rect.cx-bar', { x: x - 6, width: 12, y: y + SIDE + 4 });
      const g = h('g.cx-column', { role: 'img' }, h('rect.cx-back', { x: x - SIDE / 2, y, width: SIDE, height: SIDE }), text, l ? null : bar);
      return { g, text, bar, x, y };
    }));
    const all = units.flat().map(({ x }) => x), left = Math.min(...all) - 2 * PITCH, width = Math.max(...all) - left + PITCH;
    const height = rows.length * TALL, names = units.map(([{ y }], l) => h('text.cx-under', { x: left + 8, y: y + 13 }, l || 'x'));
    Object.entries({ viewBox: `${left} -2 ${width} ${height}`, width, height }).forEach(([name, v]) => svg.setAttribute(name, v));
    svg.replaceChildren(lines, ...names, ...units.flat().map(({ g }) => g));
    tab.take(units.map(row => row.map(({ g }) => g)).reverse());
  }
  return { el: h('div', { class: 'cx-scroll cx-tower', style: '--role: var(--input)' }, svg), set(rows, counts, first, r) {
    if (!equal(rows, built)) build(rows);
    built = rows;
    units.forEach((row, l) => row.forEach(({ g, text, bar }, i) => {
      const v = counts[l][i], hole = !l && !v && inside(i - first, r);
      g.setAttribute('class', `cx-column ${v ? 'cx-on' : ''} ${hole ? 'cx-hole' : ''}`);
      text.textContent = v || hole ? v : '';
      bar.setAttribute('height', (BAR * v) / Math.max(1, ...counts[0]));
      g.setAttribute('aria-label', `${l ? 'layer ' + l : 'x'} ${i}: ${count(v, 'path')}`);
    }));
    lines.replaceChildren(...units.slice(1).flatMap((row, l) => row.flatMap((a, i) => reads(i, rows[l + 1].axis)
      .filter(({ at: j }) => counts[l + 1][i] && counts[l][j]).map(({ at: j }) => units[l][j])
      .map(b => h('line.cx-axis', { x1: a.x, y1: a.y + SIDE, x2: b.x, y2: b.y })))));
  } };
}

function render({ model, el }) {
  const f = frame({ model, el }, 'receptive fields');
  const { get, put, limits } = f;
  f.controls(f.slider('depth', 'layers', ''), f.slider('n', 'input size'),
    h('div.cx-row', {}, ...PRESETS.map(([label, change]) => button(label, () => put({ ...PLAIN, ...change })))));
  const L = grid({ role: 'kernel', label: 'Layers', edit: (i, j, change) => {
    const key = KEYS[j], l = get('depth') - 1 - i, { low, high } = limits[key];
    put({ [key]: get(key).map((v, at) => (at === l ? clamp(change(v), low, high) : v)) });
  } });
  const T = tower(f.point('unit'), (l, i) => put({ l, i }));
  f.views.append(T.el, L.el);

  return f.start(() => {
    const net = stack(get), { rows, error } = net, picked = clamp(get('l'), 0, rows.length - 1);
    const { i: l, j: i } = inside(f.pointed?.j, rows[f.pointed?.i]?.n) ? f.pointed : { i: picked, j: clamp(get('i'), 0, rows[picked].n - 1) };
    const counts = paths(rows, l, i), { r, jump, start } = rows[l], first = start + i * jump;
    const asking = f.root.classList.contains('cx-asking');
    T.set(rows, asking ? counts.map((row, at) => row.map((_, j) => +(at === l && j === i))) : counts, first, asking ? 0 : r);
    L.set('Layers', range(get('depth')).reverse().map(at => KEYS.map(key => {
      const v = get(key)[at];
      return { v, text: `${key} ${v}`, name: `${NAMES[key]} of layer ${at + 1}` };
    })), 0);
    f.write({
      formula: formulaOf(rows), sum: error ? '' : answer(sumOf(counts, l)), sentence: error || answer(sentenceOf(net, counts, l, i)),
      warn: error, call: torchCall(net, get), question: `How many inputs does unit ${i} of layer ${l} see?`,
      solution: error || !l ? null : seenBy(net, first, r),
    });
  });
}

export default { render };
