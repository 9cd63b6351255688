// What all explorers share: controls bound to the state, one pointed-at thing, the texts, predict-then-look.
import { equal } from './arithmetic.js';
import { button, choice, freshId, h, number, slider, toggle } from './dom.js';

const CELLS_IN_A_ROW = 11;

function addStyle(document) {
  if (!document.getElementById('cx-style')) document.head.append(h('style', { id: 'cx-style' }, STYLE));
}

// JupyterLab cancels arrow keys on sliders, and runs its own commands (m, a, d d) on keys that bubble out;
// its undo would take back what the reader typed in a cell. Other shortcuts with Ctrl or Cmd, and
// Shift+Enter that runs the cell, are left to it.
function keepKeys(root) {
  root.addEventListener('keydown', event => {
    const shortcut = (event.ctrlKey || event.metaKey) && !'zy'.includes(event.key.toLowerCase());
    if (!shortcut && !(event.shiftKey && event.key === 'Enter')) event.stopPropagation();
  });
}

// One cell size for a width, never for a state: a slider must not rescale the picture that it changes.
function fitCells(root) {
  const observer = new ResizeObserver(([{ contentRect }]) => {
    const side = Math.floor((contentRect.width - 8) / CELLS_IN_A_ROW) - 1;
    root.style.setProperty('--cell', Math.max(24, Math.min(30, side)) + 'px');
  });
  observer.observe(root);
  return () => observer.disconnect();
}

export const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** A part of a text that a reader who predicts must not see yet. */
export const answer = text => h('span', { class: 'cx-answer' }, text);

/**
 * The frame around an explorer. `title` names it to a screen reader.
 * Returns what the explorer is built from; end `render` with `return f.start(draw)`, where `draw` sets
 * the views and calls `f.write({ formula, sum, sentence, warn, call, question, solution })`.
 */
export function frame({ model, el }, { title }) {
  addStyle(document);
  const limits = model.get('_limits'), keys = Object.keys(limits);
  const get = key => model.get(key);
  const put = changes => {
    for (const [key, value] of Object.entries(changes)) model.set(key, value);
    model.save_changes();
  };
  const state = () => Object.fromEntries(keys.map(key => [key, get(key)]));
  const first = model.get('_initial') || structuredClone(state());

  const text = (tag = 'p', name = '') => h(tag, { class: name });
  const controls = h('div', { class: 'cx-controls', role: 'group', 'aria-label': 'Settings' });
  const formula = text('p', 'cx-formula'), sum = text('p', 'cx-formula cx-sum'), sentence = text('p', 'cx-sentence');
  const views = h('div', { class: 'cx-views' }), call = h('code', { class: 'cx-call' });
  const live = h('div', { class: 'cx-hidden', role: 'status', 'aria-live': 'polite' });
  const asked = predict(() => { root.classList.toggle('cx-asking', asked.asking()); f.draw(); });
  const buttons = h('div', { class: 'cx-buttons' }, asked.start,
    button('Reset', () => { f.stop(); put(structuredClone(first)); }));
  const root = h('div', { class: 'cx', role: 'group', 'aria-label': title },
    controls, formula, views, sum, sentence, buttons, asked.el, h('p', { class: 'cx-torch' }, call), live);
  keepKeys(root);
  el.append(root);
  const unfit = fitCells(root);

  const shows = [];                     // brings a control to the state
  const bind = (key, make, options) => {
    const control = make({ ...options, change: value => put({ [key]: value }) });
    shows.push(() => control.show(get(key)));
    return control.el;
  };
  let speech, spoken, stopPlaying = () => {};
  const say = words => {                // debounced: a drag must not flood the screen reader
    clearTimeout(speech);
    if (spoken !== undefined && words !== spoken) speech = setTimeout(() => { live.textContent = words; }, 350);
    spoken = words;
  };

  const f = {
    root, get, put, limits, views, buttons, pointed: null,
    draw() {},
    stop: () => stopPlaying(),
    slider: (key, label, symbol = key) => bind(key, slider, { label, symbol, ...limits[key] }),
    toggle: (key, label) => bind(key, toggle, { label }),
    choice: (key, label, words) => bind(key, choice, { label, words }),
    controls: (...elements) => controls.append(...elements),
    /** Have `show` called before each drawing, for a control that is not bound to one key. */
    follow: show => shows.push(show),
    /** A handler for pointing at (i, j) of a view by mouse, finger or focus; without arguments: at nothing. */
    point: kind => (i, j) => {
      const next = i === undefined ? null : { kind, i, j };
      if (!equal(next, f.pointed)) { f.pointed = next; f.draw(); }
    },
    /** Buttons that step through positions; `step(by)` moves the state and says whether it could. */
    player(label, step) {
      let timer = 0;
      const stop = () => { clearInterval(timer); timer = 0; play.textContent = 'Play'; };
      const tick = () => { if (!document.hidden && !step(1)) stop(); };
      const play = button('Play', () => {
        if (timer) return stop();
        play.textContent = 'Stop';
        timer = setInterval(tick, calm() ? 1200 : 600);
      });
      const move = by => () => { stop(); step(by); };
      stopPlaying = stop;
      buttons.prepend(button('◀', move(-1), { 'aria-label': `Previous ${label}` }),
        button('▶', move(1), { 'aria-label': `Next ${label}` }), play);
    },
    /** Set the texts: strings or lists of strings and nodes. */
    write(parts) {
      const fill = (place, content) => place.replaceChildren(...[content ?? ''].flat());
      fill(formula, parts.formula);
      fill(sum, parts.sum);
      fill(sentence, parts.sentence);
      sentence.classList.toggle('cx-warn', Boolean(parts.warn));
      fill(call, parts.call);
      asked.set(parts.question, parts.solution);
      say(asked.asking() ? parts.question : [sentence, sum].map(place => place.textContent).join(' '));
    },
    /** Draw now and whenever the state changes; returns what ends the explorer. */
    start(draw) {
      f.draw = draw;
      const update = () => { shows.forEach(show => show()); draw(); };
      model.on('change', update);
      update();
      return () => { f.stop(); unfit(); clearTimeout(speech); model.off('change', update); };
    },
  };
  return f;
}

/** Hide the answer until the reader has typed a guess; then show both. No score is kept. */
function predict(changed) {
  const id = freshId(), question = h('label', { for: id }), verdict = h('p', { class: 'cx-verdict', role: 'status' });
  const guess = h('input', { id, type: 'text', inputmode: 'text', autocomplete: 'off', size: 6,
    onkeydown: event => { if (event.key === 'Enter' && !event.shiftKey) look(); } });
  const form = h('div', { class: 'cx-question', hidden: true }, question, ' ', guess, ' ', button('Look', () => look()));
  let asking = false, solution, told = null;
  const start = button('Predict first', () => { asking = true; update(); guess.value = ''; guess.focus(); });
  const update = () => { form.hidden = !asking; start.hidden = asking; verdict.textContent = ''; changed(); };
  function look() {
    const said = guess.value.trim().replace('−', '-');
    if (said === '') return guess.focus();
    asking = false;
    update();
    const right = said !== '' && Math.abs(+said - solution) < 0.005;
    verdict.textContent = `You said ${guess.value.trim()}; it is ${number(solution)}${right ? ', as you said' : ''}.`;
    told = solution;
    start.focus();
  }
  return {
    start, el: h('div', {}, form, verdict), asking: () => asking,
    set(words, value) {
      question.textContent = words;
      start.disabled = value == null;
      if (value == null && asking) { asking = false; update(); }
      if (told !== value) { verdict.textContent = ''; told = null; }
      solution = value;
    },
  };
}
