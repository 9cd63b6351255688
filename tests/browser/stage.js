// Bring each control from end to end, and back again in the opposite order; say what else moves.
place => {
    const root = place.querySelector('.cx'), moved = new Set();
    const all = root.querySelectorAll(':scope > *, .cx-controls > *, .cx-views > *, .cx-row');
    const parts = [...all].filter(part => !part.matches('.cx-gone, .cx-hidden'));
    const boxes = () => [root, ...parts].map(part => {
        const { left, top, width, height } = part.getBoundingClientRect();
        return [left, top - root.getBoundingClientRect().top, width, height].map(Math.round).join();
    });
    const before = boxes();
    const look = what => boxes().forEach((box, i) => {
        const { className, textContent } = [root, ...parts][i];
        if (box !== before[i]) moved.add(`${what}: ${className} "${textContent.slice(0, 20)}" ${before[i]} -> ${box}`);
    });
    const press = name => [...root.querySelectorAll('button')].find(b => b.textContent === name).click();
    const controls = [...root.querySelectorAll('.cx-controls :is(input, select, button)')];
    for (const control of [...controls, ...controls.reverse()]) {
        if (!control.checkVisibility({ visibilityProperty: true })) continue;
        const values = { range: [control.min, control.max], checkbox: [0, 1] }[control.type]
            ?? [...(control.options ?? [0])].map(option => option.value);
        for (const value of values) {
            if (['checkbox', 'button'].includes(control.type)) control.click();
            else control.value = value;
            const type = control.type === 'range' ? 'input' : 'change';
            control.dispatchEvent(new Event(type, { bubbles: true }));
            look(`${control.labels?.[0]?.textContent ?? control.textContent} ${value}`);
        }
    }
    press('Reset');
    press('Predict first');
    look('asking');
    root.querySelector('.cx-question input').value = '-1234.5';
    press('Look');
    look('the verdict');
    return [...moved];
}
