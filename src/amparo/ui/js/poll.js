/* Asks for the progress of a job each two seconds, and shows the page of its end: <div id="progress" data-poll="/import/…"> */
behaviour("data-poll", (part, address) => {
  const again = () => setTimeout(look, 2000);
  const look = async () => {
    if (!part.isConnected) return;
    try {
      const fresh = (await fetchPage(address)).getElementById(part.id);
      if (!fresh?.hasAttribute("data-poll")) {
        window.location.assign(address);
        return;
      }
      part.replaceWith(fresh);
      beginAll(fresh);
    } catch {
      again();
    }
  };
  again();
});
