"use strict";

// What helps a reader along: how far one is, where one was, keys to turn the pages, the contents beside the text.
// All of it stays in this browser.

addEventListener("DOMContentLoaded", () => {
  const line = document.body.appendChild(document.createElement("div"));
  line.className = "reading-progress";
  line.ariaHidden = "true";

  const contents = new Map(); // each heading of the contents with its link there
  for (const link of document.querySelectorAll("#page-contents a")) {
    const part = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    const heading = part?.querySelector("h1, h2, h3, h4") ?? part;
    if (heading) contents.set(heading, link);
  }

  // One follows a link to a part that is too near the end to come to the top: it is the current one until one moves on.
  let followed = null;
  for (const moving of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    addEventListener(moving, () => { followed = null; }, { passive: true, capture: true });
  }
  const follow = (hash) => {
    const target = [...contents].find(([, link]) => hash.length > 1 && link.hash === hash);
    if (target) followed = target[0];
    look();
  };
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href*='#']");
    if (link?.pathname === location.pathname) follow(link.hash);
  });
  addEventListener("hashchange", () => follow(location.hash));

  let current = null;
  function look() {
    const { scrollHeight, clientHeight } = document.documentElement;
    const left = Math.max(0, scrollHeight - clientHeight - scrollY);
    line.style.transform = `scaleX(${scrollHeight > clientHeight ? scrollY / (scrollY + left) : 0})`;
    // A part begins at its heading, below the bar; in the last screen this mark moves down to the end of the text.
    const mark = 112 + (clientHeight - 112) * Math.max(0, 1 - left / clientHeight);
    const begun = [...contents.keys()].filter((heading) => heading.getBoundingClientRect().top <= mark);
    const heading = followed ?? begun.at(-1) ?? null;
    if (heading === current) return;
    current = heading;
    for (const link of contents.values()) {
      const here = link === contents.get(heading);
      link.classList.toggle("active", here);
      if (here) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    for (const entry of document.querySelectorAll("#page-contents .toc-entry")) {
      entry.classList.toggle("active", entry.contains(contents.get(heading) ?? null));
    }
    keepInView(contents.get(heading) ?? [...contents.values()][0]);
    if (heading) remember(heading);
  }

  // The contents scroll by themselves, so that the current part is never out of sight.
  function keepInView(link) {
    const column = link?.closest(".bd-sidebar-secondary");
    if (!column) return;
    const above = link.getBoundingClientRect().top - column.getBoundingClientRect().top;
    if (above < 0 || above > column.clientHeight - 40) column.scrollTop += above - column.clientHeight / 2;
  }

  let waiting = false;
  const lookSoon = () => {
    if (!waiting) requestAnimationFrame(() => { waiting = false; look(); });
    waiting = true;
  };
  addEventListener("scroll", lookSoon, { passive: true });
  addEventListener("resize", lookSoon);

  // Where one was: the last chapter, and in each chapter the last part. Another book of this host has another key.
  const root = new URL(document.documentElement.dataset.content_root, location);
  const key = `reading:${root.pathname}`;
  const page = DOCUMENTATION_OPTIONS.pagename;
  const isChapter = page.startsWith("chapters/");

  function places() {
    try { return JSON.parse(localStorage.getItem(key)) ?? {}; } catch { return {}; }
  }
  function title(heading) {
    const copy = heading.cloneNode(true);
    copy.querySelectorAll(".headerlink, .section-number").forEach((part) => part.remove());
    return copy.textContent.trim();
  }
  function remember(heading) {
    if (!isChapter) return;
    const { parts = {} } = places();
    parts[page] = { hash: contents.get(heading).hash, name: title(heading) };
    const chapter = title(document.querySelector("article h1"));
    try { localStorage.setItem(key, JSON.stringify({ page, chapter, parts })); } catch { /* then not */ }
  }
  function offer(address, words) {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = words;
    const place = document.createElement("p");
    place.className = "reading-place";
    place.append(link);
    document.querySelector("article.bd-article")?.prepend(place);
  }
  const before = places();
  const part = before.parts?.[isChapter ? page : before.page];
  if (part && isChapter && !location.hash && performance.getEntriesByType("navigation")[0]?.type === "navigate") {
    offer(part.hash, `Continue at “${part.name}”`);
  } else if (part && page === "intro") {
    offer(new URL(`${before.page}.html`, root) + part.hash, `Continue with “${before.chapter}”, at “${part.name}”`);
  }

  // The arrow keys turn the pages while nothing on the page has the focus and could want them.
  const turns = { ArrowLeft: "a.left-prev", ArrowRight: "a.right-next" };
  for (const [name, which] of Object.entries(turns)) {
    document.querySelector(which)?.setAttribute("aria-keyshortcuts", name);
  }
  addEventListener("keydown", (event) => {
    const plain = !(event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.repeat);
    const free = document.activeElement === document.body && !document.querySelector("dialog[open]");
    const zoomed = visualViewport?.scale > 1; // the arrows move the view
    if (plain && free && !zoomed && !event.defaultPrevented && Object.hasOwn(turns, event.key)) {
      document.querySelector(turns[event.key])?.click();
    }
  });

  follow(location.hash);
});

// Between 960 and 991 pixels the theme shows the sidebar beside the text, but its button would lay it over the text.
addEventListener("click", (event) => {
  const beside = matchMedia("(min-width: 960px) and (max-width: 991.98px)").matches;
  if (!beside || !event.target.closest?.(".primary-toggle")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  document.getElementById("pst-primary-sidebar").classList.toggle("pst-sidebar-hidden");
}, true);

// The pictures below the first screen come when all else is there, and are there on a train and on paper, too.
addEventListener("load", () => {
  if (navigator.connection?.saveData) return;
  const soon = window.requestIdleCallback ?? setTimeout;
  soon(() => document.querySelectorAll("img[loading]").forEach((image) => { image.loading = "eager"; }));
});

// On paper a page is light and unfolded, and a formula wider than a column of A4 is drawn smaller.
const COLUMN = 40; // em
let shut = [], shown = null;
addEventListener("beforeprint", () => {
  for (const formula of document.querySelectorAll("article div.math")) {
    const room = COLUMN * parseFloat(getComputedStyle(formula).fontSize) / 1.6;
    const drawn = formula.querySelector("semantics > *, svg")?.getBoundingClientRect().width ?? 0;
    formula.style.setProperty("--fit", Math.min(1, room / drawn));
  }
  shut = [...document.querySelectorAll("article details:not([open], .code)")];
  shut.forEach((folded) => { folded.open = true; });
  shown = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
});
addEventListener("afterprint", () => {
  shut.forEach((folded) => { folded.open = false; });
  document.documentElement.dataset.theme = shown;
});
