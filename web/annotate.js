// The annotation page: what a person presses is shown as saved only once the server has said so. Until then it stays in
// a queue that outlives the page (localStorage), and is sent again. Texts are data: only textContent puts them here.
const kNames = { relevant: "Still relevant", not_relevant: "No longer relevant", unsure: "Unsure" };
const kKeys = { y: "relevant", 1: "relevant", n: "not_relevant", 2: "not_relevant", u: "unsure", 3: "unsure" };
const kRetryAfter = 1500,
  kLookAfter = 3000,
  kSaveAfter = 900; // ms

const model = { store: "", topics: [], annotators: [], revision: -1 };
const texts = new Map(); // topic -> its documents' texts, as a promise
const undoable = []; // what was decided here, newest last
let me = sessionStorage.getItem("heed-annotator") ?? localStorage.getItem("heed-annotator") ?? "";
let marksWords = localStorage.getItem("heed-marks") !== "no";
let leave = () => {}; // what the view at hand saves when it is left
let shownKey = ""; // which view that is

const byId = (id) => document.getElementById(id);
const say = (sentence) => {
  byId("live").textContent = sentence;
};
const percent = (share) => `${Math.round(100 * share)} %`;
const clock = () => new Date().toLocaleTimeString([], { hour12: false });
const newName = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

/// An element: its attributes (`on…` is a listener, false and null are left out), and what is in it.
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null && value !== undefined)
      made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}
const button = (text, onclick, attributes = {}) => element("button", { type: "button", onclick, ...attributes }, text);

/// A table that scrolls by itself where the page is narrow.
const scrolling = (label, table) =>
  element("div", { class: "table", tabindex: "0", role: "region", "aria-label": label }, table);
/// The head of a column of numbers.
const number = (text) => ({ text, class: "number" });

/// A table of rows under these heads, each a text or a number().
function tableOf(label, heads, rows) {
  const cells = heads.map((head) => element("th", { scope: "col", class: head.class }, head.text ?? head));
  return scrolling(
    label,
    element("table", {}, element("thead", {}, element("tr", {}, cells)), element("tbody", {}, rows)),
  );
}

// What the server says.

class Refused extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

async function ask(path, body) {
  const options =
    body === undefined
      ? {}
      : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  let response, answer;
  try {
    response = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(20000), ...options });
    answer = await response.json();
  } catch {
    throw new Refused(0, "The server does not answer.");
  }
  if (!response.ok) throw new Refused(response.status, answer.error ?? `The server refused (${response.status}).`);
  return answer;
}

// What has to be said above everything.

const troubles = new Map();
function trouble(kind, ...content) {
  if (content.length === 0) troubles.delete(kind);
  else troubles.set(kind, content);
  byId("banner").replaceChildren(...[...troubles.values()].map((part) => element("p", {}, ...part)));
}

// What is to be stored: one after the other, in the order in which it was pressed.

const queue = [];
let isSending = false;

const keptName = (entry) => `heed-pending ${model.store} ${entry.body.request}`;

/// Resolves to the server's answer once the entry is stored, to null where it was refused. `seen` gives, when it is
/// sent, the revision of what it replaces.
function store(path, body, label, seen) {
  return new Promise((resolve) => {
    const entry = {
      path,
      label,
      seen,
      resolve,
      at: Date.now(),
      body: { ...body, annotator: me, seen: seen(), request: newName() },
    };
    queue.push(entry);
    try {
      localStorage.setItem(keptName(entry), JSON.stringify({ path, label, at: entry.at, body: entry.body }));
    } catch {
      // No room: it is sent all the same, and kept as long as the page is open.
    }
    sendAll();
  });
}

async function sendAll() {
  if (isSending) return;
  isSending = true;
  while (queue.length > 0) {
    const entry = queue[0];
    if (entry.seen && !entry.wasSent) entry.body.seen = entry.seen();
    entry.wasSent = true;
    try {
      const answer = await ask(entry.path, entry.body);
      finish(entry, answer);
      trouble("store");
    } catch (error) {
      if (isFinal(error)) {
        trouble(
          `refused ${entry.body.request}`,
          element("strong", {}, "Not stored: "),
          `${entry.label}. ${error.message} `,
          button("Understood", () => trouble(`refused ${entry.body.request}`)),
        );
        await refresh().catch(() => {
          needsRefresh = true;
        });
        finish(entry, null);
        showChange();
        continue;
      }
      const count = queue.length === 1 ? "1 change is" : `${queue.length} changes are`;
      trouble(
        "store",
        element("strong", {}, "Not saved. "),
        `${error.message} ${count} kept in this browser and sent again until stored: leave this page open.`,
      );
      showState();
      await new Promise((resolve) => setTimeout(resolve, kRetryAfter));
    }
  }
  isSending = false;
}

/// Whether sending again would be refused again.
const isFinal = (error) => [400, 404, 405, 409, 413, 415].includes(error.status);

function finish(entry, answer) {
  queue.shift();
  localStorage.removeItem(keptName(entry));
  if (answer?.revision > model.revision) {
    if (answer.revision > model.revision + 1) needsRefresh = true; // somebody else wrote, too
    model.revision = Math.max(model.revision, answer.revision);
  }
  entry.resolve(answer);
}

/// What an earlier page could not send any more.
function takeUpWhatWasKept() {
  const prefix = `heed-pending ${model.store} `;
  const entries = [];
  for (let i = 0; i < localStorage.length; ++i) {
    const name = localStorage.key(i);
    if (name.startsWith(prefix)) {
      const kept = JSON.parse(localStorage.getItem(name));
      if (!queue.some((entry) => entry.body.request === kept.body.request))
        entries.push({
          ...kept,
          resolve: () => {
            needsRefresh = true;
          },
        });
    }
  }
  queue.push(...entries.sort((a, b) => a.at - b.at));
  sendAll();
}

// What the page knows.

let needsRefresh = false;

async function refresh() {
  const state = await ask(`/api/state?annotator=${encodeURIComponent(me)}`);
  if (model.store !== "" && model.store !== state.store) {
    trouble("store", element("strong", {}, "Another folder is served here now. "), "Reload the page.");
    return;
  }
  const before = new Map(
    model.topics.flatMap((topic) => topic.documents.map((document) => [`${topic.id} ${document.id}`, document])),
  );
  Object.assign(model, state);
  for (const topic of model.topics)
    for (const document of topic.documents) document.pending = before.get(`${topic.id} ${document.id}`)?.pending;
  byId("folder").textContent = state.folder;
  needsRefresh = false;
}

/// Looks whether another tab, or another annotator, wrote something.
async function lookAround() {
  try {
    const { revision } = await ask("/api/revision");
    trouble("gone");
    if ((revision === model.revision && !needsRefresh) || queue.length > 0) return;
    await refresh();
    showChange();
  } catch (error) {
    if (queue.length === 0)
      trouble(
        "gone",
        element("strong", {}, error.message),
        " What you see may be old; what you decide now is kept and sent later.",
      );
  }
}

const topicOf = (id) => model.topics.find((topic) => topic.id === id);
const decisionOf = (document) =>
  document.pending ? document.pending.decision : document.stale ? null : document.decision;
const noteOf = (document) => (document.pending ? document.pending.note : document.note);
const storedOf = (document) => (document.stale ? null : document.decision);
const decided = (topic) => topic.documents.filter((document) => storedOf(document) !== null);
const stillRelevant = (topic) => decided(topic).filter((document) => storedOf(document) === "relevant").length;

// Words.

const wordsOf = (text) => text.split(/\s+/u).filter((word) => word !== "");

/// How `before` becomes `after`, word by word: the longest common subsequence stays. Texts that differ in thousands of
/// words count as exchanged between their first and last difference.
function wordDiff(before, after) {
  let begin = 0,
    end = 0;
  while (begin < before.length && begin < after.length && before[begin] === after[begin]) ++begin;
  while (end < Math.min(before.length, after.length) - begin && before.at(-1 - end) === after.at(-1 - end)) ++end;
  const a = before.slice(begin, before.length - end),
    b = after.slice(begin, after.length - end),
    parts = [];
  const add = (change, words) => {
    if (words.length === 0) return;
    if (parts.at(-1)?.change === change) parts.at(-1).words.push(...words);
    else parts.push({ change, words: [...words] });
  };
  add("same", before.slice(0, begin));
  if (a.length * b.length > 4e6) {
    add("del", a);
    add("ins", b);
  } else {
    const width = b.length + 1,
      lengths = new Uint32Array((a.length + 1) * width);
    for (let i = a.length - 1; i >= 0; --i)
      for (let j = b.length - 1; j >= 0; --j)
        lengths[i * width + j] =
          a[i] === b[j]
            ? lengths[(i + 1) * width + j + 1] + 1
            : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    let i = 0,
      j = 0;
    while (i < a.length || j < b.length) {
      if (i < a.length && j < b.length && a[i] === b[j]) {
        add("same", [a[i]]);
        ++i;
        ++j;
      } else if (i < a.length && (j === b.length || lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]))
        add("del", [a[i++]]);
      else add("ins", [b[j++]]);
    }
  }
  add("same", before.slice(before.length - end));
  return parts;
}

function changesMarked(before, after) {
  const parts = wordDiff(wordsOf(before), wordsOf(after));
  return parts.flatMap(({ change, words }) => [
    change === "same" ? words.join(" ") : element(change, {}, words.join(" ")),
    " ",
  ]);
}

/// The text, the query's words in it marked (those of three letters and more, in any case).
function wordsMarked(text, query) {
  const words = [...new Set(query.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [])];
  if (!marksWords || words.length === 0) return [text];
  const pieces = text.split(new RegExp(`(?<![\\p{L}\\p{N}])(${words.join("|")})(?![\\p{L}\\p{N}])`, "giu"));
  return pieces.map((piece, i) => (i % 2 === 1 ? element("mark", {}, piece) : piece));
}

// Views. Each fills the content; a route is #/topic/ID, #/topic/ID/judge, #/topic/ID/judge/DOCUMENT, #/agreement, #/export.

const link = (...parts) => `#/${parts.map(encodeURIComponent).join("/")}`;
const route = () =>
  location.hash
    .replace(/^#\/?/, "")
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent);

function show(title, ...content) {
  document.title = `${title} - heed annotate`;
  byId("content").replaceChildren(element("h1", { tabindex: "-1" }, title), ...content.flat().filter(Boolean));
}

async function render({ focus = true } = {}) {
  leave();
  leave = () => {};
  keyed = {};
  const [view = "topics", id, action, documentId] = route();
  for (const item of document.querySelectorAll("nav a"))
    if (item.dataset.view === view) item.setAttribute("aria-current", "page");
    else item.removeAttribute("aria-current");
  byId("who").replaceChildren(me === "" ? "nobody yet" : element("span", {}, "You are ", element("strong", {}, me)));
  shownKey = location.hash;
  if (me === "" || view === "topics") showTopics();
  else if (view === "agreement") await showAgreement(id, action);
  else if (view === "export") await showExport();
  else if (view === "topic" && topicOf(id))
    await (action === "judge" ? showDocument(topicOf(id), documentId) : showTopic(topicOf(id)));
  else show("There is no such page", element("p", {}, element("a", { href: "#/" }, "All topics")));
  if (focus && !byId("content").contains(document.activeElement))
    byId("content").querySelector("h1")?.focus({ preventScroll: true });
  else if (focus) byId("content").querySelector("[data-focus], h1")?.focus({ preventScroll: true });
}

/// What another tab or annotator wrote is shown; what is being typed stays.
let showChange = () => {};
let showState = () => {};
let keyed = {}; // what each key does in this view

function showTopics() {
  showChange = () => {
    if (!["INPUT", "SELECT"].includes(document.activeElement.tagName)) render({ focus: false });
  };
  const name = element("input", { id: "name", autocomplete: "off", maxlength: "40", required: true, value: "" });
  const choose = async (annotator) => {
    const { annotator: known } = await ask("/api/annotator", { annotator });
    me = known;
    sessionStorage.setItem("heed-annotator", me);
    localStorage.setItem("heed-annotator", me);
    undoable.length = 0;
    await refresh();
    say(`You are ${me}`);
    render();
  };
  const others = model.annotators.filter((annotator) => annotator !== me);
  const message = element("span", { class: "unsaved", role: "alert" });
  const form = element(
    "form",
    {
      class: "row",
      onsubmit: (event) => {
        event.preventDefault();
        choose(name.value).catch((error) => {
          message.textContent = error.message;
        });
      },
    },
    element("label", { for: "name" }, me === "" ? "Your name" : "Somebody else's name"),
    name,
    element("button", { class: me === "" ? "main" : null }, "Begin"),
    message,
  );
  const switches =
    others.length > 0 &&
    element(
      "div",
      { class: "row" },
      element("span", {}, "Go on as"),
      others.map((annotator) =>
        button(annotator, () =>
          choose(annotator).catch((error) => {
            message.textContent = error.message;
          }),
        ),
      ),
    );
  const rows = model.topics.map((topic) => {
    const done = decided(topic),
      stale = topic.documents.filter((document) => document.stale).length;
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, me === "" ? topic.id : element("a", { href: link("topic", topic.id) }, topic.id)),
      element("td", {}, topic.query),
      element(
        "td",
        {},
        topic.final ? `final, by ${topic.final.annotator}` : topic.draft ? "your draft" : "not altered",
      ),
      element(
        "td",
        { class: "number" },
        `${done.length} of ${topic.documents.length}${stale > 0 ? ` (${stale} to confirm)` : ""}`,
      ),
      element("td", { class: "number" }, done.length > 0 ? percent(stillRelevant(topic) / done.length) : "-"),
    );
  });
  show(
    "Topics",
    element(
      "p",
      { class: "soft" },
      "Narrow each topic's instruction so that about half of its relevant documents are no longer relevant, make it final, and judge the documents again under it.",
    ),
    switches,
    form,
    tableOf("Topics", ["Topic", "Query", "Altered instruction", number("Judged"), number("Still relevant")], rows),
  );
  if (me === "") name.focus();
}

// One topic: its instruction is altered.

function showTopic(topic) {
  const start = topic.draft?.text ?? topic.final?.text ?? topic.suggested ?? topic.instruction;
  const editor = element(
    "textarea",
    { id: "altered", rows: "9", spellcheck: "true", "aria-describedby": "saved counts" },
    start,
  );
  editor.value = start;
  const saved = element(
    "p",
    { id: "saved", class: "soft", role: "status" },
    topic.draft ? `Saved ${new Date(topic.draft.at).toLocaleString()}.` : "Nothing to save yet.",
  );
  const counts = element("p", { id: "counts", class: "soft small" });
  const marked = element("p", {});
  const standing = element("div", { class: "row" });
  const current = () => topicOf(topic.id);
  let savedText = start,
    timer = 0,
    isAsking = false;

  const setSaved = (text, kind) => {
    saved.textContent = text;
    saved.className = kind;
  };
  const save = async () => {
    clearTimeout(timer);
    const text = editor.value;
    if (text === savedText) return true;
    savedText = text;
    setSaved("Saving…", "soft");
    const answer = await store(
      "/api/instruction",
      { topic: topic.id, text },
      `your instruction of topic ${topic.id}`,
      () => current().draft?.revision ?? 0,
    );
    if (answer === null) {
      setSaved("Not saved: the server refused it.", "unsaved");
      return false;
    }
    const other =
      answer.outcome === "stored_over_another" ? " It took the place of a draft that you saved in another tab." : "";
    current().draft = { revision: answer.revision, annotator: me, text, at: new Date().toISOString() };
    if (editor.value === text) setSaved(`Saved at ${clock()}.${other}`, "saved");
    return true;
  };
  showState = () => {
    if (queue.length > 0) setSaved("Not saved: the server does not answer. It will be sent again.", "unsaved");
  };
  const makeFinal = async () => {
    isAsking = false;
    const text = editor.value;
    await save();
    const answer = await store(
      "/api/final",
      { topic: topic.id, text },
      `making the instruction of topic ${topic.id} final`,
      () => current().final?.revision ?? 0,
    );
    await refresh();
    if (answer !== null) say("The instruction is final. Documents are judged under it.");
    update();
  };
  const update = () => {
    const now = current(),
      text = editor.value;
    marked.replaceChildren(...changesMarked(now.instruction, text));
    counts.textContent = `The original has ${wordsOf(now.instruction).length} words, the altered one ${wordsOf(text).length}.`;
    const isFinal = now.final?.text === text,
      isOriginal = text.trim() === now.instruction.trim() || text.trim() === "";
    const standingText = !now.final
      ? "No instruction is final yet."
      : isFinal
        ? `This instruction is final (by ${now.final.annotator}).`
        : `Another text is final (by ${now.final.annotator}).`;
    const ask = isAsking
      ? [
          element(
            "p",
            { class: "unsaved" },
            "Whatever anybody decided under the present final instruction will have to be decided again.",
          ),
          button("Make this final all the same", makeFinal, { class: "main", "data-focus": true }),
          button("Leave it", () => {
            isAsking = false;
            update();
          }),
        ]
      : [
          button(
            "Make final",
            () => {
              if (now.final) {
                isAsking = true;
                update();
              } else makeFinal();
            },
            { disabled: isFinal || isOriginal, id: "final", class: isFinal ? null : "main" },
          ),
          now.final && element("a", { href: link("topic", topic.id, "judge") }, "Judge the documents"),
        ];
    standing.replaceChildren(element("p", { role: "status" }, standingText), ...ask.filter(Boolean));
    if (isAsking) standing.querySelector("[data-focus]").focus();
  };
  editor.addEventListener("input", () => {
    if (editor.value !== savedText) setSaved("Not saved yet.", "unsaved");
    clearTimeout(timer);
    timer = setTimeout(save, kSaveAfter);
    isAsking = false;
    update();
  });
  editor.addEventListener("blur", save);
  leave = save;
  showChange = () => {
    const draft = current().draft?.text;
    if (draft !== undefined && draft !== savedText && editor.value === savedText) {
      savedText = editor.value = draft;
      setSaved("Changed in another tab.", "soft");
    } else if (draft !== undefined && draft !== savedText)
      setSaved("Another tab has saved another draft; saving takes its place.", "unsaved");
    update();
  };
  show(
    `Topic ${topic.id}: ${topic.query}`,
    element(
      "div",
      { class: "columns" },
      element(
        "div",
        {},
        element("h2", {}, "Original instruction"),
        element("div", { class: "panel" }, element("p", { id: "original" }, topic.instruction)),
        element("h2", {}, "What changes"),
        element("div", { class: "panel", id: "changes" }, marked),
      ),
      element(
        "div",
        {},
        element("h2", {}, element("label", { for: "altered" }, "Altered instruction")),
        editor,
        counts,
        saved,
        standing,
        element(
          "p",
          { class: "soft small" },
          "Only narrow it: no document may become relevant that was not. Whoever makes it final decides what all annotators judge under.",
        ),
      ),
    ),
  );
  update();
}

// One topic's documents: each is judged again.

async function showDocument(topic, documentId) {
  if (!topic.final) {
    show(
      `Topic ${topic.id}: ${topic.query}`,
      element("p", {}, "No altered instruction is final yet. "),
      element("p", {}, element("a", { href: link("topic", topic.id) }, "Alter the instruction")),
    );
    showChange = () => {
      if (topicOf(topic.id).final) render();
    };
    return;
  }
  const hash = location.hash;
  if (!texts.has(topic.id))
    texts.set(
      topic.id,
      ask(`/api/documents?topic=${encodeURIComponent(topic.id)}`).then(
        (answer) => new Map(answer.documents.map((text) => [text.id, text])),
      ),
    );
  let known;
  try {
    known = await texts.get(topic.id);
  } catch (error) {
    texts.delete(topic.id);
    show(
      `Topic ${topic.id}: ${topic.query}`,
      element("p", { class: "unsaved" }, error.message),
      button("Try again", () => render()),
    );
    return;
  }
  if (hash !== location.hash) return; // another view was asked for meanwhile
  const open = topic.documents.findIndex((document) => decisionOf(document) === null);
  const wanted = topic.documents.findIndex((document) => document.id === documentId);
  const index = wanted >= 0 ? wanted : Math.max(open, 0);
  const id = topic.documents[index].id,
    text = known.get(id);
  const current = () => topicOf(topic.id),
    document_ = () => current().documents[index];
  const judgedUnder = topic.final.revision;
  const stateBox = element("div", { id: "state", role: "status" });
  const note = element("textarea", { id: "note", rows: "3", maxlength: "2000" });
  note.value = noteOf(document_());
  const summary = element("div", {});
  const dots = element("ol", { class: "dots", "aria-label": "All documents" });

  const go = (to) => {
    if (to < 0 || to >= topic.documents.length)
      say(to < 0 ? "This is the first document." : "This is the last document.");
    else location.hash = link("topic", topic.id, "judge", topic.documents[to].id);
  };
  const decide = async (decision) => {
    const document = document_(),
      shown = hashOf();
    undoable.push({ topic: topic.id, document: document.id, decision: decisionOf(document), note: noteOf(document) });
    await decideOn(topic.id, index, decision, note.value, judgedUnder);
    if (
      document_().pending === undefined &&
      decisionOf(document_()) === decision &&
      hashOf() === shown &&
      index + 1 < topic.documents.length
    )
      go(index + 1);
    else if (
      hashOf() === shown &&
      index + 1 === topic.documents.length &&
      decided(current()).length === topic.documents.length
    )
      say("All documents of this topic are decided.");
  };
  const saveNote = () => {
    const document = document_();
    if (note.value === noteOf(document)) return;
    if (document.stale && !document.pending) return; // it goes with the decision that is due
    decideOn(topic.id, index, decisionOf(document), note.value, judgedUnder);
  };
  note.addEventListener("blur", saveNote);
  note.addEventListener("keydown", (event) => {
    if (event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) {
      event.preventDefault();
      saveNote();
      heading.focus();
    }
  });
  const buttons = Object.entries(kNames).map(([decision, name]) =>
    button(name, () => decide(decision), {
      "data-decision": decision,
      "aria-keyshortcuts": Object.keys(kKeys)
        .filter((key) => kKeys[key] === decision)
        .join(" "),
    }),
  );
  buttons.forEach((made, i) => made.append(element("kbd", { "aria-hidden": "true" }, ["y", "n", "u"][i])));
  const heading = element("h2", { tabindex: "-1", "data-focus": true, id: "title" }, text?.title || `Document ${id}`);

  showState = () => {
    const document = document_(),
      decision = decisionOf(document),
      pending = document.pending;
    const name = decision ? kNames[decision] : "Not decided";
    const detail = pending
      ? troubles.has("store")
        ? "NOT SAVED: the server does not answer; it will be sent again"
        : "saving…"
      : document.stale
        ? `was: ${kNames[document.decision].toLowerCase()}, under another instruction. Decide again.`
        : document.elsewhere
          ? "changed in another tab"
          : decision
            ? document.savedAt
              ? `saved at ${document.savedAt}`
              : "saved"
            : "";
    stateBox.className = `state ${decision ?? ""} ${pending ? "pending" : ""}`;
    stateBox.replaceChildren(
      element("strong", {}, name),
      element("span", { class: pending ? "unsaved" : "soft", id: "detail" }, detail),
    );
    for (const made of buttons) made.setAttribute("aria-pressed", String(made.dataset.decision === decision));
    const done = decided(current()).length,
      all = topic.documents.length,
      kept = stillRelevant(current());
    summary.replaceChildren(
      element("progress", { max: all, value: done, "aria-label": "Documents decided" }),
      element(
        "p",
        { class: "soft small", id: "summary" },
        `${done} of ${all} decided`,
        done > 0 ? `; ${kept} still relevant (${percent(kept / done)}; about half is the aim)` : "",
      ),
    );
    dots.replaceChildren(
      ...current().documents.map((other, i) =>
        element(
          "li",
          {},
          element(
            "a",
            {
              href: link("topic", topic.id, "judge", other.id),
              class:
                other.stale && !other.pending
                  ? "stale"
                  : `${decisionOf(other) ?? ""} ${other.pending ? "pending" : ""}`,
              "aria-current": i === index ? "true" : null,
              "aria-label": `Document ${i + 1}: ${decisionOf(other) ? kNames[decisionOf(other)].toLowerCase() : "not decided"}${other.pending ? ", not saved" : ""}`,
            },
            String(i + 1),
          ),
        ),
      ),
    );
  };
  showChange = () => {
    if (current().final?.revision !== judgedUnder) {
      say("Another instruction is final now.");
      render();
      return;
    }
    if (document.activeElement !== note) note.value = noteOf(document_());
    showState();
  };
  leave = saveNote;
  keyed = {
    ...Object.fromEntries(Object.entries(kKeys).map(([key, decision]) => [key, () => decide(decision)])),
    j: () => go(index + 1),
    ArrowRight: () => go(index + 1),
    k: () => go(index - 1),
    ArrowLeft: () => go(index - 1),
    m: () => note.focus(),
    h: () => toggleMarks(),
    z: () => undo(),
  };
  const body = element("p", { class: "text", id: "text" });
  const fill = () =>
    body.replaceChildren(
      ...(text?.text == null
        ? [element("em", {}, "documents.jsonl has no text of this document.")]
        : wordsMarked(text.text, topic.query)),
    );
  const toggleMarks = () => {
    marksWords = !marksWords;
    localStorage.setItem("heed-marks", marksWords ? "yes" : "no");
    marks.setAttribute("aria-pressed", String(marksWords));
    fill();
  };
  const marks = button("Mark the query's words", toggleMarks, { "aria-pressed": String(marksWords) });
  show(
    `Topic ${topic.id}: ${topic.query}`,
    element(
      "details",
      { class: "panel", open: true },
      element("summary", {}, "The final instruction"),
      element("p", { id: "instruction" }, ...changesMarked(topic.instruction, topic.final.text)),
      element("p", { class: "small" }, element("a", { href: link("topic", topic.id) }, "Alter it")),
    ),
    element(
      "div",
      { class: "document" },
      element(
        "article",
        { "aria-labelledby": "title" },
        element(
          "p",
          { class: "soft small", id: "position" },
          `${index + 1} of ${topic.documents.length} · ${id} · original grade ${topic.documents[index].grade}`,
        ),
        heading,
        body,
      ),
      element(
        "div",
        { class: "side" },
        stateBox,
        element("div", { class: "decisions", role: "group", "aria-label": "Decision" }, buttons),
        element("label", { for: "note" }, "Note ", element("kbd", {}, "m")),
        note,
        element(
          "div",
          { class: "row" },
          button("Previous", () => go(index - 1), { disabled: index === 0 }),
          button("Next", () => go(index + 1), { disabled: index + 1 === topic.documents.length }),
          button("Take back", () => undo()),
        ),
        summary,
        dots,
        marks,
      ),
    ),
  );
  fill();
  showState();
  say(`${index + 1} of ${topic.documents.length}: ${text?.title || id}`);
  heading.focus({ preventScroll: true });
  scrollTo(0, 0);
}

const hashOf = () => location.hash;

/// Stores a decision with its note, and shows what has become of it.
async function decideOn(topicId, index, decision, note, under) {
  const document = () => topicOf(topicId).documents[index];
  const pending = { decision, note };
  document().pending = pending;
  showState();
  const name = decision ? kNames[decision].toLowerCase() : "no decision";
  const answer = await store(
    "/api/decision",
    { topic: topicId, document: document().id, decision, note, final: under },
    `"${name}" for document ${document().id} of topic ${topicId}`,
    () => document().revision,
  );
  const now = document();
  if (answer !== null) {
    const isOver = answer.outcome === "stored_over_another";
    Object.assign(now, { decision, note, revision: answer.revision, stale: false, savedAt: clock(), elsewhere: false });
    if (isOver)
      trouble(
        `over ${topicId} ${now.id}`,
        `Stored: "${name}" for document ${now.id}. It took the place of what another tab had decided since. `,
        button("Understood", () => trouble(`over ${topicId} ${now.id}`)),
      );
  }
  if (now.pending === pending) now.pending = undefined;
  if (answer !== null && now.pending === undefined) say(`Saved: ${name}`);
  showState();
}

async function undo() {
  const last = undoable.pop();
  if (!last) {
    say("There is nothing to take back.");
    return;
  }
  const topic = topicOf(last.topic),
    index = topic.documents.findIndex((document) => document.id === last.document);
  const there = link("topic", last.topic, "judge", last.document);
  const stored = decideOn(last.topic, index, last.decision, last.note, topic.final.revision);
  if (location.hash !== there) location.hash = there;
  await stored;
  say(`Taken back: ${last.decision ? kNames[last.decision].toLowerCase() : "not decided"}`);
  showChange();
}

// Two annotators.

const figure = (value) => value.toFixed(3).replace("-", "−");

function kappaText(agreement) {
  if (agreement.documents === 0) return "no document is decided by both";
  const kappa =
    agreement.kappa === null ? "undefined (both decided everything in the same one way)" : figure(agreement.kappa);
  return `κ = ${kappa}; they agree on ${percent(agreement.observed)} of ${agreement.documents} documents`;
}

function countsTable(agreement, first, second) {
  const names = Object.values(kNames);
  return element(
    "table",
    {},
    element("caption", {}, `How often ${first} (rows) and ${second} (columns) decided what`),
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        element("td", {}),
        names.map((name) => element("th", { scope: "col", class: "number" }, name)),
      ),
    ),
    element(
      "tbody",
      {},
      agreement.table.map((row, i) =>
        element(
          "tr",
          {},
          element("th", { scope: "row" }, names[i]),
          row.map((count) => element("td", { class: "number" }, String(count))),
        ),
      ),
    ),
  );
}

async function showAgreement(first, second) {
  const names = model.annotators;
  first = names.includes(first) ? first : names[0];
  second = names.includes(second) && second !== first ? second : names.find((name) => name !== first);
  showState = () => {};
  if (second === undefined) {
    show(
      "Agreement",
      element(
        "p",
        {},
        "Agreement is of two annotators; so far there is one. A second one gives a name under Topics, here or in another browser.",
      ),
    );
    showChange = () => {
      if (model.annotators.length > 1) render();
    };
    return;
  }
  const key = shownKey;
  const answer = await ask(
    `/api/agreement?first=${encodeURIComponent(first)}&second=${encodeURIComponent(second)}`,
  ).catch((error) => error);
  if (key !== shownKey) return; // another view was asked for meanwhile
  if (answer instanceof Error) {
    show(
      "Agreement",
      element("p", { class: "unsaved" }, answer.message),
      button("Try again", () => render()),
    );
    return;
  }
  const choice = (label, id, value, set) =>
    element(
      "span",
      {},
      element("label", { for: id }, label),
      element(
        "select",
        { id, onchange: (event) => set(event.target.value) },
        names.map((name) => element("option", { value: name, selected: name === value }, name)),
      ),
    );
  const differences = answer.topics.flatMap((topic) =>
    topic.differences.map((difference) => ({ topic, ...difference })),
  );
  const rows = answer.topics.map((topic) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, topic.id),
      element("td", {}, topic.query),
      element("td", { class: "number" }, String(topic.agreement.documents)),
      element("td", { class: "number" }, topic.agreement.documents > 0 ? percent(topic.agreement.observed) : "-"),
      element(
        "td",
        { class: "number" },
        topic.agreement.kappa === null
          ? topic.agreement.documents > 0
            ? "undefined"
            : "-"
          : figure(topic.agreement.kappa),
      ),
      element(
        "td",
        { class: "number" },
        String(topic.differences.filter((difference) => difference.standing === "to_settle").length),
      ),
    ),
  );
  const box = element("div", { id: "adjudication" });
  show(
    "Agreement",
    element(
      "div",
      { class: "row" },
      choice("First", "first", first, (value) => {
        location.hash = link("agreement", value, second);
      }),
      choice("Second", "second", second, (value) => {
        location.hash = link("agreement", first, value);
      }),
    ),
    element("p", { id: "kappa" }, element("strong", {}, kappaText(answer.agreement))),
    element(
      "p",
      { class: "soft small" },
      "Cohen's kappa, unweighted, over the documents that both decided under the final instruction; unsure is a decision like the others. 0 is what chance would give, 1 is agreement everywhere.",
    ),
    scrolling("Decisions", countsTable(answer.agreement, first, second)),
    element("h2", {}, "By topic"),
    tableOf(
      "Agreement by topic",
      ["Topic", "Query", number("Both decided"), number("Agree"), number("κ"), number("To adjudicate")],
      rows,
    ),
    element("h2", {}, "Differences"),
    box,
  );
  showDifferences(box, differences);
}

/// The differences one by one, decided by the same keys as documents are.
function showDifferences(box, differences) {
  if (differences.length === 0) {
    box.replaceChildren(element("p", {}, "There is nothing to adjudicate."));
    showChange = () => render({ focus: false });
    return;
  }
  let at = Math.max(
    differences.findIndex((difference) => difference.standing === "to_settle"),
    0,
  );
  const go = (to) => {
    if (to >= 0 && to < differences.length) {
      at = to;
      fill(true);
    } else say(to < 0 ? "This is the first difference." : "This is the last difference.");
  };
  const settle = async (decision) => {
    const difference = differences[at],
      place = at;
    difference.pending = decision;
    fill();
    const answer = await store(
      "/api/adjudication",
      {
        topic: difference.topic.id,
        document: difference.document,
        decision,
        note: noteField?.value ?? difference.note,
        final: difference.topic.final,
      },
      `the adjudication of document ${difference.document} of topic ${difference.topic.id}`,
      () => difference.revision,
    );
    difference.pending = undefined;
    if (answer !== null) Object.assign(difference, { standing: "adjudicated", decision, revision: answer.revision });
    say(answer !== null ? `Saved: ${kNames[decision].toLowerCase()}` : "Not stored");
    if (at === place && answer !== null && at + 1 < differences.length) go(at + 1);
    else fill();
  };
  let noteField = null;
  const fill = async (focuses = false) => {
    const difference = differences[at],
      place = at;
    if (!texts.has(difference.topic.id))
      texts.set(
        difference.topic.id,
        ask(`/api/documents?topic=${encodeURIComponent(difference.topic.id)}`).then(
          (answer) => new Map(answer.documents.map((text) => [text.id, text])),
        ),
      );
    const text = (
      await texts.get(difference.topic.id).catch(() => {
        texts.delete(difference.topic.id);
        return new Map();
      })
    ).get(difference.document);
    if (place !== at) return;
    const decision = difference.pending ?? difference.decision;
    const left = differences.filter((other) => other.standing === "to_settle").length;
    noteField = element("textarea", { id: "note", rows: "2", maxlength: "2000" });
    noteField.value = difference.note;
    noteField.addEventListener("input", () => {
      difference.note = noteField.value;
    });
    noteField.addEventListener("keydown", (event) => {
      if (event.key === "Escape") heading.focus();
    });
    const heading = element(
      "h3",
      { tabindex: "-1" },
      `${at + 1} of ${differences.length}: topic ${difference.topic.id}, ${difference.topic.query}`,
    );
    const topic = topicOf(difference.topic.id);
    box.replaceChildren(
      heading,
      element(
        "div",
        { class: "document" },
        element(
          "article",
          {},
          element("p", { class: "panel" }, ...changesMarked(topic.instruction, topic.final?.text ?? "")),
          element("h2", {}, difference.title || `Document ${difference.document}`),
          element(
            "p",
            { class: "text" },
            ...(text ? wordsMarked(text.text ?? "", difference.topic.query) : ["The text could not be read."]),
          ),
        ),
        element(
          "div",
          { class: "side" },
          element(
            "div",
            { class: `state ${decision ?? ""} ${difference.pending ? "pending" : ""}`, id: "state", role: "status" },
            element("strong", {}, decision ? kNames[decision] : "Not adjudicated"),
            element(
              "span",
              { class: difference.pending ? "unsaved" : "soft" },
              difference.pending ? "saving…" : decision ? "saved" : "",
            ),
          ),
          element(
            "ul",
            {},
            difference.judgments.map((judgment) =>
              element(
                "li",
                {},
                `${judgment.annotator}: ${kNames[judgment.decision].toLowerCase()}${judgment.note ? ` (${judgment.note})` : ""}`,
              ),
            ),
          ),
          element(
            "div",
            { class: "decisions", role: "group", "aria-label": "Adjudication" },
            Object.entries(kNames)
              .map(([value, name], i) =>
                button(name, () => settle(value), { "aria-pressed": String(value === decision) }),
              )
              .map((made, i) => {
                made.append(element("kbd", { "aria-hidden": "true" }, ["y", "n", "u"][i]));
                return made;
              }),
          ),
          element("label", { for: "note" }, "Note (stored with the decision) ", element("kbd", {}, "m")),
          noteField,
          element(
            "div",
            { class: "row" },
            button("Previous", () => go(at - 1), { disabled: at === 0 }),
            button("Next", () => go(at + 1), { disabled: at + 1 === differences.length }),
          ),
          element("p", { class: "soft", id: "left" }, `${left} to adjudicate`),
        ),
      ),
    );
    if (focuses || document.activeElement === document.body) heading.focus({ preventScroll: true });
  };
  keyed = {
    ...Object.fromEntries(Object.entries(kKeys).map(([key, decision]) => [key, () => settle(decision)])),
    j: () => go(at + 1),
    ArrowRight: () => go(at + 1),
    k: () => go(at - 1),
    ArrowLeft: () => go(at - 1),
    m: () => noteField?.focus(),
  };
  showState = () => {};
  showChange = () => say("Somebody has changed decisions: open this view again to see them.");
  fill();
}

// What has come of it all.

async function showExport() {
  showState = () => {};
  await refresh().catch(() => {}); // what others settled; the banner says where the server is gone
  if (shownKey !== location.hash) return;
  showChange = () => {
    if (result.childElementCount === 0) render({ focus: false });
  };
  const result = element("div", { id: "result", role: "status" });
  const write = async (partial) => {
    result.replaceChildren(element("p", {}, "Writing…"));
    try {
      const answer = await ask("/api/export", { partial });
      result.replaceChildren(
        answer.files.length > 0
          ? element(
              "div",
              {},
              element(
                "p",
                { class: "saved" },
                `Written, with ${answer.topics.length === 1 ? "1 topic" : `${answer.topics.length} topics`} (${answer.topics.join(", ")}):`,
              ),
              element(
                "ul",
                {},
                answer.files.map((file) => element("li", {}, file)),
              ),
            )
          : element("p", { class: "unsaved" }, "Nothing is written: no topic is complete."),
        answer.incomplete.length > 0
          ? element(
              "div",
              {},
              element("p", {}, partial ? "Not complete:" : "Not complete, and not exported; what the files have of it stays:"),
              element(
                "ul",
                {},
                answer.incomplete.map(({ topic, missing }) => element("li", {}, `Topic ${topic}: ${missing}`)),
              ),
            )
          : "",
      );
    } catch (error) {
      result.replaceChildren(element("p", { class: "unsaved" }, `Nothing is written: ${error.message}`));
    }
  };
  const rows = model.topics.map((topic) => {
    const done = decided(topic).length;
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, element("a", { href: link("topic", topic.id, "judge") }, topic.id)),
      element("td", {}, topic.query),
      element("td", { class: "number" }, `${done} of ${topic.documents.length}`),
      element("td", { class: "number" }, done > 0 ? percent(stillRelevant(topic) / done) : "-"),
      element("td", { class: "number" }, `${topic.settled} of ${topic.documents.length}`),
      element("td", { class: "number" }, topic.settled > 0 ? percent(topic.settled_relevant / topic.settled) : "-"),
      element("td", {}, topic.annotators.join(", ") || "-"),
      element("td", {}, topic.missing ?? "complete"),
    );
  });
  show(
    "Summary and export",
    element(
      "p",
      { class: "soft" },
      `What you (${me}) judged, what all annotators have settled, and what each topic lacks. About half of a topic's documents should still be relevant.`,
    ),
    tableOf(
      "Summary",
      [
        "Topic",
        "Query",
        ...["You judged", "Still relevant", "Settled", "Still relevant"].map(number),
        "Annotators",
        "Lacks",
      ],
      rows,
    ),
    element("h2", {}, "Export"),
    element("p", {}, "Writes alterations.jsonl and rejudgments.jsonl into the folder."),
    element(
      "div",
      { class: "row" },
      button("Export complete topics", () => write(false), { class: "main" }),
      button("Export all that is settled", () => write(true)),
    ),
    result,
  );
}

// Keys.

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || byId("keys").open) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  const act =
    event.key === "?"
      ? () => byId("keys").showModal()
      : keyed[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
byId("keys-button").addEventListener("click", () => byId("keys").showModal());
addEventListener("hashchange", () => {
  if (location.hash !== "#content" && location.hash !== shownKey) render();
});
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("content").focus();
});
addEventListener("visibilitychange", () => {
  if (!document.hidden) lookAround();
  else leave();
});
addEventListener("beforeunload", (event) => {
  leave();
  if (queue.length > 0) event.preventDefault();
});

try {
  await refresh();
  if (me !== "" && !model.annotators.includes(me)) me = "";
  await render({ focus: false });
  takeUpWhatWasKept();
  setInterval(() => {
    if (!document.hidden) lookAround();
  }, kLookAfter);
} catch (error) {
  show(
    "heed annotate",
    element("p", { class: "unsaved" }, error.message),
    button("Try again", () => location.reload()),
  );
}
