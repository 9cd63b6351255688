"use strict";

// A link to a word of the glossary, a figure, a formula or a work that is cited shows it in a card, under the mouse or
// with the focus of the keyboard. What stands on another page was put into this one's <template id="previews"> when the
// book was built. A finger follows the link.
addEventListener("DOMContentLoaded", () => {
  const article = document.querySelector("article.bd-article");
  if (!article || !HTMLElement.prototype.showPopover) return;
  const stored = document.getElementById("previews")?.content;
  const card = document.createElement("div");
  Object.assign(card, { id: "preview", className: "preview", popover: "manual", role: "tooltip" });

  let shown = null, timer = 0, pointer = null;

  function here(id) {
    const target = document.getElementById(id);
    if (target?.matches("dt")) {
      let meaning = target;
      while (meaning && !meaning.matches("dd")) meaning = meaning.nextElementSibling;
      return meaning && [...meaning.cloneNode(true).childNodes];
    }
    return target?.matches("figure, .citation, [id^='equation-']") ? [target.cloneNode(true)] : null;
  }
  function preview(link) {
    const address = link.getAttribute("href");
    if (address.startsWith("#")) return here(decodeURIComponent(address.slice(1)));
    const part = stored?.querySelector(`[data-of="${CSS.escape(address)}"]`);
    return part && [...part.cloneNode(true).childNodes];
  }

  function show(link) {
    const parts = preview(link);
    if (!parts) return;
    hide();
    shown = link;
    card.replaceChildren(...parts);
    card.querySelectorAll(".headerlink, .explorer, script").forEach((part) => part.remove());
    card.querySelectorAll("[id]").forEach((part) => part.removeAttribute("id"));
    card.querySelectorAll("a, [tabindex]").forEach((part) => { part.tabIndex = -1; });
    card.querySelectorAll("img").forEach((image) => { image.loading = "eager"; });
    document.body.append(card);
    card.showPopover();
    link.setAttribute("aria-describedby", card.id);
    link.removeAttribute("title"); // the browser would show a second card
    place();
  }
  function hide() {
    clearTimeout(timer);
    shown?.removeAttribute("aria-describedby");
    shown = null;
    card.remove();
  }
  // Below the link, or above where there is more room. Of a link over two lines, at the line under the mouse.
  function place() {
    if (!shown) return;
    const lines = [...shown.getClientRects()];
    const line = lines.find(({ top, bottom }) => pointer >= top && pointer <= bottom) ?? lines[0];
    if (!line || line.bottom < 0 || line.top > innerHeight) return hide();
    const below = innerHeight - line.bottom;
    const above = below < card.scrollHeight + 16 && line.top > below;
    card.style.maxHeight = `${(above ? line.top : below) - 16}px`;
    const top = above ? line.top - card.offsetHeight - 4 : line.bottom + 4;
    const left = Math.min(line.left, document.documentElement.clientWidth - card.offsetWidth - 8);
    Object.assign(card.style, { top: `${top}px`, left: `${Math.max(8, left)}px` });
  }

  const linkAt = (event) => event.target.closest?.("a.internal[href*='#'], a.reference[href*='#']");
  const soon = (act, delay) => { clearTimeout(timer); timer = setTimeout(act, delay); };

  article.addEventListener("pointerover", (event) => {
    const link = event.pointerType !== "touch" && linkAt(event);
    if (!link) return;
    pointer = event.clientY;
    if (link === shown) clearTimeout(timer);
    else soon(() => show(link), 250);
  });
  article.addEventListener("pointerout", (event) => { if (linkAt(event)) soon(hide, 250); });
  card.addEventListener("pointerenter", () => clearTimeout(timer));
  card.addEventListener("pointerleave", () => soon(hide, 250));
  article.addEventListener("focusin", (event) => {
    const link = linkAt(event);
    pointer = null;
    if (link?.matches(":focus-visible")) show(link);
  });
  article.addEventListener("focusout", (event) => { if (linkAt(event) === shown) hide(); });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !shown) return;
    hide();
    event.stopPropagation();
  }, true);
  addEventListener("scroll", () => { pointer = null; place(); }, { passive: true });
  card.addEventListener("load", place, true); // a picture that has just come
});
