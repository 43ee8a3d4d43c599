// Everything here only adds: without it every page still reads.
"use strict";
(() => {
  const root = document.documentElement;

  // Where the site stands: snippets and citations name it.
  const here = new URL("../", document.currentScript.src);
  if (here.protocol.startsWith("http")) {
    for (const area of document.querySelectorAll("[data-site]")) area.value = area.value.replaceAll("https://SITE/", here.href);
  }

  // Tables sort by their columns: numbers by what they are in the page's language.
  const point = root.lang === "en" ? "." : ",";
  const number = (s) => {
    const digits = s.replace(/[^0-9.,–−-]/g, "").replace(/−/g, "-").replace(point === "." ? /,/g : /\./g, "").replace(point, ".");
    const n = parseFloat(digits);
    return isNaN(n) ? -1e9 : n;
  };
  for (const table of document.querySelectorAll("table.sorts")) {
    const body = table.tBodies[0];
    [...table.tHead.rows[0].cells].forEach((th, col) => {
      if (th.classList.contains("n")) for (const row of body.rows) row.cells[col].dataset.v = number(row.cells[col].textContent);
      const b = document.createElement("button");
      b.type = "button";
      b.append(...th.childNodes);
      th.append(b);
      b.addEventListener("click", () => {
        const up = th.getAttribute("aria-sort") === "descending" || (!th.hasAttribute("aria-sort") && !th.classList.contains("n"));
        const value = (row) => { const c = row.cells[col]; return c.dataset.v === undefined ? c.textContent : Number(c.dataset.v); };
        const rows = [...body.rows];
        rows.sort((a, b) => {
          const x = value(a), y = value(b);
          if (typeof x === "number" && typeof y === "number") return x - y;
          if (typeof x !== typeof y) return typeof x === "number" ? 1 : -1;
          return x.localeCompare(y, root.lang);
        });
        if (!up) rows.reverse();
        body.append(...rows);
        for (const h of table.tHead.rows[0].cells) h.removeAttribute("aria-sort");
        th.setAttribute("aria-sort", up ? "ascending" : "descending");
      });
    });
  }

  // Copy buttons beside each text that can be copied.
  for (const area of document.querySelectorAll("[data-copy]")) {
    const b = document.createElement("button");
    b.type = "button";
    b.textContent = area.dataset.copy;
    b.addEventListener("click", async () => {
      area.select();
      try { await navigator.clipboard.writeText(area.value); } catch { document.execCommand("copy"); }
      b.textContent = area.dataset.copied;
    });
    area.after(b);
  }

  // Search over nationalities and countries, in an index that the page loads.
  const box = document.querySelector("[data-search]");
  if (box && window.asylumIndex) {
    box.hidden = false;
    const input = box.querySelector("input"), list = box.querySelector("ul");
    const plain = (s) => s.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
    const index = window.asylumIndex.map(([name, href, kind, also]) => ({ name, href, kind, key: plain(name + " " + also) }));
    const find = () => {
      const q = plain(input.value.trim());
      const hits = q ? index.filter((x) => x.key.includes(q)) : [];
      hits.sort((a, b) => a.key.indexOf(q) - b.key.indexOf(q));
      list.replaceChildren(...hits.slice(0, 12).map((x) => {
        const li = document.createElement("li"), a = document.createElement("a");
        a.href = box.dataset.search + x.href;
        a.textContent = x.name;
        li.append(a, " ", x.kind);
        return li;
      }));
      if (q && !hits.length) { const li = document.createElement("li"); li.textContent = box.dataset.none; list.append(li); }
    };
    input.addEventListener("input", find);
    input.addEventListener("keydown", (e) => { if (e.key === "Enter" && list.querySelector("a")) location.href = list.querySelector("a").href; });
  }
})();
