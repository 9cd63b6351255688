// A plain editor: a <textarea> with clear letters lies on the code, which takes the colours. So the browser's own
// undo, its keys and what screen readers know of a text field hold. Added are indenting, and the colours.
const INDENT = '    ';

export function edit(area, code, changed) {
  area.addEventListener('keydown', (event) => keys(area, event));
  area.addEventListener('blur', () => { delete area.dataset.typing; });
  area.addEventListener('scroll', () => { code.scrollLeft = area.scrollLeft; });
  area.addEventListener('input', () => {
    colour(code, area.value);
    changed();
  });
  area.classList.add('run-coloured');
}

// Tab indents once one types, and moves on before that, as everywhere on the page, and again after Escape.
function keys(area, event) {
  const typing = 'typing' in area.dataset;
  if (event.key === 'Escape') delete area.dataset.typing;
  else if (event.key === 'Tab' && typing) indent(area, event);
  else if (event.key !== 'Tab' && event.key !== 'Shift') area.dataset.typing = '';
  if (event.key === 'Enter' && !event.shiftKey) newLine(area, event);
}

// Undone like what is typed. It is called old, and there is no other way.
const insert = (text) => document.execCommand('insertText', false, text);

function indent(area, event) {
  event.preventDefault();
  const before = lineBefore(area);
  if (!event.shiftKey) insert(INDENT.slice(before.length % INDENT.length));
  else if (/^ +$/.test(before)) for (let left = (before.length - 1) % INDENT.length + 1; left; left--) document.execCommand('delete');
}

// As deep as the line before, and deeper after a colon.
function newLine(area, event) {
  event.preventDefault();
  const before = lineBefore(area);
  insert(`\n${before.match(/^ */)[0]}${/:\s*(#.*)?$/.test(before) ? INDENT : ''}`);
}

const lineBefore = ({ value, selectionStart }) => value.slice(value.lastIndexOf('\n', selectionStart - 1) + 1, selectionStart);

// --- Colours: the names are those that Pygments gave when the book was built ---------------------------------------

const TOKENS = new RegExp([
  /(?<c1>#.*)/,
  /(?<s2>(?:\b[rbfRBF]{1,2})?(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))/,
  /(?<k>\b(?:False|None|True|and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield)\b)/,
  /(?<mi>\b\d[\w.]*)/,
].map((part) => part.source).join('|'), 'g');

function colour(code, text) {
  const parts = [];
  let end = 0;
  for (const { groups, index, 0: found } of text.matchAll(TOKENS)) {
    const kind = Object.keys(groups).find((name) => groups[name] !== undefined);
    parts.push(text.slice(end, index), Object.assign(document.createElement('span'), { className: kind, textContent: found }));
    end = index + found.length;
  }
  code.replaceChildren(...parts, `${text.slice(end)}\n`);
}
