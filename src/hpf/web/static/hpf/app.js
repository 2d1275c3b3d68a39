/* What pages gain with JavaScript. Everything here improves a plain link or form that works without it; nothing is kept in
   the browser, nothing is computed that the server does not compute again. No eval, nothing inline. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (type, selector, act) =>
    document.addEventListener(type, (event) => {
      const hit = event.target instanceof Element && event.target.closest(selector);
      if (hit) act(event, hit);
    });
  document.documentElement.classList.add("js");

  // Messages. A refusal stays until it is closed; news goes by itself. The server sends HX-Trigger: {"toast": {text, tone}}.
  const say = (text) => { $("#live").textContent = text; };
  function toast(text, tone = "good") {
    const box = $("#toast").content.firstElementChild.cloneNode(true);
    box.classList.add("t-" + tone);
    $("p", box).textContent = text;
    if (tone === "bad") box.setAttribute("role", "alert");
    else setTimeout(() => box.remove(), 6000);
    $("#toasts").append(box);
  }
  document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.tone));
  document.addEventListener("htmx:sendError", () => toast("网络不通，操作没有送达，请检查网络后再试", "bad"));
  document.addEventListener("htmx:timeout", () => toast("等待超时，请刷新页面查看结果", "bad"));
  document.addEventListener("htmx:responseError", (event) => {
    const words = { 403: "登录已过期，请重新登录", 404: "内容不存在，或不属于当前单位", 413: "文件太大", 429: "操作太频繁，请稍后再试" };
    toast(words[event.detail.xhr.status] || "操作没有完成，请稍后再试（" + event.detail.xhr.status + "）", "bad");
  });
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.body.dataset.csrf;
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
  });

  // Dialogs: a link with data-dialog opens the dialog of that id, and stays a link where there is none.
  on("click", "[data-dialog]", (event, opener) => {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (!dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    dialog.showModal();
  });
  on("click", "[data-close]", (event, button) => {
    const toastBox = button.closest(".toast");
    if (toastBox) toastBox.remove();
    else button.closest("dialog").close();
  });

  // Menus that open under a summary close again; so does the side menu of small screens.
  document.addEventListener("click", (event) => {
    for (const menu of $$("details.drop[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest("details.drop[open]");
    if (menu) { menu.open = false; $("summary", menu).focus(); }
    if (location.hash === "#side") { location.hash = "#main"; $(".menu-btn").focus(); }
  });

  // A form goes once. The button stays enabled until it is sent, or its name and value would not be; a download comes back.
  const release = (form) => {
    delete form.dataset.sent;
    for (const button of $$(".busy", form)) button.classList.remove("busy");
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "get" || form.method === "dialog") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (!filesFit(form)) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    if (event.submitter) event.submitter.classList.add("busy");
    setTimeout(release, 15000, form);
    if ("upload" in form.dataset && $("input[type=file]", form).files.length) { event.preventDefault(); upload(form, event.submitter); }
  });
  addEventListener("pageshow", () => $$("form[data-sent]").forEach(release));

  // Files: dropped or chosen; type, size and name are looked at before they travel.
  const megabytes = (bytes) => Math.round(bytes / 104857.6) / 10 + " MB";
  function fileProblem(input) {
    const types = input.accept.split(",").map((t) => t.trim().toLowerCase()).filter((t) => t.startsWith("."));
    for (const file of input.files) {
      if (types.length && !types.some((t) => file.name.toLowerCase().endsWith(t))) return "“" + file.name + "”不是 " + types.join("、") + " 文件";
      if (input.dataset.max && file.size > +input.dataset.max) return "“" + file.name + "”为 " + megabytes(file.size) + "，超过 " + megabytes(+input.dataset.max);
      if (!file.size) return "“" + file.name + "”是空文件";
      if (input.dataset.fileName && !new RegExp("^(?:" + input.dataset.fileName + ")$").test(file.name)) return "“" + file.name + "”：" + input.dataset.fileNameHint;
    }
    return "";
  }
  function showProblem(input, text) {
    $("#" + CSS.escape(input.id + "-err")).textContent = text;
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
  const filesFit = (form) => $$("input[type=file]", form).every((input) => {
    const text = fileProblem(input);
    if (text) { showProblem(input, text); input.focus(); }
    return !text;
  });
  on("change", "input[type=file]", (event, input) => {
    showProblem(input, fileProblem(input));
    const words = [...input.files].map((file) => file.name + "（" + megabytes(file.size) + "）").join("，");
    const label = $("b[data-file-name]", input.closest(".drop-zone"));
    if (words) label.textContent = words;
  });
  for (const type of ["dragover", "dragleave", "drop"]) {
    on(type, ".drop-zone", (event, zone) => {
      event.preventDefault();
      zone.classList.toggle("over", type === "dragover");
      if (type !== "drop" || !event.dataTransfer.files.length) return;
      const input = $("input[type=file]", zone);
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  // The same POST as without JavaScript, with a bar; the answer, wherever it was redirected to, becomes the page.
  function upload(form, submitter) {
    const bar = $("[data-upload-progress]", form);
    const request = new XMLHttpRequest();
    const body = new FormData(form);
    if (submitter && submitter.name) body.append(submitter.name, submitter.value);
    bar.hidden = false;
    request.upload.onprogress = (event) => {
      if (!event.lengthComputable) return;
      const percent = Math.floor((100 * event.loaded) / event.total);
      $("progress", bar).value = percent;
      $("output", bar).textContent = percent === 100 ? "校验中…" : percent + "%";
    };
    const fail = (text) => { bar.hidden = true; release(form); toast(text, "bad"); };
    request.onerror = () => fail("网络不通，文件没有送达，请再试一次");
    request.onload = () => {
      const redirect = request.getResponseHeader("HX-Redirect");
      if (redirect) { location.assign(redirect); return; }
      if (request.status >= 500 || request.status === 413) { fail("文件没有处理（" + request.status + "），请稍后再试"); return; }
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      history.pushState(null, "", request.responseURL);
      document.title = page.title;
      document.body.replaceWith(document.adoptNode(page.body));
      window.htmx?.process(document.body);
      arrived(document);
      $("#errors")?.focus();
    };
    request.open("POST", form.action);
    request.send(body);
  }

  // Live answers bring errors and sums out of band; the input that is typed in is never replaced, only marked.
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    const slot = event.detail.target;
    if (!slot.id.endsWith("-err")) return;
    const input = document.getElementById(slot.id.slice(0, -4));
    if (!input) return;
    const bad = document.getElementById(slot.id).textContent.trim() !== "";
    if (bad) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    const row = input.closest("tr");
    if (row) row.classList.toggle("t-bad", $$("[aria-invalid]", row).length > 0);
  });
  on("change", "[data-money], .cell-in[inputmode=decimal]", (event, input) => {
    const parts = /^(\d+)(?:\.(\d{1,2}))?$/.exec(input.value.normalize("NFKC").replace(/[,\s]/g, ""));
    if (parts) input.value = parts[1].replace(/^0+(?=\d)/, "").replace(/\B(?=(\d{3})+$)/g, ",") + "." + (parts[2] || "").padEnd(2, "0");
  });

  // The grid by keyboard: up, down and Enter stay in the column, Escape takes back.
  on("focusin", ".cell-in", (event, input) => input.select());
  on("keydown", ".cell-in", (event, input) => {
    if (event.key === "Escape") { input.value = input.defaultValue; input.blur(); return; }
    const step = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const column = $$(".cell-in[name='" + CSS.escape(input.name) + "']", input.closest("tbody"));
    const next = column[column.indexOf(input) + step];
    if (next) next.focus();
    else input.blur();
  });

  // Ticks in front of rows: all of the page at once, Shift for a range.
  let lastPick = null;
  on("click", "[data-pick-all]", (event, all) => {
    for (const box of $$("tbody .c-pick input", all.closest("table"))) box.checked = all.checked;
    $("tbody .c-pick input", all.closest("table"))?.dispatchEvent(new Event("change", { bubbles: true }));
  });
  on("click", "tbody .c-pick input", (event, box) => {
    const boxes = $$("tbody .c-pick input", box.closest("table"));
    const [from, to] = [boxes.indexOf(lastPick), boxes.indexOf(box)].sort((a, b) => a - b);
    if (event.shiftKey && from >= 0) for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
    lastPick = box;
  });
  on("change", "tbody .c-pick input", (event, box) => {
    for (const other of $$("tbody .c-pick input", box.closest("table"))) other.closest("tr").classList.toggle("picked", other.checked);
  });

  // Time left, counted from the centre's clock that came with the page; said aloud at a few marks and when it is over.
  function count(element) {
    const left = Date.parse(element.dataset.deadline) - Date.parse(element.dataset.now);
    const start = performance.now();
    let said = Infinity;
    const tick = () => {
      const seconds = Math.max(0, Math.ceil((left - (performance.now() - start)) / 1000));
      const hours = Math.floor(seconds / 3600);
      const rest = String(Math.floor(seconds / 60) % 60).padStart(2, "0") + ":" + String(seconds % 60).padStart(2, "0");
      element.textContent = hours ? hours + ":" + rest : rest;
      element.parentElement.classList.toggle("near", seconds <= 120);
      for (const mark of [600, 300, 60]) if (seconds <= mark && said > mark && seconds > mark - 5) say(element.dataset.label + " " + mark / 60 + " 分钟");
      said = seconds;
      if (seconds) return;
      clearInterval(timer);
      element.textContent = element.dataset.over;
      say(element.dataset.over);
      document.dispatchEvent(new CustomEvent("deadline", { detail: { element } }));
    };
    const timer = setInterval(() => (element.isConnected ? tick() : clearInterval(timer)), 1000);
    tick();
  }

  // Imported rows go when the function is left: data-leave tells what is lost, data-stay is the path inside which nothing is.
  on("click", "a[href]", (event, link) => {
    const guard = $("[data-leave]");
    if (!guard || event.defaultPrevented || link.target || link.hasAttribute("download") || event.ctrlKey || event.metaKey) return;
    const to = new URL(link.href, location.href);
    if (to.origin === location.origin && to.pathname.startsWith(guard.dataset.stay)) return;
    if (link.closest("dialog")) return;
    event.preventDefault();
    const dialog = document.body.appendChild($("#leave").content.firstElementChild.cloneNode(true));
    $("p", dialog).textContent = guard.dataset.leave;
    $("a", dialog).href = link.href;
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
  });

  on("click", "[data-print]", (event) => { event.preventDefault(); print(); });

  // Copies the field of that id; where the browser keeps its clipboard closed (no https) the field stays selected.
  on("click", "[data-copy]", (event, button) => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    if (navigator.clipboard) navigator.clipboard.writeText(field.value).then(() => toast("已复制"), () => toast("请按 Ctrl+C 复制", "warn"));
    else toast("已选中，请按 Ctrl+C 复制", "warn");
  });

  function arrived(root) {
    for (const element of $$("[data-deadline]:not([data-runs])", root)) {
      element.dataset.runs = "";
      count(element);
    }
  }
  document.addEventListener("htmx:load", (event) => arrived(event.detail.elt));
  arrived(document);
  $("#errors")?.focus();
})();
