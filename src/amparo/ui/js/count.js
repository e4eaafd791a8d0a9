/* Says how many characters are left: <p data-count="500" data-count-for="id_note" data-count-left="%n …" data-count-over="…"> */
behaviour("data-count", (line, limit) => {
  const box = document.getElementById(line.dataset.countFor);
  if (!box) return;
  const numbers = new Intl.NumberFormat(document.documentElement.lang);
  const say = () => {
    const left = Number(limit) - box.value.length;
    const words = left < 0 ? line.dataset.countOver : line.dataset.countLeft;
    line.textContent = words.replace("%n", numbers.format(Math.abs(left)));
    line.classList.toggle("govuk-error-message", left < 0);
  };
  /* Heard by screen readers when typing pauses, not at each letter. */
  let waiting;
  line.setAttribute("aria-live", "polite");
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(say, 400);
  });
  if (box.value) say();
});
