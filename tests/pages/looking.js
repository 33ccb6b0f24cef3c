// What is wrong with a page for people who see, hear or operate it otherwise; a list of sentences.
() => {
  const faults = [];
  const visible = (element) => {
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    return box.width > 0 && box.height > 0 && style.visibility !== "hidden" && box.right > 0;
  };
  const rgb = (text) => {
    const parts = text.match(/[\d.]+/g);
    return parts === null ? [0, 0, 0, 0] : [...parts.slice(0, 3).map(Number), parts.length > 3 ? Number(parts[3]) : 1];
  };
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const background = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const shape = at.tagName === "text" ? at.closest(".bar, .mark")?.querySelector("rect, circle") : null;
      if (shape) return rgb(getComputedStyle(shape).fill);
      const color = rgb(getComputedStyle(at).backgroundColor);
      if (color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || ["TITLE", "DESC", "title", "desc"].includes(element.tagName)) continue;
    if (!visible(element)) continue;
    const style = getComputedStyle(element), size = parseFloat(style.fontSize);
    const front = rgb(element.tagName === "text" ? style.fill : style.color);
    const least = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    const ratio = contrast(front, background(element));
    if (ratio < least) faults.push(`contrast ${ratio.toFixed(2)} of "${walker.currentNode.data.trim().slice(0, 30)}"`);
  }
  for (const input of document.querySelectorAll("input:not([type=hidden])"))
    if (!input.labels.length) faults.push(`no label for ${input.name}`);
  for (const link of document.querySelectorAll("a, button"))
    if (!link.textContent.trim()) faults.push(`no words in ${link.outerHTML.slice(0, 60)}`);
  for (const picture of document.querySelectorAll("svg[role=img]"))
    for (const id of picture.getAttribute("aria-labelledby").split(" "))
      if (!document.getElementById(id)?.textContent.trim()) faults.push(`nothing is called ${id}`);
  for (const svg of document.querySelectorAll("svg:not([role=img])"))
    if (!svg.closest("[role=img], [aria-hidden=true]")) faults.push(`a picture without a name: ${svg.outerHTML.slice(0, 60)}`);
  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
    const now = Number(heading.tagName[1]);
    if (now > level + 1) faults.push(`h${now} after h${level}: ${heading.textContent.trim()}`);
    level = now;
  }
  if (document.querySelectorAll("h1").length !== 1) faults.push("not exactly one h1");
  const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
  for (const id of new Set(ids)) if (ids.filter((each) => each === id).length > 1) faults.push(`id ${id} twice`);
  if (!document.documentElement.lang) faults.push("no language");
  if (!document.querySelector("main")) faults.push("no main");
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) faults.push("wider than the screen");
  return faults;
}
