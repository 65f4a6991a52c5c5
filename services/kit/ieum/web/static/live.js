// Keeps a page true while it is open: follows the server's messages, says when they stop, refreshes what it may.
const STALE_AFTER_MS = 5000;
const REFRESH_EVERY_MS = 2000;
const RELATIVE_EVERY_MS = 10000;
const UNITS = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

const status = document.querySelector("[data-live-status]");
const news = document.querySelector("[data-live-news]");
const language = document.documentElement.lang;
const relative = new Intl.RelativeTimeFormat(language);
let number = Number(status?.dataset.number ?? 0);
let heardAt = performance.now();
let source = null;
let fresh = 0;
let refreshing = false;
let wanted = false;
let kept = false;
let paused = false;
let over = false;

function isResting() {
  return document.hidden || paused || over;
}

function follow() {
  if (source !== null || isResting()) return;
  source = new EventSource(`/live?after=${number}`);
  heardAt = performance.now();
  source.addEventListener("pulse", heard);
  source.addEventListener("change", heard);
  source.addEventListener("ended", end);
  source.addEventListener("error", judge);
}

// The session has ended: nothing is true any more from here on, and only who signs in again can go on.
function end(message) {
  over = true;
  rest();
  document.body.classList.add("is-stale");
  say(JSON.parse(message.data).words, true);
  status.querySelector("[data-live-pause]").hidden = true;
  status.querySelector("[data-live-again]").hidden = false;
}

function rest() {
  source?.close();
  source = null;
}

function heard(message) {
  heardAt = performance.now();
  number = Number(message.lastEventId);
  const content = JSON.parse(message.data);
  document.body.classList.toggle("is-stale", !content.live);
  status.dataset.number = message.lastEventId;
  status.dataset.asOf = content.as_of;
  say(content.words, !content.live);
  if (message.type === "change") {
    document.dispatchEvent(new CustomEvent("ieum:change", { detail: content }));
    fresh += content.records;
    if (news) {
      news.hidden = false;
      news.querySelector("[data-live-count]").textContent = content.missed ? `${fresh}+` : String(fresh);
    }
    wanted = true;
  }
}

function say(words, isStale) {
  status.querySelector("[data-live-words]").textContent = words;
  status.querySelector("[data-live-badge]").hidden = !isStale;
}

// What is no longer followed is never called live: in place of that word stands of when it is.
function judge() {
  if (isResting()) return;
  const silent = performance.now() - heardAt > STALE_AFTER_MS - 1000 || source?.readyState !== EventSource.OPEN;
  if (!silent) return;
  document.body.classList.add("is-stale");
  say(status.dataset.asOf, true);
  if (source?.readyState === EventSource.CLOSED) {
    rest();
    setTimeout(follow, 1000);
  }
}

function pause(wish) {
  paused = wish;
  if (paused) {
    document.body.dataset.paused = "";
    rest();
    say(status.dataset.asOf, false);
  } else {
    delete document.body.dataset.paused;
    follow();
  }
  status.querySelector("[data-live-paused]").hidden = !paused;
  const [pauses, goes] = ["pause", "go"].map((each) => status.querySelector(`[data-live-${each}]`));
  pauses.hidden = paused;
  goes.hidden = !paused;
  (paused ? goes : pauses).focus();
}

function isHeld(part) {
  return part.matches(":hover, :focus-within");
}

// A part under the pointer or the focus is kept as it is, and asked for again when none is there any more.
async function refresh() {
  const parts = [...document.querySelectorAll("[data-live]")];
  const due = wanted || (kept && !parts.some(isHeld)) || parts.some((each) => "liveAlways" in each.dataset);
  if (!due || parts.length === 0 || refreshing || isResting()) return;
  refreshing = true;
  wanted = kept = false;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" }, redirect: "error" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts) {
      const newer = page.querySelector(`[data-live="${part.dataset.live}"]`);
      if (!newer) continue;
      if (isHeld(part)) kept = true;
      else part.replaceWith(document.importNode(newer, true));
    }
    document.dispatchEvent(new CustomEvent("ieum:refreshed"));
  } catch {
    wanted = true;
  } finally {
    refreshing = false;
  }
}

function ago(moment) {
  const seconds = (moment - Date.now()) / 1000;
  const [unit, length] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ["second", 1];
  return relative.format(Math.round(seconds / length), unit);
}

function tellTime() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    const words = time.querySelector("[data-relative]");
    if (words) words.textContent = `(${ago(Date.parse(time.dateTime))})`;
  }
}

if (status) {
  status.querySelector("[data-live-pause]").hidden = false;
  status.querySelector("[data-live-pause]").addEventListener("click", () => pause(true));
  status.querySelector("[data-live-go]").addEventListener("click", () => pause(false));
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : follow()));
  window.addEventListener("pagehide", rest);
  setInterval(judge, 1000);
  setInterval(refresh, REFRESH_EVERY_MS);
  follow();
}
setInterval(() => paused || tellTime(), RELATIVE_EVERY_MS);
