// What does a sliding dot product measure? A template on a photograph: shape part, level part, Pearson's r.
import { clamp, equal, range, sum, table } from './lib/arithmetic.js';
import { button, factor, h, number } from './lib/dom.js';
import { answer, frame } from './lib/frame.js';
import { picture } from './lib/picture.js';

const SIDE = 64, SAME = 1e-9;            // of the largest value: what differs by less is equal
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const pixelsOf = text => {               // two grey levels in a byte
  const bytes = atob(text);
  return table(SIDE, SIDE, (i, j) => (bytes.charCodeAt(SIDE / 2 * i + (j >> 1)) >> (j % 2 ? 0 : 4)) & 15);
};
const cut = (x, k, top, left) => range(k).map(a => x[top + a].slice(left, left + k));

/**
 * All four maps of a template w on x. Whole numbers are added up, so that no rounding decides what is constant or
 * largest: x is the photograph times `unit`.
 */
function mapsOf(x, w, unit) {
  const k = w.length, n = k * k, flat = w.flat(), m = SIDE - k + 1, maps = { response: [], 'shape part': [], 'level part': [], r: [] };
  const total = sum(flat), spread = n * sum(flat.map(v => v * v)) - total * total;
  const rows = Object.values(maps);
  for (let i = 0; i < m; i++) {
    rows.forEach(map => map.push([]));
    for (let j = 0; j < m; j++) {
      let dot = 0, all = 0, squares = 0;
      for (let a = 0; a < k; a++) {
        for (let b = 0; b < k; b++) {
          const v = x[i + a][j + b];
          dot += v * w[a][b];
          all += v;
          squares += v * v;
        }
      }
      const shape = n * dot - all * total, width = n * squares - all * all;
      [dot / unit, shape / n / unit, all * total / n / unit, shape / Math.sqrt(width * spread)].forEach((v, at) => rows[at][i].push(v));
    }
  }
  return maps;
}

/** The first place of the largest value, and how many are ahead of the value at a place. */
function ranked(map, [top, left]) {
  const all = map.flat(), known = all.filter(v => !isNaN(v)), most = Math.max(...known), same = SAME * Math.max(...known.map(Math.abs));
  const first = all.findIndex(v => v >= most - same);
  return { best: first < 0 ? null : [Math.floor(first / map.length), first % map.length], ahead: known.filter(v => v > map[top][left] + same).length };
}

function sentenceOf(name, { best, ahead }) {
  if (!best) return 'The template is constant: r has no value anywhere.';
  return `${name === 'r' ? "Pearson's r" : 'The ' + name} is largest ` + (ahead
    ? `at [${best.join(', ')}]; ${ahead === 1 ? '1 place beats' : `${ahead} places beat`} the one where the template was cut.`
    : `where the template was cut, at [${best.join(', ')}].`);
}

const valueOf = r => (isNaN(r) ? 'no value' : number(r));
const mean = values => sum(values) / values.length;
const deviation = values => Math.sqrt(mean(values.map(v => v * v)) - mean(values) ** 2 || 0);

function torchCall(name, k) {
  const m = SIDE - k + 1, shape = `  # (1, 1, 64, 64) → (1, 1, ${m}, ${m})`, v = 'w - w.mean()';
  return {
    response: 'F.conv2d(x, w)', 'shape part': `F.conv2d(x, ${v})`, 'level part': `w.sum() * F.avg_pool2d(x, ${k}, 1)`,
    r: `F.conv2d(x, ${v}) / ((${v}).norm() * ${k} * (F.avg_pool2d(x**2, ${k}, 1) - F.avg_pool2d(x, ${k}, 1)**2).sqrt())`,
  }[name] + shape;
}

/** A small picture to look at. */
function patch(label) {
  const canvas = h('canvas', { role: 'img', 'aria-label': label }), ink = canvas.getContext('2d');
  return {
    el: h('div', {}, h('div', {}, label), canvas),
    set(rows) {
      Object.assign(canvas, { width: rows.length, height: rows.length });
      ink.putImageData(new ImageData(Uint8ClampedArray.from(rows.flat().flatMap(v => [17 * v, 17 * v, 17 * v, 255])), rows.length), 0, 0);
    },
  };
}

/** The level part as a hatched bar, and from its end on the shape part: to the right, or back to the left. */
function bar(label) {
  const level = h('i.cx-level'), shape = h('i.cx-shape'), text = h('span'), r = h('b');
  return {
    el: h('div.cx-beam', {}, h('span', {}, label), h('div', {}, level, shape), text, r),
    set({ response, shape: s, level: l, r: value }, high) {
      const part = (el, from, to) => {
        el.style.left = (100 * Math.min(from, to)) / high + '%';
        el.style.width = (100 * Math.abs(to - from)) / high + '%';
      };
      part(level, 0, l);
      part(shape, l, response);
      shape.classList.toggle('cx-back-part', s < 0);
      text.textContent = number(Math.round(response));
      r.textContent = `r = ${valueOf(value)}`;
    },
  };
}

function render({ model, el }) {
  const f = frame({ model, el }, 'template matching', { prompt: 'Drag the window over the photograph.',
    room: { formula: 66, sentence: 105, call: 210, question: 78 } });
  const { get, put } = f, last = () => SIDE - get('k'), within = (i, j) => [clamp(i, 0, last()), clamp(j, 0, last())];
  const place = () => within(get('r'), get('c')), source = () => within(get('top'), get('left'));
  const go = (i, j) => { const [r, c] = within(i, j); put({ r, c }); };
  const centre = (i, j) => go(i - (get('k') >> 1), j - (get('k') >> 1));

  const X = picture({ role: 'input', label: 'Photograph', size: SIDE, point() {}, pick: centre,
    take(i, j) {                         // the window follows; from elsewhere it jumps there first
      const [r, c] = place(), k = get('k'), held = i >= r && i < r + k && j >= c && j < c + k;
      const [down, along] = held ? [i - r, j - c] : [k >> 1, k >> 1];
      return (a, b) => go(a - down, b - along);
    } });
  const Y = picture({ role: 'output', label: 'Map', size: SIDE, point() {}, pick: go, take: () => go });
  const marks = [[X, 'cx-cut cx-on'], [Y, 'cx-cut cx-on'], [Y, 'cx-best']].map(([view, kind]) =>
    view.el.querySelector('.cx-picture').appendChild(h('div', { class: kind })));
  /** Put a mark over `size` pixels of a picture, down and right of (i, j). */
  const lay = (mark, [i, j], size) => {
    for (const [side, pixels] of Object.entries({ top: i, left: j, width: size, height: size })) mark.style[side] = (100 * pixels) / SIDE + '%';
  };
  for (const view of [X, Y]) {
    view.el.addEventListener('keydown', event => {       // arrows move the window itself
      const move = ARROWS[event.key];
      if (!move || event.ctrlKey || event.altKey || event.metaKey) return;
      const [r, c] = place();
      go(r + move[0], c + move[1]);
      event.preventDefault();
      event.stopPropagation();
    }, true);
  }
  Y.el.classList.add('cx-answer', 'cx-map');
  const patches = [patch('window x'), patch('template w')], bars = [bar('window'), bar('template')];
  const sums = h('div.cx-sums', {}, h('div', {}, h('i.cx-level'), ' level part + ', h('i.cx-shape'), ' shape part'), ...bars.map(one => one.el));
  f.views.append(h('div.cx-pair', {}, X.el, Y.el), h('div.cx-parts', {}, ...patches.map(one => one.el), sums));
  f.controls(f.choice('map'), f.slider('k', 'template size'), f.toggle('shadow', 'shadow from the left'));
  let found, known;
  f.buttons.prepend(button('To largest', () => found.best && go(...found.best)),
    button('Cut here', () => { const [top, left] = place(); put({ top, left }); }));

  return f.start(() => {
    const [r, c] = place(), [top, left] = source(), k = get('k'), name = get('map'), shadow = get('shadow');
    const key = [get('photo'), k, top, left, shadow];
    if (!equal(known?.key, key)) {
      const photo = pixelsOf(get('photo')), unit = shadow ? 70 : 1, x = photo.map(row => row.map((v, j) => v * (shadow ? 7 + j : 1)));
      const w = cut(photo, k, top, left), maps = mapsOf(x, w, unit);
      const shown = maps.r.map(row => row.map(v => v || 0));          // a picture has no colour for no value
      known = { key, w, maps, pictures: { ...maps, r: shown }, x: x.map(row => row.map(v => v / unit)),
        high: Math.max(1, ...maps.response.flat(), ...maps['level part'].flat()) };
    }
    const { x, w, maps } = known, at = (i, j) => ({ response: maps.response[i][j], shape: maps['shape part'][i][j], level: maps['level part'][i][j], r: maps.r[i][j] });
    found = ranked(maps[name], [top, left]);
    const here = at(r, c), seen = cut(x, k, r, c);
    X.set('Photograph x', x, [[r, k], [c, k]]);
    Y.set(['Map ', h('small', {}, name)], known.pictures[name], [[r, 1], [c, 1]]);
    lay(marks[0], [top, left], k);
    lay(marks[1], [top, left], 1);
    lay(marks[2], found.best || [0, 0], 1);
    patches[0].set(seen);
    patches[1].set(w);
    bars[0].set(here, known.high);
    bars[1].set(at(top, left), known.high);
    const kernel = w.flat(), pixels = seen.flat(), { response, shape, level } = here;
    const parts = `${k * k}·${[deviation(kernel), deviation(pixels), here.r].map(factor).join('·')} + ${k * k}·${number(mean(kernel))}·${number(mean(pixels))} = `;
    f.write({
      formula: 'response Σ x·w = k²·s_w·s_x·r + k²·w̄·x̄',
      sum: `[${r}, ${c}]: ${number(response)} = ${isNaN(here.r) ? '' : parts}${number(shape)} + ${number(level)}`,
      sentence: answer(sentenceOf(name, found)), call: torchCall(name, k),
      question: `How many places have a larger ${name} than the one where the template was cut?`, solution: found.best ? found.ahead : null,
    });
  });
}

export default { render };
