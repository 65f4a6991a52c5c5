// Scrubs a film: the moment under the slider is shown at once. Needs nothing but the page, or the file, that it stands in.
const film = document.querySelector("[data-film]");

function begin() {
  const stage = film.querySelector("[data-film-stage]");
  const slider = film.querySelector("[data-film-slider]");
  const cursor = film.querySelector("[data-film-cursor]");
  const strip = film.querySelector("[data-film-strip]");
  const last = Number(slider.max);

  function show(wanted) {
    const number = Math.min(last, Math.max(1, wanted));
    const moment = film.querySelector(`template[data-moment="${number}"]`);
    stage.replaceChildren(moment.content.cloneNode(true));
    slider.value = String(number);
    slider.setAttribute("aria-valuetext", moment.dataset.words);
    cursor.setAttribute("x", String((number - 1) * Number(cursor.getAttribute("width"))));
    for (const link of film.querySelectorAll("[data-at]")) {
      if (Number(link.dataset.at) === number) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    if (location.protocol.startsWith("http")) history.replaceState(null, "", `?at=${number}`);
  }

  function point(event) {
    const box = strip.getBoundingClientRect();
    show(Math.ceil(((event.clientX - box.left) / box.width) * last));
  }

  for (const each of film.querySelectorAll("[data-film-scripted]")) each.hidden = false;
  for (const each of film.querySelectorAll("[data-film-plain]")) each.hidden = true;
  slider.addEventListener("input", () => show(Number(slider.value)));
  strip.addEventListener("pointerdown", point);
  strip.addEventListener("pointermove", (event) => event.buttons && point(event));
  film.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-at], button[data-by]");
    if (!link) return;
    event.preventDefault();
    show(link.dataset.by ? Number(slider.value) + Number(link.dataset.by) : Number(link.dataset.at));
  });
  slider.setAttribute("aria-valuetext", film.querySelector(`template[data-moment="${slider.value}"]`).dataset.words);
}

if (film) begin();
