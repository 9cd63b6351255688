// Take hold of things with the mouse or a finger. What keys do instead is in roving.js.

const NEAR = 3;                          // pixels that a click may tremble

/**
 * Let things in `box` be dragged. take(event) is asked where a pointer presses: it returns nothing if nothing there
 * can be held, else what is called on the way with { dx, dy, x, y }: the pixels since the press, and the
 * pointer's place in the window. A press without a way stays a click. The class cx-holds gives what can be held its
 * cursor, and keeps the page from scrolling under a finger that begins there.
 */
export function drag(box, take, drop = () => {}) {
  let move = null, from, far;
  box.addEventListener('pointerdown', event => {
    if (event.button || !event.isPrimary) return;
    far = false;
    from = event;
    move = take(event) || null;
    // What is pressed keeps the pointer, so that a click is a click on that.
    if (move) (event.target.closest('[tabindex]') || box).setPointerCapture(event.pointerId);
  });
  box.addEventListener('pointermove', event => {
    if (!move || event.pointerId !== from.pointerId) return;
    const { clientX: x, clientY: y } = event, dx = x - from.clientX, dy = y - from.clientY;
    far ||= Math.hypot(dx, dy) >= NEAR;
    if (!far) return;
    box.classList.add('cx-held');
    move({ dx, dy, x, y });
  });
  const end = () => {
    if (move && far) drop();
    move = null;
    box.classList.remove('cx-held');
  };
  box.addEventListener('pointerup', end);
  box.addEventListener('pointercancel', () => { end(); far = false; });
  box.addEventListener('click', event => {
    if (far && event.detail) event.stopImmediatePropagation();           // it ends a drag
    far = false;
  }, true);
}
