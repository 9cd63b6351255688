"""What a reader's hands do in a figure: drag with the mouse, drag with a finger, press keys.

All three are to end in the same state. It is read once the mouse and the focus are elsewhere.
"""

from contextlib import contextmanager

STEPS = 5


def cell(figure, view, at):
    """A cell of a view, or what a selector finds in the figure."""
    if isinstance(at, str):
        return figure.place.locator(at).first
    place, (row, column) = figure.place.get_by_label(view, exact=True).locator("visible=true"), at
    rows = place.locator("tr")
    if rows.count():
        return rows.nth(row).locator("td").nth(column)
    return place.locator(".cx-column").nth(column)


def middle(figure, view, at):
    """The middle of a cell on the screen, which is scrolled there."""
    place = cell(figure, view, at)
    place.evaluate("e => e.scrollIntoView({ block: 'center', behavior: 'instant' })")
    box = place.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def state(figure):
    """What is seen when nothing is pointed at and nothing has the focus."""
    figure.page.mouse.move(0, 0)
    figure.page.evaluate("document.activeElement.blur()")
    return figure.do().raw


def way(start, by):
    """Points on the way of a drag."""
    return [
        tuple(a + d * n / STEPS for a, d in zip(start, by, strict=True)) for n in range(STEPS + 1)
    ]


def drag(figure, start, by):
    """Drag with the mouse."""
    mouse = figure.page.mouse
    first, *rest = way(start, by)
    mouse.move(*first)
    mouse.down()
    for point in rest:
        mouse.move(*point)
    mouse.up()


def swipe(figure, start, by):
    """Drag with a finger."""
    with touching(figure) as touch:
        first, *rest = way(start, by)
        touch("touchStart", first)
        for point in rest:
            touch("touchMove", point)
        touch("touchEnd")


@contextmanager
def touching(figure):
    session = figure.page.context.new_cdp_session(figure.page)

    def touch(kind, *points):
        places = [{"x": x, "y": y} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    yield touch
    session.detach()
