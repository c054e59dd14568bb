"""Tests that pictures are enlarged by keys, mouse and touch, on any page in a headless Chromium."""

import looks

OPEN = "document.querySelector('dialog.enlarged')?.open === true"
CLOSED = "!document.querySelector('dialog.enlarged')"
PICTURE = ("(({ x, y, width, height }) => [x, y, width, height])"
           "(document.querySelector('.enlarged .stage').firstElementChild.getBoundingClientRect())")
STAGE = "(({ x, y, width, height }) => [x, y, width, height])(document.querySelector('.enlarged .stage').getBoundingClientRect())"


def enlarges(page, selector):
    """Raises unless the first picture of a selector opens, zooms and moves by keys, mouse and touch, and closes."""
    picture = f"document.querySelector({selector!r})"
    page.wait(f"{picture}?.classList.contains('enlargeable')")
    page.run(f"{picture}.scrollIntoView({{ block: 'center', behavior: 'instant' }}); {picture}.focus()")
    assert page.run(f"document.activeElement === {picture}"), "the keyboard does not reach the picture"
    page.press("Enter", number=13)
    page.wait(OPEN)
    fits(page)
    lies_where_it_did(page, picture)
    by_keys(page)
    by_mouse(page)
    by_touch(page)
    readable = page.run(CONTRAST % "'.enlarged button, .enlarged .level, .enlarged-label'")
    assert all(ratio >= 4.5 for _, ratio in readable), readable
    page.press("Escape", number=27)
    page.wait(CLOSED)
    assert page.run(f"document.activeElement === {picture}"), "the focus is lost"
    x, y = page.run(f"(({{ x, y, width, height }}) => [x + width / 2, y + height / 2])({picture}.getBoundingClientRect())")
    click(page, x, y)
    page.wait(OPEN)
    page.run("document.querySelector('.enlarged-bar button:last-child').click()")
    page.wait(CLOSED)


def fits(page):
    x, y, width, height = page.run(PICTURE)
    left, top, wide, high = page.run(STAGE)
    assert x >= left - 1 and y >= top - 1 and x + width <= left + wide + 1 and y + height <= top + high + 1, "it is cut off"


def lies_where_it_did(page, picture):
    """Boxes lie at the same fraction of the enlarged picture as of the small one."""
    places = """(scene => [...scene.querySelectorAll('.box rect:first-child, .truth rect:first-child')].map(box => {
        const place = %s, [x1, y1, x2, y2] = place(scene.querySelector('image'));
        const [left, top, right, bottom] = place(box);
        return [(left - x1) / (x2 - x1), (top - y1) / (y2 - y1), (right - x1) / (x2 - x1), (bottom - y1) / (y2 - y1)];
    }))""" % looks.PLACE
    before = page.run(f"{picture} instanceof SVGElement ? {places}({picture}) : []")
    after = page.run(f"{picture} instanceof SVGElement ? {places}(document.querySelector('.enlarged svg')) : []")
    assert len(before) == len(after), (before, after)
    for box, enlarged in zip(before, after):
        assert all(abs(one - other) < 0.01 for one, other in zip(box, enlarged)), (box, enlarged)


def by_keys(page):
    _, _, width, _ = page.run(PICTURE)
    for _ in range(5):
        page.press("+", code="Equal", number=187)
    x, y, larger, _ = page.run(PICTURE)
    assert abs(larger / width - 1.5 ** 5) < 0.01, (width, larger)
    page.press("ArrowRight", number=39)
    page.press("ArrowDown", number=40)
    right, down, *_ = page.run(PICTURE)
    assert right < x - 20 and down < y - 20, "arrow keys do not move it"
    page.press("0", code="Digit0", number=48)
    assert abs(page.run(PICTURE)[2] - width) < 1
    page.press("Tab", number=9)
    assert page.run("document.activeElement.closest('dialog.enlarged') !== null || document.activeElement === document.body")


def by_mouse(page):
    """The point under the pointer stays under it."""
    left, top, wide, high = page.run(STAGE)
    x, y, width, height = page.run(PICTURE)
    pointer = x + width * 0.75, y + height * 0.25
    page.command("Input.dispatchMouseEvent", type="mouseWheel", x=pointer[0], y=pointer[1], deltaX=0, deltaY=-800)
    page.wait(f"{PICTURE}[2] > {width * 3}")
    x, y, width, height = page.run(PICTURE)
    under = (pointer[0] - x) / width, (pointer[1] - y) / height
    assert abs(under[0] - 0.75) < 0.02 and abs(under[1] - 0.25) < 0.02 or width < wide or height < high, under
    centre = left + wide / 2, top + high / 2
    move = {"button": "left", "buttons": 1, "clickCount": 1}
    page.command("Input.dispatchMouseEvent", type="mousePressed", x=centre[0], y=centre[1], **move)
    page.command("Input.dispatchMouseEvent", type="mouseMoved", x=centre[0] - 30, y=centre[1] + 20, **move)
    page.command("Input.dispatchMouseEvent", type="mouseReleased", x=centre[0] - 30, y=centre[1] + 20, **move)
    moved = page.run(PICTURE)
    assert abs(moved[0] - (x - 30)) < 1 and abs(moved[1] - (y + 20)) < 1, (x, y, moved)
    page.press("0", code="Digit0", number=48)


def by_touch(page):
    _, _, width, _ = page.run(PICTURE)
    left, top, wide, high = page.run(STAGE)
    x, y = left + wide / 2, top + high / 2
    page.run("document.querySelector('.enlarged .stage').focus()")
    page.command("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
    for step in range(0, 7):
        reach = 30 + 10 * step
        page.command("Input.dispatchTouchEvent", type="touchStart" if step == 0 else "touchMove",
                     touchPoints=[{"x": x - reach, "y": y, "id": 0}, {"x": x + reach, "y": y, "id": 1}])
    page.command("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    page.command("Emulation.setTouchEmulationEnabled", enabled=False)
    page.wait(f"{PICTURE}[2] > {width * 2.5}")
    assert abs(page.run(PICTURE)[2] / width - 3) < 0.1, (width, page.run(PICTURE)[2])
    page.press("0", code="Digit0", number=48)


def click(page, x, y):
    for kind in ("mousePressed", "mouseReleased"):
        page.command("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)


# The contrast of the text of elements with what is behind it, with the first words of each, the worst first.
CONTRAST = """(() => {
    const channels = colour => (colour.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    const over = (colour, behind) => {
        const [r, g, b, alpha = 1] = colour;
        return [r, g, b].map((value, index) => value * alpha + behind[index] * (1 - alpha));
    };
    const backdrop = element => {
        if (!element) return channels(getComputedStyle(document.documentElement).colorScheme.includes('dark') ? '0 0 0' : '255 255 255');
        const colour = channels(getComputedStyle(element).backgroundColor);
        return colour.length === 4 && colour[3] < 1 ? over(colour, colour[3] === 1 ? colour : backdrop(element.parentElement)) : colour;
    };
    const luminance = colour => colour.slice(0, 3).map(value => value / 255)
        .map(value => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
        .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
    const isShown = element => element.checkVisibility?.({ opacityProperty: true, visibilityProperty: true }) ?? true;
    return [...document.querySelectorAll(%s)].filter(element => isShown(element)
        && !element.closest('.scene') && [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())).map(element => {
        const style = getComputedStyle(element), behind = backdrop(element);
        const colour = over(channels(element instanceof SVGElement ? style.fill : style.color), behind);
        const [light, dark] = [luminance(colour), luminance(behind)].sort((one, other) => other - one);
        return [`${element.tagName} ${element.textContent.trim().slice(0, 40)}`, (light + 0.05) / (dark + 0.05)];
    }).sort((one, other) => one[1] - other[1]).slice(0, 5);
})()"""


def is_readable(page, selector="main *"):
    """Raises unless the contrast of all text that is shown is at least 4.5."""
    worst = [line for line in page.run(CONTRAST % repr(selector)) if line[1] < 4.5]
    assert not worst, worst
