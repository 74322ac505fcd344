/**
 * The panel beside the shop, as the server renders it: switches, an empty list and the places that
 * assets/panel.js fills from the event stream. Called by pages.ts for every page.
 */
import { type Html, html } from './html.ts'
import type { Switches } from './switches.ts'

export interface PanelView {
  readonly basePath: string
  readonly switches: Switches
  /** `auto`: the visitor has not said; open where there is room for it. */
  readonly state: 'open' | 'closed' | 'auto'
  /** Link of the last order's thank-you page. */
  readonly revisit: string | undefined
  readonly eventsManager: string
}

export function panel(view: PanelView): Html {
  return html`<aside class="panel is-${view.state}" id="panel" aria-label="What Twofold received"
  data-base="${view.basePath}">
  <h2 class="panel-head"><button type="button" id="panel-toggle" aria-controls="panel-body"
    aria-expanded="${view.state === 'closed' ? 'false' : 'true'}">
    <span class="panel-title"><i class="pulse" id="panel-pulse"></i>What arrived</span>
    <svg class="chevron" viewBox="0 0 20 20" aria-hidden="true"><path d="M5 7.5 10 12.5 15 7.5"
      fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"/></svg>
    <span class="tally">
      <span><b data-tally="received">0</b> received</span>
      <span><b data-tally="duplicates">0</b> duplicates removed</span>
      <span class="is-counted"><b data-tally="counted">0</b> counted</span>
    </span>
  </button></h2>
  <p class="story" id="story" aria-live="polite">Every step you take here is reported twice: by your
    browser and by the shop&rsquo;s server. Watch the two reports meet.</p>
  <div class="panel-body" id="panel-body">
    ${switchForm(view)}
    <section class="events" aria-labelledby="events-title">
      <div class="events-head">
        <h3 class="panel-sub" id="events-title">Your events, newest first</h3>
        <a href="${view.eventsManager}" target="_blank" rel="noopener">Events Manager</a>
      </div>
      <ol class="cards" id="cards"></ol>
    </section>
  </div>
</aside>`
}

interface Choice {
  readonly value: string
  readonly label: string
  /** One sentence: what it shows and what to expect. */
  readonly note: string
}

interface Switch {
  readonly name: keyof Switches
  readonly title: string
  readonly choices: readonly [Choice, ...Choice[]]
}

const SWITCHES: readonly Switch[] = [
  {
    name: 'browser',
    title: 'Browser’s report',
    choices: [
      {
        value: 'normal',
        label: 'Normal',
        note: 'Stop it as an ad blocker would, and see the server’s report bring the sale alone.',
      },
      {
        value: 'blocked',
        label: 'Blocked',
        note: 'From the next page on the pixel cannot load: expect each step counted once, from the server’s report alone.',
      },
    ],
  },
  {
    name: 'server',
    title: 'Server’s report',
    choices: [
      {
        value: 'normal',
        label: 'Normal',
        note: 'Let it come late or fail, and see the browser’s report carry the sale.',
      },
      {
        value: 'delayed',
        label: '10 s late',
        note: 'From the next step on it leaves ten seconds late: expect the browser’s report to count at once and its twin to join later without changing the count.',
      },
      {
        value: 'broken',
        label: 'Broken',
        note: 'From the next step on it fails and the shop keeps it: expect the browser’s report to count alone; switch back, and what was kept joins without being counted again.',
      },
    ],
  },
  {
    name: 'id',
    title: 'Shared id of the sale',
    choices: [
      {
        value: 'shared',
        label: 'Sent',
        note: 'Lose it on the way, and see the order number join the two reports.',
      },
      {
        value: 'dropped',
        label: 'Lost',
        note: 'The thank-you page makes up an id of its own: expect one sale all the same, joined by its order number.',
      },
    ],
  },
]

function switchForm(view: PanelView): Html {
  return html`<details class="breaking" id="breaking" open>
    <summary class="panel-sub">Break something <span>in your own visit only</span></summary>
    <form id="switches" method="post" action="${view.basePath}/panel/switches">
      ${SWITCHES.map((one) => switchRow(one, view.switches[one.name]))}
      <noscript><button class="button small">Apply</button></noscript>
      <div class="switch">
        <span class="switch-title">Thank-you page</span>
        ${
          view.revisit
            ? html`<a class="again" id="revisit" href="${view.revisit}">Open it once more</a>`
            : html`<span class="again is-off" id="revisit">After your first order</span>`
        }
        <p class="note">Reload it as shoppers do, and the sale is reported again: expect one more
          duplicate removed and still one sale.</p>
      </div>
    </form>
  </details>`
}

function switchRow({ name, title, choices }: Switch, value: string): Html {
  const chosen = choices.find((choice) => choice.value === value) ?? choices[0]
  return html`<div class="switch" role="radiogroup" aria-labelledby="title-${name}">
    <span class="switch-title" id="title-${name}">${title}</span>
    <span class="segments">${choices.map(
      (choice) => html`<label><input type="radio" name="${name}" value="${choice.value}"
        data-note="${choice.note}" aria-describedby="note-${name}"${
          choice === chosen && html` checked`
        }><span>${choice.label}</span></label>`,
    )}</span>
    <p class="note" id="note-${name}">${chosen.note}</p>
  </div>`
}
