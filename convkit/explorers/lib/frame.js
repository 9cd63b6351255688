// What all explorers share: controls bound to the state, one pointed-at thing, the texts, predict-then-look.
import { clamp, copy, equal } from './arithmetic.js';
import { addStyle, button, choice, freshId, give, h, number, roomy, slider, toggle } from './dom.js';

// JupyterLab cancels arrow keys on sliders, and runs its own commands (m, a, d d) on keys that bubble out;
// its undo would take back what the reader typed in a cell. Other shortcuts with Ctrl or Cmd, and
// Shift+Enter that runs the cell, are left to it.
function keepKeys(root) {
  const ours = ({ key, ctrlKey, metaKey, shiftKey }) =>
    !((ctrlKey || metaKey) && !'zy'.includes(key.toLowerCase())) && !(shiftKey && key === 'Enter');
  give(root, { onkeydown(event) { if (ours(event)) event.stopPropagation(); } });
  // Notebook 7 hears a key before it comes here, but not from where this attribute is.
  const tell = event => { if (root.contains(event.target)) event.target.toggleAttribute('data-lm-suppress-shortcuts', ours(event)); };
  addEventListener('keydown', tell, true);
  return () => removeEventListener('keydown', tell, true);
}

/** A part of a text that a reader who predicts must not see yet. */
export const answer = text => h('span.cx-answer', {}, text);

/**
 * The frame around an explorer. `title` names it to a screen reader, `prompt` says what to do first, until it is done.
 * `room` keeps the figure's size: how many letters formula, sentence, call and question may have, or a list
 * for a formula of several lines. `low`: the formula stands below the views. (The sum has as many lines as --sum-lines says, and is cut off beyond.)
 * Returns what the explorer is built from; end `render` with `return f.start(draw)`, where `draw` sets
 * the views and calls `f.write({ formula, sum, sentence, warn, call, question, solution })`.
 */
export function frame({ model, el }, title, { prompt, room = {}, low } = {}) {
  addStyle(STYLE);
  const get = key => model.get(key), limits = get('_limits');
  const put = changes => {
    Object.entries(changes).forEach(([key, value]) => model.set(key, value));
    model.save_changes();
  };

  const controls = h('div.cx-controls'), first = prompt && h('p.cx-prompt', {}, prompt);
  const formula = h('p.cx-formula'), sum = h('p.cx-formula.cx-sum'), sentence = h('p.cx-sentence');
  const views = h('div.cx-views'), call = h('code.cx-call');
  const live = h('div.cx-hidden', { role: 'status' });
  const asked = predict(room.question, asking => { f.stop(); root.classList.toggle('cx-asking', asking); f.draw(); });
  const steps = stepper();
  const buttons = h('div.cx-row', {}, asked.start,
    button('Reset', () => { f.stop(); put(copy(get('_initial'))); }));
  const end = h('span', { tabindex: -1, id: freshId() });
  const skip = h('a.cx-skip', { href: '#' + end.id, onclick: event => { event.preventDefault(); end.focus(); } }, 'Skip this figure');
  const top = roomy(formula, room.formula);
  const root = h('div.cx', { role: 'group', 'aria-label': title }, skip, first, controls,
    ...(low ? [views, top] : [top, views]), sum, roomy(sentence, room.sentence),
    h('div.cx-stack', {}, buttons, asked.form), h('div.cx-after', {}, asked.verdict, steps.el), roomy(h('p.cx-formula', {}, call), room.call), live, end);
  const letGo = keepKeys(root);
  give(root, { 'oncx-edit': ({ detail }) => steps.offer(detail) });
  el.append(root);

  const shows = [];                     // brings a control to the state
  const bind = (key, make, options) => {
    const control = make({ ...options, change: value => put({ [key]: value }) });
    shows.push(() => control.show(get(key)));
    return control.el;
  };
  // A screen reader hears a sentence that is new, and the sum of what has the focus; not of what the mouse
  // passes over, and nothing before a drag has come to rest.
  let speech, told;
  const say = question => {
    clearTimeout(speech);
    told ??= sentence.textContent;
    speech = setTimeout(() => {
      const focused = views.contains(document.activeElement);
      if (f.pointed && !focused) return;
      const news = told === sentence.textContent ? '' : (told = sentence.textContent);
      const words = asked.asking() ? question : news + (focused ? ' ' + sum.textContent : '');
      if (words) live.textContent = words;
    }, 350);
  };

  const f = {
    root, get, put, limits, views, buttons, pointed: null,
    draw() {},
    stop() {},
    slider: (key, label, symbol = key) => bind(key, slider, { label, symbol, ...limits[key] }),
    // For toggle:
    toggle: (key, label) => bind(key, toggle, { label }),
    // End.
    /** A select; `words` are what the reader sees of each choice, by default the choices themselves. */
    choice: (key, label = key, words = Object.fromEntries(limits[key].choices.map(word => [word, word]))) =>
      bind(key, choice, { label, words }),
    controls: (...elements) => controls.append(...elements),
    /** Have `show` called before each drawing, for a control that is not bound to one key. */
    follow: show => shows.push(show),
    // For when:
    /** Show an element only in some states. A control, or one of a stack, keeps its place. */
    when(test, element) {
      f.follow(() => element.classList.toggle('cx-off', !test()));
      return element;
    },
    /** Elements in one place, as large as the largest of them: show one at a time, with f.when. */
    stack: (...elements) => h('div.cx-stack', {}, ...elements),
    // End.
    /** A handler for pointing at (i, j) of a view by mouse, finger or focus; without arguments: at nothing. */
    point: kind => (i, j) => {
      const next = i === undefined ? null : { kind, i, j };
      if (!equal(next, f.pointed)) { f.pointed = next; f.draw(); }
    },
    // For player, walk:
    /** Buttons that step through size() places: at() is the present one, go(i) goes to another. */
    player(label, size, at, go) {
      let timer = 0;
      const step = by => {
        const last = size() - 1, now = Math.min(at(), last), next = clamp(now + by, 0, last);
        if (next !== now) go(next);
        return next !== now;
      };
      const stop = () => { clearInterval(timer); timer = 0; play.textContent = 'Play'; };
      const tick = () => { if (!document.hidden && !step(1)) stop(); };
      const play = button('Play', () => {
        if (timer) return stop();
        if (at() >= size() - 1) go(0);
        play.textContent = 'Stop';
        timer = setInterval(tick, 700);
      });
      const move = by => () => { stop(); step(by); };
      f.stop = stop;
      buttons.prepend(button('◀', move(-1), { 'aria-label': `Previous ${label}` }),
        button('▶', move(1), { 'aria-label': `Next ${label}` }), play);
    },
    /** Buttons that step the number `key` of the state. */
    walk: (key, label, size) => f.player(label, size, () => get(key), i => put({ [key]: i })),
    // End.
    /** What a plot's `edit` does for the list `key` of the state. */
    edit: key => (i, value) => put({ [key]: get(key).map((v, at) => (at === i ? value : v)) }),
    // For editTable:
    /** What a grid's `edit` does for the table `key` of the state. */
    editTable: key => (i, j, change) => {
      const { low, high } = limits[key];
      put({ [key]: get(key).map((row, a) => row.map((v, b) => (a === i && b === j ? clamp(change(v), low, high) : v))) });
    },
    // End.
    /** Set the texts: strings or lists of strings and nodes. */
    write(parts) {
      const fill = (place, content) => place.replaceChildren(...[content ?? ''].flat());
      fill(formula, parts.formula);
      fill(sum, parts.sum);
      fill(sentence, parts.sentence);
      sentence.classList.toggle('cx-warn', !!parts.warn);
      fill(call, parts.call);
      asked.set(parts.question, parts.solution);
      say(parts.question);
    },
    /** Draw now and whenever the state changes; returns what ends the explorer. */
    start(draw) {
      f.draw = draw;
      const update = () => { shows.forEach(show => show()); draw(); steps.show(); };
      const change = () => { asked.forget(); first?.classList.add('cx-done'); update(); };
      model.on('change', change);
      update();
      return () => { letGo(); f.stop(); clearTimeout(speech); model.off('change', change); };
    },
  };
  return f;
}

/** The buttons − and + for the number that was last touched: what fingers have instead of keys. */
function stepper() {
  const label = h('span', { 'aria-hidden': 'true' });
  const [less, more] = [-1, 1].map(by => button(by < 0 ? '−' : '+', () => offered.change(by)));
  const el = h('div.cx-row.cx-stepper.cx-off', {}, label, less, more);
  let offered;
  const show = () => {
    const cell = offered?.cell(), name = cell?.dataset.name;
    if (el.classList.toggle('cx-off', !cell?.checkVisibility({ visibilityProperty: true }) || !!cell.fixed)) return;
    label.textContent = name;
    give(less, { 'aria-label': `Decrease ${name}` });
    give(more, { 'aria-label': `Increase ${name}` });
  };
  return { el, show, offer(detail) { offered = detail; show(); } };
}

/** Hide the answer until the reader has typed a guess; then show both. No score is kept. */
function predict(longest, changed) {
  const id = freshId(), question = h('label', { for: id }), verdict = h('div.cx-verdict', { role: 'status' });
  const guess = h('input', { id, type: 'text', autocomplete: 'off', size: 6 });
  const form = h('form.cx-row.cx-question.cx-off', { onsubmit: look, onkeydown: leave }, roomy(question, longest), guess, h('button', {}, 'Look'));
  let asking = false, solution;
  const start = button('Predict first', () => { ask(true); guess.value = ''; guess.focus(); });

  function ask(whether) {
    asking = whether;
    form.classList.toggle('cx-off', !asking);
    form.closest('.cx-stack').firstChild.classList.toggle('cx-off', asking);
    verdict.textContent = '';
    changed(asking);
  }
  function leave({ key }) {
    if (key !== 'Escape') return;
    ask(false);
    start.focus();
  }
  function look(event) {
    event.preventDefault();
    const said = guess.value.trim().replace('−', '-');
    ask(false);
    start.focus();
    if (!said) return;
    const right = Math.abs(said - solution) < 0.005 ? ', as you said' : '';
    verdict.textContent = `You said ${said.replace('-', '−')}; it is ${number(solution)}${right}.`;
  }
  return {
    start, form, verdict, asking: () => asking,
    /** The question and its answer now; without one there is nothing to ask. */
    set(words, value) {
      question.textContent = words;
      start.disabled = value == null;
      if (start.disabled && asking) ask(false);
      solution = value;
    },
    /** What was said of a state that is no more. */
    forget() { verdict.textContent = ''; },
  };
}
