// Finds articles while somebody types; without it the button "Find articles" does.
(() => {
  const words = document.getElementById("words"), place = document.getElementById("articles");
  const danger = document.getElementById("danger"), standing = [...danger?.children ?? []];
  if (!words || !place) return;
  const equipment = document.getElementById("notes").dataset.equipment;
  let waiting = 0, asked = 0;
  const ask = async () => {
    const mine = ++asked, query = new URLSearchParams({ words: words.value.slice(0, 2000) });
    if (equipment) query.set("equipment", equipment);
    const answer = await fetch(`/intake/articles?${query}`, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected || mine !== asked) return;
    place.innerHTML = await answer.text();
    // The warning belongs where it is seen, whatever is scrolled.
    const warning = place.querySelector(".danger");
    danger.replaceChildren(...(warning ? [warning] : standing));
  };
  words.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => ask().catch(() => {}), 250);
  });
})();
