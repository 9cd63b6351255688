"use strict";

// A Predict or an exercise is answered on the page. <ask-question> holds what is asked and the right answers, and
// becomes a form; <told-part> holds what follows a Predict, and is hidden until the reader has answered or asks to be
// shown. Both are made while the page is read, before anything is painted, so nothing moves. What was answered stays
// in this browser's storage.
(() => {

  // --- The judge: the same as in convkit/answers.py, where each step is explained -----------------------------------

  // null for a right answer, "" for a wrong one, or what keeps it from being compared
  function judge(field, answer) {
    let given;
    try {
      if (field.kind === "choice") return field.right.some((right) => `${right}` === `${picked(answer)}`) ? null : "";
      given = field.kind === "words" ? words(answer, field.shape) : numbers(answer, field.shape);
    } catch {
      return field.wanted;
    }
    if (given.length !== field.right[0].length) return field.ordered ? field.wanted : "";
    return field.right.some((right) => same(given, right, field)) ? null : "";
  }

  function same(given, right, { kind, ordered, rtol, exact }) {
    const order = kind === "numbers" ? (a, b) => a - b : undefined;
    if (!ordered) [given, right] = [given.toSorted(order), right.toSorted(order)];
    return given.every((one, i) => (kind === "numbers" ? close(one, right[i], rtol, exact) : one === right[i]));
  }

  function close(given, right, rtol, exact) {
    const whole = exact && Math.abs(right - Math.round(right)) <= 1e-9 * Math.max(1, Math.abs(right));
    return Math.abs(given - right) <= (whole ? 1e-6 : rtol * Math.abs(right));
  }

  const picked = (text) => text.split(",").map(Number).toSorted((a, b) => a - b);

  function numbers(text, shape) {
    const value = sizes(text, shape) ?? read(text, shape.length), values = [value].flat(2);
    if (shape.length === 2 && `${value.map((row) => row.length)}` !== `${Array(shape[0]).fill(shape[1])}`) throw Error("another shape");
    if (!values.every(Number.isFinite)) throw Error("not finite");
    return values;
  }

  function sizes(text, shape) {
    const factors = unwrapped(tidied(text)).split(/[*x]|\bby\b/).map((factor) => factor.trim());
    return factors.every((factor) => /^\d+$/.test(factor)) && `${shape}` === `${factors.length}` ? factors.map(Number) : null;
  }

  function read(text, axes) {
    text = unwrapped(tidied(text));
    if (axes === 0) return number(text);
    if (axes === 1) return items(text).map(number);
    const listed = /[;\n]/.test(text);
    const rows = listed ? text.split(/[;\n]/) : (text.match(/(?<=[[({])[^[\](){}]*(?=[\])}])/g) ?? [text]);
    const bare = rows.map((row) => unwrapped(row.replace(/^[ ,]+|[ ,]+$/g, ""))).filter((row) => row.trim());
    return bare.map((row) => items(row).map(number));
  }

  const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
  const lowered = (power) => `^${[...power].map((sign) => "0123456789-"[RAISED.indexOf(sign)]).join("")}`;
  const KEYBOARD = [[/[−–]/g, "-"], [/[×·⋅]/g, "*"], [/[÷∕⁄]/g, "/"], [/[≈=~]/g, " "], [/[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+/g, lowered], [/π/g, "pi"], [/√/g, "sqrt"], [/\*\*/g, "^"]];

  const AROUND = [[/^\s*(?:about|roughly|approximately)\b/, ""], [/^\s*(?:\w+\.)?(?:array|tensor|Size)\((.*)\)\s*$/s, "$1"],
    [/(?<![\w.])[A-Za-z]\w*\s*=/g, " "], [/\bper ?cent\b/g, "%"], [/(?<=\d)\.\s*$/, ""]];

  function tidied(text) {
    for (const [signs, plain] of [...AROUND, ...KEYBOARD]) text = text.replace(signs, plain);
    return text.replace(/(?<=\d)[\u2009\u202f\u00a0_'](?=\d)/g, "").trim();
  }

  function unwrapped(text) {
    return /^[[({].*[\])}]$/s.test(text) && wraps(text) ? text.slice(1, -1) : text;
  }

  function wraps(text) {
    let depth = 0;
    for (let place = 0; place < text.length; place++) {
      depth += "[({".includes(text[place]) - "])}".includes(text[place]);
      if (depth === 0) return place === text.length - 1;
    }
    return false;
  }

  function items(text) {
    text = text.replace(/\s*,?\s*(?:\band\b|&)\s*/g, ", ");
    for (const separator of [";", ","]) {
      if (text.includes(separator)) return text.replace(RegExp(`^[${separator}\\s]+|[${separator}\\s]+$`, "g"), "").split(separator);
    }
    text = text.replace(/\s*([*/^])\s*/g, "$1");
    return text.replace(/(?<=\S)\s+([-+])\s+/g, "$1").trim().split(/\s+/).filter(Boolean);
  }

  function number(text) {
    text = text.trim();
    if (/^-?[1-9]\d{0,2}([ ,]\d{3})+(\.\d+)?$/.test(text)) text = text.replace(/[ ,]/g, "");
    else if (/^-?\d+,\d+\s*%?$/.test(text)) text = text.replace(",", ".");
    const tokens = text.toLowerCase().match(/(?:0|[1-9]\d*)(?:\.\d*)?(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?|[a-z]+|\S/g) ?? [];
    const value = total(tokens);
    if (tokens.length) throw Error(`${tokens[0]} is left over`);
    return value;
  }

  const nextIs = (tokens, signs) => tokens.length > 0 && signs.includes(tokens[0]);

  function total(tokens) {
    let value = product(tokens);
    while (nextIs(tokens, ["+", "-"])) value += tokens.shift() === "+" ? product(tokens) : -product(tokens);
    return value;
  }

  function product(tokens) {
    let value = signed(tokens);
    while (nextIs(tokens, ["*", "/", ...NAMES])) {
      const sign = NAMES.includes(tokens[0]) ? "*" : tokens.shift();
      value = sign === "*" ? value * signed(tokens) : value / signed(tokens);
    }
    return value;
  }

  function signed(tokens) {
    if (nextIs(tokens, ["+", "-"])) return tokens.shift() === "+" ? signed(tokens) : -signed(tokens);
    const base = atom(tokens);
    return nextIs(tokens, ["^"]) && tokens.shift() ? base ** signed(tokens) : base;
  }

  const FUNCTIONS = { sqrt: Math.sqrt, cos: Math.cos, sin: Math.sin, log: Math.log, ln: Math.log };
  const NAMES = [...Object.keys(FUNCTIONS), "pi"];

  function applied(tokens) {
    const named = FUNCTIONS[tokens.shift()], bare = tokens[0] !== "(", value = named(atom(tokens));
    if (bare && nextIs(tokens, ["*", "/", "^", "%"])) throw Error("parentheses, please");
    return value;
  }

  function atom(tokens) {
    let value;
    if (nextIs(tokens, Object.keys(FUNCTIONS))) return applied(tokens);
    if (nextIs(tokens, ["pi"]) && tokens.shift()) return Math.PI;
    if (nextIs(tokens, ["("])) {
      tokens.shift();
      value = total(tokens);
      if (tokens.shift() !== ")") throw Error("a parenthesis is open");
    } else {
      value = /^[\d.]/.test(tokens[0] ?? "") ? Number(tokens.shift()) : NaN;
    }
    return nextIs(tokens, ["%"]) && tokens.shift() ? value / 100 : value;
  }

  function words(text, shape) {
    return (shape.length ? text.split(/[,;&\n]|\band\b/) : [text]).map(simple).filter(Boolean);
  }

  function simple(text) {
    text = text.toLowerCase().trim().replace(/\s+/g, " ").replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
    return text.replace(/(?<=[\p{L}\p{N}_]{2})s(?![\p{L}\p{N}_])/gu, "");
  }

  // --- What was answered, on this page and in the book ---------------------------------------------------------------

  const root = new URL(document.documentElement.dataset.content_root || "./", location.href).pathname;
  const PAGE = `asks:${location.pathname}`, BOOK = `asks:${root}:all`;

  function recall(name) {
    try {
      return JSON.parse(localStorage.getItem(name)) ?? {};
    } catch {
      return {};
    }
  }

  function remember(name, value) {
    try {
      localStorage.setItem(name, JSON.stringify(value));
    } catch { /* from disk, or in a private window: for this visit only */ }
  }

  let answers = recall(PAGE), all = recall(BOOK) === true;

  // --- What follows a Predict ---------------------------------------------------------------------------------------

  const UNTIL_FOUND = "onbeforematch" in document.documentElement ? "until-found" : "";

  class Told extends HTMLElement {
    connectedCallback() {
      this.addEventListener("beforematch", () => this.open());
      this.settle();
    }

    get asked() {
      return document.querySelector(`ask-question[data-key="${this.dataset.key}"]`);
    }

    settle() {
      if (all || answers[this.dataset.key]?.shown) this.open();
      else this.setAttribute("hidden", UNTIL_FOUND);
      this.asked?.settle();
    }

    open() {
      this.removeAttribute("hidden");
      this.asked?.settle();
    }
  }

  // What the address names: a place, or explorers and their state (#stride=...&flip-2=...).
  function openTarget() {
    for (const [name, state] of new URLSearchParams(location.hash.slice(1))) {
      const explorer = name.replace(/-\d+$/, "");
      if (state && /^\w+$/.test(explorer)) document.querySelectorAll(`told-part[hidden]:has([data-explorer="${explorer}"])`).forEach((told) => told.open());
    }
    let target = null;
    try {
      target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch { /* not an address of a place */ }
    const told = target?.closest("told-part[hidden]");
    if (!told) return;
    told.open();
    target.scrollIntoView();
  }

  // --- The form of a question ----------------------------------------------------------------------------------------

  function make(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  // Each kind of field: an element, the answer as a text to keep, and as what it is called in a verdict.
  function fieldOf(field, name, box) {
    if (field.kind === "choice") return choiceField(field, name, field.listed && box.querySelector("ul.options"));
    const long = field.kind === "free" || field.shape.length > 1;
    const input = make(long ? "textarea" : "input", { id: name, autocomplete: "off", spellcheck: field.kind === "free" });
    if (long) input.rows = field.kind === "free" ? 2 : field.shape[0];
    else if (field.kind === "words" || field.shape.length) input.className = "ask-long";
    const wish = field.shape.length && field.ordered ? field.wanted.replace("give ", "") : "";
    const label = make("label", { htmlFor: name }, field.label || (field.kind === "free" ? "What do you expect?" : "Your answer"));
    if (wish) label.append(" ", make("small", {}, `(${wish})`));
    return {
      element: make("div", { className: "ask-field" }, label, input),
      get: () => input.value.trim(),
      set: (text) => { input.value = text; },
      said: (text) => text,
      focus: () => input.focus(),
    };
  }

  function choiceField(field, name, list) {
    const type = field.shape.length ? "checkbox" : "radio";
    const contents = list ? [...list.children].map((item) => [...item.childNodes]) : field.choices.map((choice) => [choice]);
    const inputs = contents.map((_, i) => make("input", { type, name, value: i }));
    inputs.forEach((input, i) => { if (list?.children[i].querySelector("math")) input.ariaLabel = field.choices[i]; });
    const legend = make("legend", { className: list || !field.label ? "visually-hidden" : "" }, field.label || "Your answer");
    const labels = contents.map((parts, i) => make("label", {}, inputs[i], make("span", {}, ...parts)));
    const element = make("fieldset", { className: list ? "ask-choice ask-listed" : "ask-choice" }, legend, ...labels);
    list?.replaceWith(element);
    return {
      element: list ? null : element,
      get: () => inputs.filter((input) => input.checked).map((input) => input.value).join(),
      set: (text) => inputs.forEach((input, i) => { input.checked = text !== "" && picked(text).includes(i); }),
      said: (text) => (text ? picked(text).map((i) => `“${field.choices[i].replace(/[.;,]$/, "")}”`).join(" and ") : ""),
      focus: () => inputs[0].focus(),
    };
  }

  class Ask extends HTMLElement {
    connectedCallback() {
      if (this.form) return;
      const { fields, predict = false, first = false } = JSON.parse(this.dataset.ask);
      const free = { kind: "free", shape: [], label: "" };
      this.predict = predict;
      this.asked = fields.length ? fields : [free];
      this.fields = this.asked.map((field, i) => fieldOf(field, `ask-${this.dataset.key}-${i}`, this.parentElement));
      this.verdict = make("div", { className: "ask-verdict", role: "status", tabIndex: -1 });
      this.showMe = make("button", { type: "button", className: "ask-second", hidden: !predict }, "Show me");
      this.showMe.addEventListener("click", () => this.show());
      const buttons = make("div", { className: "ask-buttons" }, make("button", {}, predict ? "That is my answer" : "Check"), this.showMe);
      this.form = make("form", { noValidate: true, autocomplete: "off" }, ...this.fields.map((field) => field.element).filter(Boolean), buttons, this.verdict);
      this.form.addEventListener("submit", (event) => { event.preventDefault(); this.commit(); });
      this.prepend(this.form);
      if (first) this.append(settings());
      this.restore();
    }

    get told() {
      return document.querySelector(`told-part[data-key="${this.dataset.key}"]`);
    }

    restore() {
      const { said = [], shown = false } = answers[this.dataset.key] ?? {};
      this.fields.forEach((field, i) => field.set(said[i] ?? ""));
      this.say(said.some(Boolean) ? this.judged(said) : shown ? this.solved() : []);
      this.settle();
    }

    settle() {
      this.showMe.hidden = !this.predict || all || Boolean(answers[this.dataset.key]?.shown) || Boolean(this.told && !this.told.hasAttribute("hidden"));
    }

    keep(entry) {
      answers[this.dataset.key] = { ...answers[this.dataset.key], ...entry };
      remember(PAGE, answers);
      this.told?.settle();
      this.settle();
    }

    commit() {
      const said = this.fields.map((field) => field.get());
      const lines = this.judged(said), unread = lines.findIndex((line) => line.unread);
      this.say(lines);
      if (this.predict && unread >= 0) this.fields[unread].focus();
      else this.keep({ said, shown: this.predict });
    }

    show() {
      this.say(this.solved());
      this.keep({ shown: true });
      this.verdict.focus({ preventScroll: true });
    }

    say(lines) {
      this.verdict.replaceChildren(...lines.map(({ state, text }) => make("p", { className: `ask-${state}` }, text)));
    }

    judged(said) {
      return said.map((text, i) => {
        const field = this.asked[i], label = field.label ? `${field.label}: ` : "";
        const line = text ? this.lineFor(field, i, text) : { state: "wrong", unread: true, text: "no answer yet." };
        return { ...line, text: label + (label ? line.text : line.text[0].toUpperCase() + line.text.slice(1)) };
      });
    }

    lineFor(field, i, text) {
      if (field.kind === "free") return { state: "told", text: "now compare it with what follows." };
      const problem = judge(field, text), said = this.fields[i].said(text);
      if (problem) return { state: "wrong", unread: true, text: `not yet: ${problem}.` };
      if (!this.predict) return problem === null ? { state: "right", text: "right." } : { state: "wrong", text: field.hint ? `not yet: ${stopped(field.hint)}` : "not yet." };
      const right = this.right(field, i);
      return problem === null ? { state: "right", text: `right: ${stopped(right)}` } : { state: "wrong", text: `you said ${said}; it is ${stopped(right)}` };
    }

    right(field, i) {
      return field.shown || this.fields[i].said(field.right[0].join());
    }

    solved() {
      return this.asked.flatMap((field, i) => (field.kind === "free" ? [] : [{ state: "told", text: `${field.label ? `${field.label}: it` : "It"} is ${stopped(this.right(field, i))}` }]));
    }
  }

  const stopped = (text) => (/[.?!]$/.test(text) ? text : `${text}.`);

  // One control a page: for those who skim, and for those who start again.
  function settings() {
    const skim = make("button", { type: "button" }), forget = make("button", { type: "button" }, "Forget my answers");
    const name = () => { skim.textContent = all ? "Hide answers until I have answered" : "Show all answers"; };
    const everywhere = () => document.querySelectorAll("told-part").forEach((told) => told.settle());
    skim.addEventListener("click", () => { all = !all; remember(BOOK, all); name(); everywhere(); });
    forget.addEventListener("click", () => {
      answers = {};
      remember(PAGE, answers);
      document.querySelectorAll("ask-question").forEach((ask) => ask.restore());
      everywhere();
    });
    name();
    return make("div", { className: "ask-settings" }, skim, forget);
  }

  customElements.define("told-part", Told);
  customElements.define("ask-question", Ask);
  document.addEventListener("readystatechange", openTarget); // before the explorers start, and scroll to theirs
  addEventListener("hashchange", openTarget);
  window.asks = { judge };
})();
