// Take hold of things with the mouse or a finger. What keys do instead is in roving.js.
import { give } from './dom.js';

const NEAR = 3;                          // pixels that a click may tremble

/**
 * Let things in `box` be dragged. take(event) is asked where a pointer presses: it returns nothing if nothing there
 * can be held, else what is called on the way with { dx, dy, x, y }: the pixels since the press, and the
 * pointer's place in the window. A press without a way stays a click. The class cx-holds gives what can be held its
 * cursor, and keeps the page from scrolling under a finger that begins there.
 */
export function drag(box, take, drop = () => {}) {
  let move = null, from, far;
  const end = () => {
    if (move && far) drop();
    move = null;
    box.classList.remove('cx-held');
  };
  give(box, {
    onpointerdown(event) {
      if (event.button || !event.isPrimary) return;
      far = false;
      from = event;
      move = take(event) || null;
      // What is pressed keeps the pointer, so that a click is a click on that; around the box a notebook has tab stops too.
      const pressed = event.target.closest('[tabindex]');
      if (move) (box.contains(pressed) ? pressed : box).setPointerCapture(event.pointerId);
    },
    onpointermove({ pointerId, clientX: x, clientY: y }) {
      if (!move || pointerId !== from.pointerId) return;
      const dx = x - from.clientX, dy = y - from.clientY;
      far ||= Math.hypot(dx, dy) >= NEAR;
      if (!far) return;
      box.classList.add('cx-held');
      move({ dx, dy, x, y });
    },
    onpointerup: end,
    onpointercancel() { end(); far = false; },
  });
  box.addEventListener('click', event => {
    if (far && event.detail) event.stopImmediatePropagation();           // it ends a drag
    far = false;
  }, true);
}
