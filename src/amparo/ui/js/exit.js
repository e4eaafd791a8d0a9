/* Leaves at once: the page goes blank before the other site answers. Pressing Shift three times does the same: <a data-exit> */
behaviour("data-exit", (link) => {
  const leave = () => {
    document.body.replaceChildren();
    document.title = " ";
    window.location.replace(link.href);
  };
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  let pressed = [];
  document.addEventListener("keyup", (event) => {
    pressed = event.key === "Shift" ? [...pressed, event.timeStamp].slice(-3) : [];
    if (pressed.length === 3 && pressed[2] - pressed[0] < 3000) leave();
  });
});
