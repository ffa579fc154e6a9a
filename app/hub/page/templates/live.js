// Follows the pull request: the page is loaded again once what it shows has changed, but never under somebody's hands.
(() => {
  const { version, state, pace } = document.documentElement.dataset;
  const notice = document.getElementById("changed");
  const busy = () =>
    [...document.querySelectorAll("textarea")].some((box) => box.value.trim() !== "") ||
    document.activeElement?.matches("textarea, select");
  const say = (words) => {
    notice.textContent = words;
    notice.hidden = words === "";
  };

  async function look() {
    try {
      const answer = await fetch(state, { cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const changed = (await answer.json()).version !== version;
      if (changed && !busy()) return location.reload();
      say(changed ? "Something changed here. The page refreshes once your text is sent or cleared." : "");
    } catch {
      say("The local GitHub does not answer: this is the last it showed.");
    }
    setTimeout(look, Number(pace));
  }
  setTimeout(look, Number(pace));
})();
