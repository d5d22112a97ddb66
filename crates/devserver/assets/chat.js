// The page works without this. With it nothing is loaded anew: forms are sent and links followed in place.
'use strict';

const byId = (id) => document.getElementById(id);
// The conversation is laid out from its end, so that is where its scrolling begins.
const toEnd = () => byId('scroller').scrollTo({ top: 0 });

// Puts the parts of another state of this page in place of ours. Bubbles that are there already stay, so that a
// screen reader reads only what is new.
function show(page, url) {
  const next = new DOMParser().parseFromString(page, 'text/html');
  if (!next.getElementById('log')) return location.assign(url);
  const isOther = next.querySelector('#taps [name=customer]').value !== document.querySelector('#taps [name=customer]').value;
  const log = byId('log');
  if (isOther) log.replaceChildren();
  log.querySelectorAll('.sending').forEach((bubble) => bubble.remove());
  const isNew = [...next.querySelectorAll('#log > li')].filter((bubble) => {
    const ours = byId(bubble.id);
    if (!ours) log.append(bubble);
    return !ours;
  }).length > 0;
  for (const id of ['customers', 'places', 'day', 'problem', 'taps', 'replies', 'inspector']) byId(id).replaceChildren(...next.getElementById(id).childNodes);
  byId('typing').className = next.getElementById('typing').className;
  document.title = next.title;
  const [text, send] = [byId('text'), byId('send')];
  text.disabled = send.disabled = next.getElementById('text').disabled;
  document.querySelector('#say [name=customer]').value = next.querySelector('#say [name=customer]').value;
  history.replaceState(null, '', new URL(url).pathname + new URL(url).search + location.hash);
  ready();
  if (isNew) toEnd();
}

async function load(url, options) {
  byId('scroller').classList.add('busy');
  try {
    const answer = await fetch(url, options);
    show(await answer.text(), answer.url);
  } catch {
    byId('problem').innerHTML = '<div class="problem" role="alert" lang="en"><strong>The dev server does not answer. Is it running?</strong></div>';
  } finally {
    byId('scroller').classList.remove('busy');
  }
}

function say(text) {
  const bubble = document.createElement('li');
  bubble.className = 'you sending';
  bubble.innerHTML = '<div class="bubble say"></div>';
  bubble.firstChild.textContent = text;
  byId('log').append(bubble);
  toEnd();
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  event.preventDefault();
  const words = byId('text').value;
  const sent = new URLSearchParams(new FormData(form));
  if (event.submitter?.name) sent.set(event.submitter.name, event.submitter.value);
  if (form.id === 'say') {
    if (!words.trim()) return;
    say(words);
    byId('text').value = '';
  } else if (form.id === 'taps') {
    say(sent.get('text') ?? JSON.parse(sent.get('tap')).text);
    byId('replies').replaceChildren();
  }
  load(form.action, { method: 'POST', body: sent }).then(() => {
    // What was tapped is gone, and the focus with it. A touch screen's keyboard would only be in the way.
    if (form.id === 'taps' && document.activeElement === document.body && !matchMedia('(pointer: coarse)').matches) byId('text').focus();
    if (form.id !== 'say') return;
    // What a bot without a scenario did not hear can be said again.
    if (byId('text').disabled) byId('text').value = words;
    else byId('text').focus();
  });
});

document.addEventListener('click', async (event) => {
  const link = event.target.closest('a[href^="/_dev/chat?"]');
  if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    const hash = new URL(link.href).hash;
    await load(link.href);
    // The second view of a narrow screen is shown by its name in the address.
    if (hash && matchMedia('(max-width: 47.99rem)').matches) location.hash = hash;
  }
  const button = event.target.closest('[data-copies]');
  if (button) {
    await navigator.clipboard.writeText(byId(button.dataset.copies).textContent);
    byId('copied').textContent = 'Copied.';
  }
});

document.addEventListener('keydown', (event) => {
  // Enter ends a syllable while it is still being composed.
  if (event.target.id === 'text' && event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    byId('say').requestSubmit();
  }
});

function ready() {
  for (const button of document.querySelectorAll('[data-copies]')) button.hidden = !navigator.clipboard;
  byId('turns').scrollTop = (document.querySelector('#turns [aria-current]')?.offsetTop ?? 0) - 80;
}

ready();
