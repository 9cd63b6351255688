// A plain editor: the code of the page itself, which a browser lets a reader edit. The browser undoes, and screen
// readers know it; added are indenting, and colours that follow what is typed.

const INDENT = '    ';

export function edit(code, changed) {
  let typing = false;                                           // until then Tab moves on, as everywhere on the page
  code.addEventListener('pointerdown', () => { typing = true; });
  code.addEventListener('focusout', () => { typing = false; });
  code.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') typing = false;
    if (event.key === 'Tab' && typing) indent(code, event);
    if (event.key === 'Enter' && !event.shiftKey) newLine(code, event);
  });
  code.addEventListener('beforeinput', () => flatten(code));
  code.addEventListener('input', () => {
    typing = true;
    colour(code);
    changed();
  });
}

// Undone like what is typed. There is no other way yet, and every browser has this one.
const insert = (text) => document.execCommand('insertText', false, text);
const remove = () => document.execCommand('delete');

function indent(code, event) {
  event.preventDefault();
  const { before } = line(code);
  if (!event.shiftKey) return insert(INDENT.slice(before.length % INDENT.length));
  for (let left = /^ +$/.test(before) ? (before.length - 1) % INDENT.length + 1 : 0; left; left--) remove();
}

// As deep as the line before, and deeper after a colon.
function newLine(code, event) {
  event.preventDefault();
  const { before } = line(code);
  insert(`\n${before.match(/^ */)[0]}${/:\s*(#.*)?$/.test(before) ? INDENT : ''}`);
}

function line(code) {
  const text = code.textContent.slice(0, selected(code)[0]);
  return { before: text.slice(text.lastIndexOf('\n') + 1) };
}

// --- Places, as numbers of characters ------------------------------------------------------------------------------

function selected(code) {
  const range = getSelection().getRangeAt(0), upTo = document.createRange();
  upTo.selectNodeContents(code);
  return [[range.startContainer, range.startOffset], [range.endContainer, range.endOffset]].map(([node, offset]) => {
    upTo.setEnd(node, offset);
    return upTo.toString().length;
  });
}

// The colours that the build gave are elements, whose colour typed text would take: they go with the first change.
function flatten(code) {
  if (!code.querySelector('*')) return;
  const [start, end] = selected(code), text = document.createTextNode(code.textContent);
  code.replaceChildren(text);
  getSelection().setBaseAndExtent(text, start, text, end);
  colour(code);
}

// --- Colours -------------------------------------------------------------------------------------------------------

const TOKENS = new RegExp([
  /(?<comment>#.*)/,
  /(?<string>\b[rbf]{0,2}(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))/,
  /(?<keyword>\b(?:False|None|True|and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield)\b)/,
  /(?<number>\b\d[\w.]*(?:(?<=e)[-+]\d+)?)/,
].map((part) => part.source).join('|'), 'g');

const painted = new Map();                                      // the ranges of each code

function colour(code) {
  if (!globalThis.Highlight) return;                            // then code that was changed is black
  const text = code.firstChild, ranges = [];
  for (const { groups, index, 0: { length } } of text ? code.textContent.matchAll(TOKENS) : []) {
    const kind = Object.keys(groups).find((name) => groups[name] !== undefined);
    if (index + length <= text.length) ranges.push([kind, new StaticRange({ startContainer: text, startOffset: index, endContainer: text, endOffset: index + length })]);
  }
  painted.set(code, ranges);
  for (const kind of ['comment', 'string', 'keyword', 'number']) {
    const all = [...painted.values()].flat().filter(([of]) => of === kind).map(([, range]) => range);
    CSS.highlights.set(`run-${kind}`, new Highlight(...all));
  }
}
