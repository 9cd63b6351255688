// How much does a unit see, and how strongly? The field of a unit in a stack of layers, and the paths to it.
import { clamp, equal, inside, outputSize, range, reads, span, sum, table, uses } from './lib/arithmetic.js';
import { choice, count, give, h, number } from './lib/dom.js';
import { answer, frame } from './lib/frame.js';
import { grid } from './lib/grid.js';
import { picture } from './lib/picture.js';
import { roving } from './lib/roving.js';

const TALL = 44, SIDE = 24, BAR = 32;   // between layers, a unit, the longest bar, in pixels
const NAMES = { k: 'kernel size', s: 'stride', d: 'dilation', p: 'padding' }, KEYS = ['k', 's', 'd', 'p'];
const ONES = [1, 1, 1, 1], PLAIN = { depth: 3, k: [3, 3, 3, 3], s: ONES, d: ONES, p: [0, 0, 0, 0] };
// The last are where published networks begin; a pooling is a layer too.
const PRESETS = {
  'k = 3, 3, 3': {}, 'd = 1, 2, 4': { d: [1, 2, 4, 1] }, 'd = 2, 2, 2': { d: [2, 2, 2, 1] }, 's = 2, 2, 2': { s: [2, 2, 2, 1] },
  'LeNet-5': { n: 32, depth: 4, k: [5, 2, 5, 2], s: [1, 2, 1, 2] },
  VGG: { n: 32, depth: 4, k: [3, 3, 2, 3], s: [1, 1, 2, 1], p: [1, 1, 0, 1] },
  ResNet: { n: 32, depth: 4, k: [7, 3, 3, 3], s: [2, 2, 1, 1], p: [3, 1, 1, 1] },
  WaveNet: { n: 32, depth: 4, k: [2, 2, 2, 2], d: [1, 2, 4, 8] },
};

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

/** The tower: a row of units for each layer above the input, which has bars below. Units stand above the middle of their fields. */
function tower({ point, pick }) {
  const lines = h('path.cx-axis'), layers = h('g'), svg = h('svg.cx-plot.cx-tower', { tabindex: -1, role: 'group', 'aria-label': 'Tower' }, lines, layers);
  let units = [], rows = [], pitch = 1;
  const layerOf = row => units.length - 1 - row;        // the last layer is the first row
  const go = (l, i) => pick(l, clamp(i, 0, rows[l].n - 1));
  const tab = roving(svg, { point: (row, i) => (row === undefined ? point() : point(layerOf(row), i)), pick: (row, i) => pick(layerOf(row), i),
    take: row => (_, i) => go(layerOf(row), i),
    hold: ([row, i]) => ({ dx }) => {
      point();
      go(layerOf(row), i + Math.round(dx / pitch / rows[layerOf(row)].jump));
    } });
  function unit(l) {
    return h('g.cx-column', { role: 'img' }, h('rect.cx-back', { height: SIDE }), h('text.cx-number', { y: 16 }), l ? null : h('rect.cx-bar', { y: SIDE + 3 }));
  }
  return { svg, set(net, counts, [l, i], first, r, width) {
    const same = net.length === units.length && net.every(({ n }, at) => n === units[at].length);
    rows = net;
    if (!same) {
      units = rows.map(({ n }, at) => range(n).map(k => units[at]?.[k] || unit(at)));
      layers.replaceChildren(...units.map(row => h('g', {}, ...row)));
      tab.take([...units].reverse());
    }
    const centre = (at, k) => rows[at].start + k * rows[at].jump + (rows[at].r - 1) / 2;
    const ends = rows.flatMap(({ n }, at) => [centre(at, 0), centre(at, n - 1)]), left = Math.min(...ends) - 1.6;
    pitch = width / (Math.max(...ends) - left + 0.6);
    const side = Math.min(SIDE, 0.9 * pitch), most = Math.max(1, ...counts[0]);
    const place = (at, k) => [Math.round(10 * pitch * (centre(at, k) - left)) / 10, (rows.length - 1 - at) * TALL];
    units.forEach((row, at) => row.forEach((g, k) => {
      const v = counts[at][k], hole = !at && !v && inside(k - first, r), [back, ink, bar] = g.children, [x, y] = place(at, k);
      const text = v || hole ? v : '', drawn = [x, side, text, hole, at || v / most].join();
      if (g.drawn === drawn) return;
      g.drawn = drawn;
      give(g, { class: `cx-column ${v ? 'cx-on' : ''} ${hole ? 'cx-hole' : ''}`, transform: `translate(${x},${y})`,
        'aria-label': `${at ? 'layer ' + at : 'x'} ${k}: ${count(v, 'path')}` });
      give(back, { x: -side / 2, width: side });
      if (bar) give(bar, { x: -side / 4, width: side / 2, height: (BAR * v) / most });
      if (ink.textContent !== String(text)) ink.textContent = text;
      ink.style.fontSize = side < 9 ? 0 : `min(13px, ${0.62 * side}px)`;
    }));
    const names = rows.map((_, at) => h('text.cx-under', { x: 8, y: place(at, 0)[1] + 16 }, at || 'x'));
    svg.querySelectorAll('.cx-under').forEach(name => name.remove());
    svg.append(...names);
    // A path from each unit to what it reads, where both are on the way
    give(lines, { d: rows.slice(1).flatMap(({ axis }, at) => range(rows[at + 1].n).filter(k => counts[at + 1][k]).flatMap(k =>
      reads(k, axis).filter(({ at: j }) => counts[at][j]).map(({ at: j }) => {
        const [a, b] = [place(at + 1, k), place(at, j)];
        return `M${a[0]},${a[1] + SIDE}L${b}`;
      }))).join('') });
    if (!svg.contains(document.activeElement)) tab.moveTo(layerOf(l), i);
  } };
}

/** The photograph with as many pixels as there are inputs: two grey levels in a byte. */
function pixels(text, n) {
  const bytes = atob(text), at = i => Math.floor((32 * (i + 0.5)) / n);
  return table(n, n, (i, j) => (bytes.charCodeAt(16 * at(i) + (at(j) >> 1)) >> (at(j) % 2 ? 0 : 4)) & 15);
}

function render({ model, el }) {
  const f = frame({ model, el }, 'receptive fields', { prompt: 'Drag a unit or the box.', low: true,
    room: { formula: [62, 62, 62, 62], sentence: 140, call: 290, question: 48 } });
  const { get, put, limits } = f;
  const matches = ([, change]) => Object.entries({ ...PLAIN, ...change }).every(([key, value]) =>
    equal(...[get(key), value].map(v => (Array.isArray(v) ? v.slice(0, get('depth')) : v))));
  const like = choice({ label: 'layers as in', words: { own: 'own', ...Object.fromEntries(Object.keys(PRESETS).map(key => [key, key])) },
    change: name => name !== 'own' && put({ ...PLAIN, ...PRESETS[name] }) });
  like.el.classList.add('cx-across');
  f.follow(() => like.show((Object.entries(PRESETS).find(matches) || ['own'])[0]));
  f.controls(like.el, f.slider('depth', 'layers', ''), f.slider('n', 'input size'));
  const L = grid({ role: 'kernel', label: 'Layers', room: [4, 4], edit: (i, j, change) => {
    const key = KEYS[j], l = get('depth') - 1 - i, { low, high } = limits[key];
    put({ [key]: get(key).map((v, at) => (at === l ? clamp(change(v), low, high) : v)) });
  } });
  const T = tower({ point: f.point('unit'), pick: (l, i) => put({ l, i }) });
  let rows = [], unit = [0, 0, 0];
  const go = (i, j) => { const last = rows[unit[0]].n - 1; put({ i: clamp(i, 0, last), j: clamp(j, 0, last) }); };
  /** Bring the middle of the picked unit's field to a place in the picture. */
  const bring = (r, c) => {
    const { r: size, jump, start } = rows[unit[0]], near = at => Math.round((at - start - (size - 1) / 2) / jump);
    go(near(c), near(r));
  };
  const B = picture({ role: 'input', label: 'Fields', pick: bring, take: () => bring, steer: (down, along) => go(unit[1] + along, unit[2] + down) });
  const boxes = range(4).map(() => h('div.cx-inner'));
  B.stage.append(...boxes);
  B.el.classList.add('cx-fov');
  f.views.append(h('div.cx-across', { style: '--role: var(--input)' }, T.svg), B.el, L.el);
  let wide = 0;
  const watch = new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width === wide || !contentRect.width) return;
    wide = contentRect.width;
    f.draw();
  });

  const end = f.start(() => {
    const net = stack(get), { error } = net, picked = clamp(get('l'), 0, net.rows.length - 1);
    rows = net.rows;
    const { i: l, j: i } = inside(f.pointed?.j, rows[f.pointed?.i]?.n) ? f.pointed : { i: picked, j: clamp(get('i'), 0, rows[picked].n - 1) };
    const counts = paths(rows, l, i), { n, r, jump, start } = rows[l], first = start + i * jump, j = clamp(get('j'), 0, n - 1);
    const hidden = f.root.matches('.cx-asking');
    unit = [l, i, j];
    T.set(rows, hidden ? counts.map((row, at) => row.map((_, k) => +(at === l && k === i))) : counts, unit, first, hidden ? 0 : r, wide || 600);
    L.set('Layers', range(get('depth')).reverse().map(at => KEYS.map(key => {
      const v = get(key)[at];
      return { v, text: `${key} ${v}`, name: `${NAMES[key]} of layer ${at + 1}` };
    })), 0);
    const down = paths(rows, l, j)[0], [most, size] = [counts[0], rows[0].n], strongest = Math.max(...most) * Math.max(...down) || 1;
    const veil = (v, share) => (hidden ? v : Math.round(15 - (15 - v) * (0.25 + 0.75 * Math.sqrt(share))));
    B.set('Input picture', pixels(get('photo'), size).map((row, a) => row.map((v, b) => veil(v, (down[a] * most[b]) / strongest))),
      hidden ? [[0, 0], [0, 0]] : [[start + j * jump, r], [first, r]]);
    // In each layer below, the field of the unit that is nearest to the middle
    const at = (layer, k) => layer.start + Math.round((start + k * jump + (r - layer.r) / 2 - layer.start) / layer.jump) * layer.jump;
    boxes.forEach((box, k) => {
      const layer = k && k < l && !hidden && rows[k];
      box.hidden = !layer;
      if (layer) Object.entries({ top: at(layer, j), left: at(layer, i), width: layer.r, height: layer.r }).forEach(([side, cells]) => { box.style[side] = (100 * cells) / size + '%'; });
    });
    f.write({
      formula: formulaOf(rows), sum: error ? '' : answer(sumOf(counts, l)), sentence: error || answer(sentenceOf(net, counts, l, i)),
      warn: error, call: torchCall(net, get), question: `How many inputs does unit ${i} of layer ${l} see?`,
      solution: error || !l ? null : seenBy(net, first, r),
    });
  });
  watch.observe(T.svg.parentNode);
  return () => { watch.disconnect(); end(); };
}

export default { render };
