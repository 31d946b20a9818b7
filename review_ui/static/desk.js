// Makes the desk quicker; everything works without it. No text of its own: sentences come from the page.
"use strict";

const typing = () => {
  const at = document.activeElement;
  return at && (at.isContentEditable || ["TEXTAREA", "SELECT"].includes(at.tagName) ||
    (at.tagName === "INPUT" && !["checkbox", "radio"].includes(at.type)));
};

// --- queue: down, up, Enter, claim
const rows = [...document.querySelectorAll("[data-queue] tbody tr")];
let chosen = -1;
const choose = (index) => {
  if (!rows.length) return;
  rows[chosen]?.classList.remove("chosen");
  chosen = Math.max(0, Math.min(index, rows.length - 1));
  rows[chosen].classList.add("chosen");
  rows[chosen].querySelector("a").focus({ preventScroll: true });
  rows[chosen].scrollIntoView({ block: "nearest" });
};

// --- case: heartbeat, digits, counter
const page = document.querySelector(".case");
const beat = async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch(`/cases/${page.dataset.case}/heartbeat`, {
      method: "POST", headers: { "X-CSRF-Token": document.body.dataset.csrf },
    });
    const lost = document.getElementById("lost");
    if (answer.ok) {
      document.getElementById("until").textContent = (await answer.json()).until;
      lost.hidden = true;
    } else if ([401, 403, 409].includes(answer.status)) {
      lost.textContent = page.dataset.lost;
      lost.hidden = false;
    }
  } catch { /* offline: the next beat tries again, and the claim lasts 20 minutes */ }
};
if (page && "mine" in page.dataset) {
  setInterval(beat, 120000);
  document.addEventListener("visibilitychange", beat);
}
const reason = document.getElementById("reason");
const counter = document.getElementById("counter");
if (reason && counter) {
  const count = () => {
    const written = [...reason.value.trim().replace(/\s+/g, " ")].length;
    counter.textContent = `${counter.dataset.text} ${written}/${reason.dataset.min}`;
    counter.className = written >= Number(reason.dataset.min) ? "" : "late";
  };
  reason.addEventListener("input", count);
  count();
}

// --- who else looks, every 20 seconds while the page is seen
const rowsSeen = document.querySelector("[data-queue]");
const look = async () => {
  if (document.hidden) return;
  try {
    if (page) {
      const answer = await fetch(`/cases/${page.dataset.case}/look`, {
        method: "POST", headers: { "X-CSRF-Token": document.body.dataset.csrf },
      });
      if (!answer.ok) return;
      const { names } = await answer.json();
      const line = document.getElementById("looking");
      line.hidden = !names.length;
      line.textContent = names.length ? `${line.dataset.text} ${names.join(", ")}` : "";
    } else if (rowsSeen) {
      const spots = [...document.querySelectorAll("[data-looking-at]")];
      const answer = await fetch(`/queue/looking?cases=${spots.map((spot) => spot.dataset.lookingAt).join(",")}`);
      if (!answer.ok) return;
      const names = await answer.json();
      for (const spot of spots) {
        const there = names[spot.dataset.lookingAt];
        spot.textContent = there ? `${rowsSeen.dataset.looking} ${there.join(", ")}` : "";
      }
    }
  } catch { /* offline: the next one tries again */ }
};
if (page || rowsSeen) {
  if (page) look();
  setInterval(look, 20000);
}

// --- clocks go on changing colour; one that runs out while the page is open raises an alarm, once
const ringAlarm = (clocks) => {
  const line = document.getElementById("ran-out");
  const names = clocks.map((clock) => clock.closest("tr")?.querySelector("th")?.textContent.trim()).filter(Boolean);
  line.textContent = [line.dataset.text, names.join(", ")].filter(Boolean).join(": ");
  line.hidden = false;
  if (!document.title.startsWith("⏰")) document.title = `⏰ ${document.title}`;
};
const tick = () => {
  const now = Date.now() / 1000;
  const ranOut = [];
  for (const clock of document.querySelectorAll(".clock[data-soon]")) {
    const late = clock.dataset.late && now >= Number(clock.dataset.late);
    const colour = late ? "late" : now >= Number(clock.dataset.soon) ? "soon" : "calm";
    const calm = document.documentElement.classList.contains("calm") && !clock.closest(".urgent");
    if (colour === "late" && !clock.classList.contains("late") && !calm) ranOut.push(clock);
    clock.classList.remove("calm", "soon", "late");
    clock.classList.add(colour);
  }
  if (ranOut.length) ringAlarm(ranOut);
};
if (document.querySelector(".clock[data-soon]")) setInterval(tick, 15000);

// --- a form is sent once, and what somebody wrote in it only while the desk can be reached: a browser's own page about
// a lost connection would take the words with it
const unreached = (form) => {
  const line = form.querySelector("[data-unreached]") ?? document.createElement("p");
  line.dataset.unreached = "";
  line.className = "refusal";
  line.setAttribute("role", "alert");
  line.textContent = document.body.dataset.unreached;
  form.append(line);
};
document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (form.method !== "post") return;
  if (form.dataset.sent === "asking" || form.dataset.sent === "1") { event.preventDefault(); return; }
  const written = [...form.querySelectorAll("textarea")].some((field) => field.value.trim());
  if (!written || form.dataset.sent === "reached") { form.dataset.sent = "1"; return; }
  event.preventDefault();
  form.dataset.sent = "asking";
  try {
    await fetch("/healthz", { cache: "no-store" });
    form.dataset.sent = "reached";
    form.requestSubmit(submitter);
  } catch {
    delete form.dataset.sent;
    unreached(form);
  }
});
addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent));

// --- keys
const acts = Object.fromEntries(
  Object.entries(JSON.parse(document.body.dataset.keys ?? "{}")).map(([act, key]) => [key, act]));
let quick = false;
let measuring = false;
const press = (key) => {
  const act = acts[key];
  const keys = document.getElementById("keys");
  const click = (selector) => document.querySelector(selector)?.click();
  if (act === "help" && keys) { keys.open ? keys.close() : keys.showModal(); return true; }
  if (keys?.open) return false;
  if (act === "home") { location.assign("/"); return true; }
  if (act === "undo") { click("[data-undo]"); return true; }
  if (act === "next") { click("[data-next] button:not(:disabled)"); return true; }
  if (rows.length && act === "down") { choose(chosen + 1); return true; }
  if (rows.length && act === "up") { choose(chosen < 0 ? 0 : chosen - 1); return true; }
  if (act === "claim") {
    if (chosen >= 0) { (rows[chosen].querySelector(".act button") ?? rows[chosen].querySelector("a")).click(); return true; }
    click("[data-claim] button"); return true;
  }
  if (act === "text" && document.getElementById("show-text")) { click("#show-text"); return true; }
  if (!page) return false;
  if (act === "decide") {
    if (document.querySelector("[data-look].primary")) { click("[data-look]"); return true; }  // only looks at the page
    (document.querySelector("#decide input:not([type=hidden]), #approve button.primary") ?? document.querySelector("#approve button"))?.focus();
    document.querySelector("#decide, #approve")?.scrollIntoView({ block: "start" });
    measuring = !!document.querySelector("[data-measure]");
    return true;
  }
  if (act === "quick") { document.querySelector("[data-quick]")?.focus(); quick = !!document.querySelector("[data-quick]"); return true; }
  if (/^[1-9]$/.test(key)) {
    if (measuring) {
      measuring = false;
      const measure = document.querySelector(`[data-measure="${key}"]`);
      if (!measure) return false;
      measure.click();
      reason?.focus();
      return true;
    }
    if (quick) { quick = false; click(`[data-quick="${key}"]`); return true; }
    click(`[data-digit="${key}"]`); return true;
  }
  return false;
};
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && document.activeElement?.tagName === "TEXTAREA") {
    const sending = document.activeElement.form?.querySelector("button.primary");
    if (sending) { event.preventDefault(); sending.form.requestSubmit(sending); }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing()) return;
  if (!/^[1-9]$/.test(event.key)) quick = measuring = false;
  if (press(event.key)) event.preventDefault();
});
document.getElementById("refusal")?.scrollIntoView({ block: "center" });
