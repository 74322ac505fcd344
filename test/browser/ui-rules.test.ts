/** Rules in the Events Manager: made, tried, published, seen to act, and taken back. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { openManager, type Reader, type Sender, senderFor } from './ui-visitor.ts'

let server: TestServer
let browser: Browser
let datasetId: string
let send: Sender
let reader: Reader | undefined

beforeAll(async () => {
  server = await startTwofold()
  browser = await launchChromium()
})

beforeEach(async () => {
  const dataset = await server.createDataset({ name: 'Brewbeans' })
  datasetId = dataset.dataset_id
  send = senderFor(server, dataset)
})

afterEach(async () => {
  const complaints = reader?.complaints
  await reader?.close()
  reader = undefined
  expect(complaints ?? []).toEqual([])
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

async function openRules(options: BrowserContextOptions = {}): Promise<Page> {
  reader = await openManager(browser, server, options)
  await reader.page.goto(`/datasets/${datasetId}/rules`)
  await reader.page.getByRole('heading', { name: 'Rules', level: 1 }).waitFor()
  return reader.page
}

const rulesPath = (rest = ''): string => `/api/datasets/${datasetId}/rules${rest}`

const CLEAN = {
  id: 'clean',
  name: 'Clean addresses',
  actions: [{ do: 'strip_query', remove: ['sid'] }],
}
const RENAME = {
  id: 'names',
  name: 'Standard names',
  when: { op: 'equals', field: 'event_name', value: 'order_placed' },
  actions: [{ do: 'rename', to: 'Purchase' }],
}
const CENTS = {
  id: 'cents',
  name: 'The server sends cents',
  actions: [{ do: 'multiply', field: 'custom_data.value', by: '0.01' }],
}

const testOrder = (n: number): Record<string, unknown> => ({
  event_name: 'Purchase',
  event_id: `purchase:${n}`,
  custom_data: { value: 59.9, currency: 'EUR', order_id: `o-${n}`, coupon: 'TEST' },
})

describe('a marketer with a keyboard', () => {
  it('makes a rule, tries it, publishes it, sees it act, and goes back', async () => {
    await server.api('POST', rulesPath('/publish'), { rules: [CLEAN], note: 'By the agency' })
    await send.server(testOrder(1))
    const page = await openRules()
    const { keyboard } = page

    await tabTo(page, /^Add rule/)
    await keyboard.press('Enter')
    await choose(page, 'Empty rule')
    await page.locator('input:focus').waitFor()
    await keyboard.type('Leave out test orders')
    await tabTo(page, /^Field/)
    await keyboard.type('Another prop')
    await pick(page, /^Another property/)
    await expect.poll(() => focusedName(page)).toMatch(/^Its name/)
    await keyboard.type('coupon')
    await tabTo(page, /^Value/)
    await keyboard.type('TEST')
    await tabTo(page, /^Add an action/)
    await pick(page, /^Leave it out/)
    await page.getByRole('group', { name: 'Action 1' }).waitFor()
    await page.getByText('When custom_data.coupon is "TEST": do not count it.').waitFor()
    await tabTo(page, /^Save to draft/)
    await keyboard.press('Enter')

    await expect.poll(() => focusedName(page)).toBe('Edit Leave out test orders')
    await page.getByText('Draft, not in force yet: 1 new').waitFor()
    await tabTo(page, /^Try the rules/)
    await keyboard.press('Enter')
    const trial = page.getByTestId('trial')
    await trial.getByText('By Leave out test orders').waitFor()
    expect(await trial.getByRole('status').innerText()).toMatch(/Left out\s+1/)

    await tabTo(page, /^Publish/, 'Shift+Tab')
    await keyboard.press('Enter')
    await expect.poll(() => focusedName(page)).toMatch(/^Note/)
    await keyboard.type('Test orders spoil the numbers')
    await tabTo(page, /^Publish now/)
    await keyboard.press('Enter')
    await page.getByText(/^Version 2 is in force/).waitFor()

    await send.server(testOrder(2))
    await page.goto(`/datasets/${datasetId}/test-events`)
    await page.getByTestId('event-row').first().getByRole('button').click()
    await page.getByText('Dropped: Left out by the rule leave-out-test-orders').waitFor()
    await page.goto(`/datasets/${datasetId}/rules`)
    await page.getByText('Acted on 1 report in the last 7 days').waitFor()

    await tabTo(page, /^Go back to version 1/)
    await keyboard.press('Enter')
    await expect.poll(() => focusedName(page)).toMatch(/^Note/)
    await keyboard.type('Finance wants them')
    await tabTo(page, /^Go back to version 1/)
    await keyboard.press('Enter')
    await page.getByText(/^Version 3 is in force/).waitFor()
    await page.getByText('Back to version 1', { exact: true }).waitFor()
    await page.getByText('Finance wants them').first().waitFor()
    await send.server(testOrder(3))
    expect(await verdicts()).toEqual(['accepted', 'dropped', 'accepted'])

    await tabTo(page, /^Go back to no rules/)
    await keyboard.press('Enter')
    await expect.poll(() => focusedName(page)).toMatch(/^Note/)
    await tabTo(page, /^Go back to no rules/)
    await keyboard.press('Enter')
    await page.getByText(/^Version 4 is in force/).waitFor()
    await page.getByText('Back to no rules', { exact: true }).waitFor()
    expect(await page.getByTestId('before-rules').count()).toBe(0)
  })

  it('moves a rule, switches it off, deletes it, and takes all that back', async () => {
    await server.api('POST', rulesPath('/publish'), { rules: [CLEAN, RENAME, CENTS] })
    const page = await openRules()
    await tabTo(page, /^Move Clean addresses/)
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => titles(page)).toEqual([RENAME.name, CLEAN.name, CENTS.name])
    expect(await focusedName(page)).toBe('Move Clean addresses, 2 of 3')
    await page.getByText('Clean addresses is now 2 of 3.').waitFor({ state: 'attached' })
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    await tabTo(page, /^Clean addresses: on/)
    await page.keyboard.press('Space')
    await tabTo(page, /^More for Clean addresses/)
    await page.keyboard.press('Enter')
    await choose(page, 'Delete')
    await expect.poll(() => focusedName(page)).toBe(`Edit ${CENTS.name}`)
    await page.getByText('Removed: Clean addresses.').waitFor()
    const { draft } = await state()
    expect(draft?.rules.map(({ id }) => id)).toEqual(['names', 'cents'])
    for (let n = 0; n < 5; n++) await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => titles(page)).toEqual([CLEAN.name, RENAME.name, CENTS.name])
    await page.getByText('The draft is the same as what is in force').waitFor()
  })
})

describe('with a mouse', () => {
  it('drags a rule to another place', async () => {
    await server.api('POST', rulesPath('/publish'), { rules: [CLEAN, RENAME, CENTS] })
    const page = await openRules()
    const handle = page.getByRole('button', { name: 'Move Clean addresses, 1 of 3' })
    const last = await page.getByTestId('rule').last().boundingBox()
    await handle.hover()
    await page.mouse.down()
    await page.mouse.move(200, (last?.y ?? 0) + (last?.height ?? 0) - 4, { steps: 8 })
    await page.mouse.up()
    await expect.poll(() => titles(page)).toEqual([RENAME.name, CENTS.name, CLEAN.name])
    await page.getByText('Draft, not in force yet: another order').waitFor()
  })

  it('starts from a ready-made rule and puts groups into groups', async () => {
    const page = await openRules()
    await page.getByRole('button', { name: /^Fix cents/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Group', exact: true }).click()
    await dialog.getByRole('button', { name: 'Group', exact: true }).first().click()
    const inner = dialog.getByRole('group', { name: 'Group 3.2', exact: true })
    await inner.getByLabel('Value', { exact: true }).fill('Lead')
    await dialog
      .getByRole('group', { name: 'Condition 3.1' })
      .getByLabel('Value', { exact: true })
      .fill('Donate')
    await dialog
      .getByText(/and \(event_name is "Donate" or event_name is "Lead"\): multiply/)
      .waitFor()
    await dialog.getByText('JSON', { exact: true }).click()
    const json = JSON.parse(await dialog.getByLabel('The rule as JSON').inputValue())
    expect(json.when.of[2]).toMatchObject({
      op: 'any',
      of: [{ value: 'Donate' }, { value: 'Lead' }],
    })
  })

  it('says in the server’s words what is wrong, beside the thing or in the JSON', async () => {
    const page = await openRules()
    await page.getByRole('button', { name: /^Value from margin/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Margin', { exact: true }).fill('a third')
    await dialog.getByRole('button', { name: 'Save to draft' }).click()
    await dialog
      .getByRole('group', { name: 'Action 1' })
      .getByText('Must be a share such as "35%"')
      .waitFor()
    await dialog.getByText('JSON', { exact: true }).click()
    const editor = dialog.getByLabel('The rule as JSON')
    await editor.fill('{"id":"own","actions":[{"do":"explode"}]}')
    await dialog.getByRole('button', { name: 'Save to draft' }).click()
    await dialog.getByText(/^actions\.0\.do: .*do must be one of drop, keep/i).waitFor()
    await editor.fill('{"id":"own","actions":[{"do":"drop"}]}')
    await dialog.getByRole('button', { name: 'Save to draft' }).click()
    await page.getByText('Always: do not count it.').waitFor()
  })

  it('tries rules on events of its own', async () => {
    await server.api('PUT', rulesPath('/draft'), { rules: [CLEAN, CENTS] })
    const page = await openRules()
    await page.getByText('My own events').click()
    await page.getByRole('button', { name: 'Try the rules' }).click()
    const trial = page.getByTestId('trial')
    await trial.getByText('your event 1').waitFor()
    await trial.getByText('0.599').waitFor()
    await trial.getByText('https://shop.example/thanks?utm_source=mail', { exact: true }).waitFor()
    await trial.getByText('What a trial cannot show').waitFor()
  })
})

describe('when two people change the rules', () => {
  it('says who was faster and when, and lets the second choose', async () => {
    await server.api('PUT', rulesPath('/draft'), { rules: [CLEAN] })
    const page = await openRules()
    await page.getByTestId('rule').waitFor()
    await server.api('PUT', rulesPath('/draft'), { rules: [CLEAN, RENAME] })
    await page.getByRole('switch', { name: 'Clean addresses: on' }).press('Space')
    const alert = page.getByRole('alert').filter({ hasText: 'Somebody else changed the rules' })
    await alert.getByText(/“admin token” saved a draft on/).waitFor()
    expect((await state()).draft?.rules).toHaveLength(2)
    await alert.getByRole('button', { name: 'Load theirs' }).click()
    await expect.poll(() => titles(page)).toEqual([CLEAN.name, RENAME.name])

    await server.api('PUT', rulesPath('/draft'), { rules: [RENAME] })
    await page.getByRole('switch', { name: 'Clean addresses: on' }).press('Space')
    await alert.getByRole('button', { name: 'Save mine instead' }).click()
    await page.getByText('Draft saved').waitFor()
    const [first, second] = (await state()).draft?.rules ?? []
    expect([first, second]).toMatchObject([{ id: 'clean', enabled: false }, { id: 'names' }])
    const said = reader?.complaints.splice(0) ?? []
    expect(said.every((complaint) => complaint.includes('409'))).toBe(true)
  })
})

describe('on a phone in the dark', () => {
  it('shows list, trial, versions and editor without scrolling sideways', async () => {
    await server.api('POST', rulesPath('/publish'), { rules: [CLEAN, RENAME, CENTS] })
    await send.server({
      ...testOrder(1),
      event_source_url: `https://shop.example/?sid=${'x'.repeat(90)}`,
    })
    const page = await openRules({
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      colorScheme: 'dark',
    })
    const width = () => page.evaluate<number>('document.documentElement.scrollWidth')
    await page.getByRole('button', { name: 'Try the rules' }).click()
    await page.getByTestId('trial').waitFor()
    await page.getByRole('button', { name: 'Show the 3 rules of version 1' }).click()
    expect(await width()).toBe(390)
    await page.getByRole('button', { name: 'Edit Standard names' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Group', exact: true }).click()
    const overflow = `[...document.querySelectorAll('[role=dialog] *')]
      .filter((one) => one.getBoundingClientRect().right > 391).length`
    await expect.poll(() => page.evaluate<number>(overflow)).toBe(0)
    expect(await page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('dark')
    // Unsaved work is not lost by one press.
    await page.keyboard.press('Escape')
    await dialog.getByText('Leave without saving?').waitFor()
    await dialog.getByRole('button', { name: 'Leave', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
  })
})

describe('with a token that may only read', () => {
  it('looks and tries, and changes nothing', async () => {
    await server.api('POST', rulesPath('/publish'), { rules: [CLEAN] })
    await send.server(testOrder(1))
    const { token } = await server.api<{ token: string }>(
      'POST',
      `/api/datasets/${datasetId}/tokens`,
      { purpose: 'read', name: 'agency' },
    )
    reader = await openManager(browser, { ...server, adminToken: token })
    const { page } = reader
    await page.goto(`/datasets/${datasetId}/rules`)
    await page.getByText('may look and try, but not change').waitFor()
    expect(await page.getByRole('button', { name: 'Add rule' }).count()).toBe(0)
    expect(await page.getByRole('switch').first().isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Try the rules' }).click()
    await page.getByTestId('trial').waitFor()
  })
})

interface State {
  readonly draft: { readonly rules: readonly { readonly id: string }[] } | null
}

const state = (): Promise<State> => server.api<State>('GET', rulesPath())

/** Oldest first. */
async function verdicts(): Promise<string[]> {
  const { events } = await server.api<{ events: { verdict: string }[] }>(
    'GET',
    `/api/datasets/${datasetId}/events?limit=50&verdict=accepted`,
  )
  const dropped = await server.api<{ events: { seq: number; verdict: string }[] }>(
    'GET',
    `/api/datasets/${datasetId}/events?limit=50&verdict=dropped`,
  )
  const all = [...(events as { seq: number; verdict: string }[]), ...dropped.events]
  return all.sort((a, b) => a.seq - b.seq).map(({ verdict }) => verdict)
}

const titles = async (page: Page): Promise<string[]> =>
  (
    await page
      .getByTestId('rule')
      .getByRole('button', { name: /^Edit / })
      .all()
  ).length === 0
    ? []
    : page.evaluate<string[]>(
        `[...document.querySelectorAll('[data-testid=rule] [data-edit]')]
          .map((one) => one.getAttribute('aria-label').replace('Edit ', ''))`,
      )

/** Its label as a screen reader has it: aria-label, the label's text, or its own. */
const FOCUSED = `(() => {
  const one = document.activeElement
  if (!one) return ''
  const own = one.getAttribute('aria-label')
  return (own ?? one.labels?.[0]?.textContent ?? one.textContent ?? '').trim()
})()`

const focusedName = (page: Page): Promise<string> => page.evaluate<string>(FOCUSED)

/** In an open menu, by arrow keys. */
async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole('menuitem', { name, exact: true }).waitFor()
  await expect
    .poll(async () => {
      await page.keyboard.press('ArrowDown')
      return focusedName(page)
    })
    .toBe(name)
  await page.keyboard.press('Enter')
}

/** Goes down the list that has the focus to an option; keys pressed before it shows go nowhere. */
async function pick(page: Page, name: RegExp): Promise<void> {
  const marked = page.locator('[role="option"][data-combobox-selected]:visible')
  await expect
    .poll(
      async () => {
        await page.keyboard.press('ArrowDown')
        await page.locator('[role="option"]:visible').first().waitFor()
        return (await marked.allInnerTexts()).join()
      },
      { timeout: 20_000 },
    )
    .toMatch(name)
  await page.keyboard.press('Enter')
}

async function tabTo(page: Page, name: RegExp, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 90; presses++) {
    await page.keyboard.press(key)
    if (name.test(await focusedName(page))) return
  }
  throw new Error(`nothing that takes focus is named ${name}`)
}
