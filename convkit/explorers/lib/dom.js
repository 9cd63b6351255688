// The few things that every explorer makes of HTML.

const SVG = new Set(['svg', 'g', 'rect', 'line', 'path', 'text', 'circle', 'polyline', 'title']);

/** An element: h('button', { type: 'button', onclick }, 'Play'). */
export function h(tag, properties = {}, ...children) {
  const element = SVG.has(tag) ? document.createElementNS('http://www.w3.org/2000/svg', tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter(child => child != null));
  return element;
}

/** A number as a book prints it: at most two decimals, a true minus sign. */
export const number = value => (value === -Infinity ? '−∞' : String(+value.toFixed(2) + 0).replace('-', '−'));
export const factor = value => (value < 0 ? `(${number(value)})` : number(value));
export const count = (n, one, many = one + 's') => `${n} ${n === 1 ? one : many}`;

export const button = (label, onclick, properties = {}) =>
  h('button', { type: 'button', onclick, ...properties }, label);

/** The buttons − and + for one number of a view, for fingers; `name` says which number it is now. */
export function stepper(change) {
  const label = h('span', { 'aria-hidden': 'true' });
  const [less, more] = [-1, 1].map(by => button(by < 0 ? '−' : '+', () => change(by)));
  return {
    el: h('div', { class: 'cx-stepper' }, label, less, more),
    name(words, fixed = false) {
      label.textContent = words;
      less.setAttribute('aria-label', `Decrease ${words}`);
      more.setAttribute('aria-label', `Increase ${words}`);
      less.disabled = more.disabled = fixed;
    },
  };
}

// Each live widget evaluates a copy of this module of its own: a counter in the module would repeat ids.
export const freshId = () => 'cx' + (document.cxSerial = (document.cxSerial || 0) + 1);

/** A native range input: keyboard, touch and screen readers know it. */
export function slider({ label, symbol, low, high, change }) {
  const id = freshId(), shown = h('span', { class: 'cx-value', 'aria-hidden': 'true' });
  const input = h('input', { type: 'range', id, min: low, max: high, step: 1,
    oninput: () => { show(+input.value); change(+input.value); } });
  const name = h('label', { for: id }, label, symbol ? ' ' : null, symbol && h('var', {}, symbol));
  const show = value => {
    input.value = value;
    shown.textContent = number(value);
    input.setAttribute('aria-valuetext', number(value));
  };
  return { el: h('div', { class: 'cx-slider' }, name, input, shown), show };
}

export function toggle({ label, change }) {
  const input = h('input', { type: 'checkbox', onchange: () => change(input.checked) });
  return { el: h('label', { class: 'cx-toggle' }, input, ' ', label), show: on => { input.checked = on; } };
}

/** A select with the words for each value. */
export function choice({ label, words, change }) {
  const id = freshId(), values = Object.keys(words);
  const input = h('select', { id, onchange: () => change(values[input.selectedIndex]) },
    ...values.map(value => h('option', { value }, words[value])));
  return { el: h('div', { class: 'cx-choice' }, h('label', { for: id }, label), ' ', input),
    show: value => { input.value = value; } };
}
