// The few things that every explorer makes of HTML.

const SVG = new Set(['svg', 'g', 'rect', 'line', 'text', 'path', 'circle', 'image']);

/** The two colours of convkit.plotting for signs, where a picture has no numbers. */
export const POSITIVE = [166, 124, 0];
export const NEGATIVE = [98, 54, 168];

/** An element with classes, properties and children: h('div.cx-row', { onclick }, 'words', child). */
export function h(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = SVG.has(name) ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
  element.classList.add(...classes);
  give(element, properties);
  element.append(...children.filter(child => child != null));
  return element;
}

/** Give an element these attributes and listeners. */
export function give(element, properties) {
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value != null && value !== false) element.setAttribute(key, value === true ? '' : value);
  }
}

/** A number as a book prints it: at most two decimals, a true minus sign. */
export const number = value => (value === -Infinity ? '−∞' : String(+value.toFixed(2) + 0).replace('-', '−'));
export const factor = value => (value < 0 ? `(${number(value)})` : number(value));
export const count = (n, one, many = one + 's') => `${n} ${n === 1 ? one : many}`;

/** The class names of those marks that are true: marks({ on: true, padding: false }) is 'cx-on'. */
export const marks = which => Object.keys(which).filter(name => which[name]).map(name => 'cx-' + name).join(' ');

export const button = (label, onclick, properties = {}) =>
  h('button', { type: 'button', onclick, ...properties }, label);

/** A view under its title, in the colour of its role; `head` sets the title. A view too wide scrolls. */
export function panel(role, view) {
  const title = h('div.cx-title'), el = h('div', { style: `--role: var(--${role})` }, h('div.cx-head', {}, title), h('div.cx-scroll', {}, view));
  return { el, head: words => title.replaceChildren(...[words].flat()) };
}

/** An element as high as a text of so many letters would make it, or as a list of such lines. */
export const roomy = (element, letters = 0) =>
  h('div.cx-room', { 'data-room': [letters].flat().map(n => 'words '.repeat(n / 6)).join('\n') }, element);

/** Add a style sheet, unless it is there. */
export function addStyle(text) {
  const there = [...document.querySelectorAll('style')].some(style => style.textContent === text);
  if (text && !there) document.head.append(h('style', {}, text));
}

// Each live widget evaluates a copy of this module of its own: a counter in the module would repeat ids.
export const freshId = () => 'cx' + (document.cxSerial = (document.cxSerial || 0) + 1);

/** A native range input: keyboard, touch and screen readers know it. */
export function slider({ label, symbol, low, high, change }) {
  const id = freshId(), shown = h('span', { 'aria-hidden': 'true' });
  const input = h('input', { type: 'range', id, min: low, max: high, step: 1,
    oninput: () => { show(+input.value); change(+input.value); } });
  const name = h('label', { for: id }, label, symbol ? ' ' : null, symbol && h('var', {}, symbol));
  const show = value => {
    input.value = value;
    shown.textContent = number(value);
    input.setAttribute('aria-valuetext', number(value));
  };
  return { el: h('div.cx-slider', {}, name, input, shown), show };
}

// For toggle:
export function toggle({ label, change }) {
  const input = h('input', { type: 'checkbox', onchange: () => change(input.checked) });
  return { el: h('label', {}, input, ' ', label), show: on => { input.checked = on; } };
}

// End.
/** A select with the words for each value. */
export function choice({ label, words, change }) {
  const id = freshId(), values = Object.keys(words);
  const input = h('select', { id, onchange: () => change(values[input.selectedIndex]) },
    ...values.map(value => h('option', { value }, words[value])));
  return { el: h('div', {}, h('label', { for: id }, label), input),
    show: value => { input.value = value; } };
}
