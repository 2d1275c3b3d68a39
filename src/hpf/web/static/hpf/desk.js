/* What the review page gains with JavaScript: zoom and turn without a request, keys for the next row. The links work alone. */
(() => {
  "use strict";
  const ZOOMS = [100, 150, 200, 300, 400];
  const stage = () => document.querySelector("[data-stage]");
  document.addEventListener("click", (event) => {
    const tool = event.target instanceof Element && event.target.closest("[data-zoom], [data-turn]");
    if (!tool || !stage() || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const data = stage().dataset;
    if (tool.dataset.zoom) {
      const step = ZOOMS.indexOf(+data.z) + +tool.dataset.zoom;
      data.z = ZOOMS[Math.min(Math.max(step, 0), ZOOMS.length - 1)];
    } else data.t = (+data.t + +tool.dataset.turn + 360) % 360;
    document.getElementById("live").textContent = data.z + "%，" + data.t + "度";
  });
  document.addEventListener("keydown", (event) => {
    if (!event.ctrlKey || event.altKey || event.shiftKey || event.metaKey) return;
    const hit = document.querySelector("[data-keys='Control+" + event.key + "']");
    if (!hit) return;
    event.preventDefault();
    hit.click();
  });
})();
