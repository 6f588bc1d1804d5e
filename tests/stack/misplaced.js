// In the page: what of the frame and its controls lies outside the window or on another, and what of
// their words is cut off. Boxes within a pixel of each other are beside each other.
() => {
  const root = document.documentElement.getBoundingClientRect();
  const seen = (each) => { const b = each.getBoundingClientRect(); return b.width > 0 && b.height > 0; };
  const all = (what) => [...document.querySelectorAll(what)].filter(seen);
  const box = (each) => each.getBoundingClientRect();
  const name = (each) => each.dataset.testid || each.className + ' ' + each.textContent.slice(0, 30);
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
                      && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  const faults = [];
  const apart = (elements) => elements.forEach((a, i) => elements.slice(i + 1).forEach((b) => {
    if (!a.contains(b) && !b.contains(a) && over(box(a), box(b))) faults.push(`${name(a)} on ${name(b)}`);
  }));
  const frame = all('.bar, .rail, .situation > *, .page');
  apart(frame);
  for (const group of ['.bar > *', '.rail > *', '.side-head > *', '.acts-row > *', '.page-head > *', '.tile',
                       '.map > :not(.map-canvas)', '.replay-bar > *']) apart(all(group));
  for (const each of [...frame, ...all('.bar > *, .rail > *, .tile, .page-head > *, .acts-row > *')]) {
    const b = box(each);
    if (b.left < -1 || b.top < -1 || b.right > root.right + 1 || b.bottom > root.bottom + 1)
      faults.push(`${name(each)} out of the window`);
  }
  for (const each of all('.bar .figure, .bar h1, .rail a span, .rail button span, .page h2, .tile b'))
    if (each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== 'inline')
      faults.push(`${name(each)} is cut off`);
  return faults;
}
