// What a cell has put out, in the style of the book.

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

export class Outputs {
  constructor(cell) {
    this.cell = cell;
    this.place = cell.querySelector('.cell_output');
    this.written = [...(this.place?.childNodes ?? [])];         // what the book shows
    this.check = cell.querySelector('details.check > summary');
    this.line = this.check?.textContent;
  }

  show({ state, outputs, error, needs, line }, pristine) {
    this.restore();
    if (state === 'kept') return this.note(reason(needs, line, pristine));
    const left = this.written.filter((child) => child.nodeType === Node.ELEMENT_NODE);
    const questions = left.filter((child) => child.querySelector('ask-question, .ask-note'));
    const shown = questions.length ? outputs.map(unasked).filter(Boolean) : outputs;
    const said = this.check && shown.length === 1 && !error && oneLine(shown[0]);
    if (this.check) this.check.textContent = said || this.line;
    const parts = said ? [] : shown.map((output) => element(output, left, pristine));
    if (error) parts.push(text(error, 'stderr'));
    if (parts.length || this.place) this.holder().replaceChildren(...questions, ...parts);
    parts.forEach(bringToLife);
  }

  restore() {
    this.unnoted();
    if (this.check) this.check.textContent = this.line;
    this.place?.replaceChildren(...this.written);
  }

  // Where outputs are; a cell that had none gets a place below its code.
  holder() {
    this.place ??= this.cell.querySelector('.cell_input').parentNode.appendChild(make('div', { className: 'cell_output docutils container' }));
    return this.place;
  }

  note(words) {
    const below = this.cell.querySelector('.cell_input');
    below.after(make('p', { className: 'run-note' }, words));
  }

  unnoted() {
    this.cell.querySelector('.run-note')?.remove();
  }
}

function reason(needs, line, pristine) {
  const what = /^[A-Z]/.test(needs) ? `${needs}, which does not run in browsers` : `“${needs}”, from a cell that keeps the book’s output`;
  return `Line ${line} needs ${what}. The output is the book’s${pristine ? '' : ', and does not follow your changes'}.`;
}

// Without what the page asks already.
function unasked(output) {
  const text = output.text?.replace(/^.*not answered yet\n/gm, '');
  return text !== '' && { ...output, text };
}

const oneLine = ({ text = '' }) => (text.trim().includes('\n') ? '' : text.trim());

function element(output, left, pristine) {
  if (output.stream) return text(output.text, output.stream);
  if (output['image/png']) return picture(output, take(left, 'img:not([data-explorer] img)'), pristine);
  if (output['text/html']) return html(output['text/html'], left);
  if (output['text/markdown']) return table(output['text/markdown']) ?? text(output['text/markdown']);
  return text(output['text/plain']);
}

// The next of the book's outputs that has such an element: its caption and its name go with what takes its place.
function take(left, selector) {
  const found = left.findIndex((child) => child.matches(selector) || child.querySelector(selector));
  return found < 0 ? undefined : left.splice(found, 1)[0];
}

function text(words, stream) {
  const kind = stream ? `stream ${stream}` : 'text_plain';
  return make('div', { className: `output ${kind} highlight-myst-ansi notranslate` },
    make('div', { className: 'highlight' }, make('pre', {}, words)));
}

function picture({ 'image/png': png, width }, written, pristine) {
  const around = written?.cloneNode(true) ?? make('img');
  const image = around.matches('img') ? around : around.querySelector('img');
  const alt = written ? `Drawn anew from changed code. The book’s picture: ${image.alt}` : 'A picture that the code draws.';
  ['width', 'height', 'srcset'].forEach((name) => image.removeAttribute(name));
  Object.assign(image, { src: `data:image/png;base64,${png}`, alt: pristine && written ? image.alt : alt });
  image.style.width = `${width}px`;
  return around;
}

function html(code, left) {
  const made = make('div', { className: 'output text_html' });
  made.innerHTML = code;
  const explorer = made.querySelector('[data-explorer]');
  const written = explorer && take(left, '[data-explorer]');
  if (!written) return made;
  const old = written.matches('[data-explorer]') ? written : written.querySelector('[data-explorer]');
  if (old.dataset.explorer === explorer.dataset.explorer && old.dataset.state === explorer.dataset.state) return written;
  const around = written === old ? make('div') : written.cloneNode(true);
  (around.querySelector('[data-explorer]') ?? around.appendChild(make('i'))).replaceWith(explorer);
  return around;
}

// Once it is in the page: explorers start, and what scrolls can be reached by keyboard.
function bringToLife(element) {
  for (const box of [element, ...element.querySelectorAll('pre')]) if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  for (const explorer of element.querySelectorAll('[data-explorer]:not([data-ready])')) globalThis.convkitExplorers?.start(explorer);
}

// --- Tables: convkit's, in Markdown --------------------------------------------------------------------------------

function table(markdown) {
  const [head, rule, ...rows] = markdown.trim().split('\n').map(entries);
  if (!rule?.every((entry) => /^:?-+:?$/.test(entry))) return null;
  const sides = rule.map((entry) => (entry.endsWith(':') ? 'text-right' : 'text-left'));
  const row = (tag) => (line) => make('tr', {}, ...line.map((entry, i) => make(tag, { className: sides[i] }, make('p', {}, ...inline(entry)))));
  return make('div', { className: 'pst-scrollable-table-container' },
    make('table', { className: 'table' }, make('thead', {}, row('th')(head)), make('tbody', {}, ...rows.map(row('td')))));
}

const entries = (line) => line.replace(/^\| ?| ?\|$/g, '').split(/(?<!\\)\|/).map((entry) => entry.trim().replaceAll('\\|', '|'));

// Code between backticks; formulas that the page has drawn already, any other as its TeX.
function inline(entry) {
  return entry.split(/(\$[^$]+\$|`[^`]+`)/).filter(Boolean).map((part) => {
    if (part[0] === '`') return make('code', {}, part.slice(1, -1));
    return part[0] === '$' ? (formula(part.slice(1, -1)) ?? make('code', {}, part)) : part;
  });
}

function formula(tex) {
  const same = [...document.querySelectorAll('math annotation')].find((annotation) => annotation.textContent.trim() === tex.trim());
  return same && make('span', { className: 'math' }, same.closest('math').cloneNode(true));
}
