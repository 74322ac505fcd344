/** Files as shops export them: read exactly, or refused by row and column. */
import { describe, expect, it } from 'vitest'
import { CsvFault, type CsvRow, csvRows } from './csv-reader.ts'
import { type OrderFileOptions, openOrderFile } from './order-file.ts'

/** In pieces of three characters, so that every seam is tried. */
async function* inPieces(text: string): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += 3) yield text.slice(at, at + 3)
}

async function rowsOf(text: string): Promise<CsvRow[]> {
  const rows: CsvRow[] = []
  for await (const row of csvRows(inPieces(text))) rows.push(row)
  return rows
}

const OPTIONS: OrderFileOptions = { columns: {}, zone: 'UTC', prefix: '', paid: [] }

async function read(text: string, options: Partial<OrderFileOptions> = {}) {
  const [head, ...rows] = await rowsOf(text)
  const file = openOrderFile(head?.cells ?? [], { ...OPTIONS, ...options })
  return 'fault' in file ? file : rows.map(({ cells }) => file.read(cells))
}

describe('rows of a CSV file', () => {
  it.each([
    ['commas and line feeds', 'a,b\n1,2\n', ['a|b', '1|2']],
    ['semicolons, carriage returns, a byte order mark', '\uFEFFa;b\r\n1;2,5\r\n', ['a|b', '1|2,5']],
    ['tabs and no last line end', 'a\tb\n1\t2', ['a|b', '1|2']],
    ['quotes around marks and breaks', 'a,b\n"x, ""y""","1\n2"\n', ['a|b', 'x, "y"|1\n2']],
    ['a quoted head with commas', '"a,1";b\n1;2\n', ['a,1|b', '1|2']],
    ['empty lines', 'a,b\n\n ,\n1,2\n\n', ['a|b', '1|2']],
  ])('with %s', async (_, text, expected) => {
    expect((await rowsOf(text)).map(({ cells }) => cells.join('|'))).toEqual(expected)
  })

  it('carry the line of an editor', async () => {
    expect((await rowsOf('a,b\n"1\n2",x\n\n3,4\n')).map(({ line }) => line)).toEqual([1, 2, 5])
  })

  it('end at a quote that nobody closes, with its line', async () => {
    await expect(rowsOf('a,b\n1,2\n"x,3\n4,5')).rejects.toEqual(
      new CsvFault(3, 'A quoted field is never closed: look for a lone " in this row.'),
    )
  })
})

describe('an order file', () => {
  it('of Shopify is read by the names of its columns, further products left out', async () => {
    const text = `Name,Email,Financial Status,Paid at,Currency,Total,Id
#1001,jo@example.com,paid,2026-11-20 14:03:22 +0100,EUR,70.00,820982911946154508
#1001,jo@example.com,,,,,
#1002,ann@example.com,pending,2026-11-20 15:00:00 +0100,EUR,12.50,820982911946154509
`
    expect(await read(text)).toEqual([
      {
        order: {
          order_id: '820982911946154508',
          at_s: Date.parse('2026-11-20T13:03:22Z') / 1000,
          status: 'paid',
          amount: '70',
          currency: 'EUR',
          shopper: { em: ['jo@example.com'] },
        },
      },
      { further: true },
      { order: expect.objectContaining({ status: 'pending', amount: '12.5' }) },
    ])
  })

  it('takes the zone, the currency, the prefix and the words that a person says', async () => {
    const text = 'Bestellung;Datum;Summe;Stand\n17;2026-07-01 00:30;1.234,50 €;verkauft\n'
    const columns = { order_id: 'Bestellung', time: 'Datum', value: 'Summe', status: 'Stand' }
    const options = { columns, zone: 'Europe/Berlin', currency: 'EUR', prefix: 'de-' }
    expect(await read(text, { ...options, paid: ['Verkauft'] })).toMatchObject([
      {
        order: {
          order_id: 'de-17',
          at_s: Date.parse('2026-06-30T22:30:00Z') / 1000,
          amount: '1234.5',
          status: 'paid',
        },
      },
    ])
  })

  it.each([
    ['order_id', ',2026-01-01,5,EUR,paid'],
    ['time', '1,yesterday,5,EUR,paid'],
    ['time', '1,2026-13-01,5,EUR,paid'],
    ['time', '1,2026-02-31,5,EUR,paid'],
    ['value', '1,2026-01-01,five,EUR,paid'],
    ['value', '1,2026-01-01,(5.00),EUR,paid'],
    ['value', '1,2026-01-01,€ (5.00),EUR,paid'],
    ['value', '1,2026-01-01,5.00-,EUR,paid'],
    ['value', '1,2026-01-01,5.00 - EUR,EUR,paid'],
    ['value', '1,2026-01-01,−5.00,EUR,paid'],
    ['value', '1,2026-01-01,"1,234",EUR,paid'],
    ['currency', '1,2026-01-01,5,EURO,paid'],
    ['status', '1,2026-01-01,5,EUR,perhaps'],
  ])('refuses a row for its %s: %s', async (column, row) => {
    const [one] = (await read(`order_id,time,value,currency,status\n${row}\n`)) as unknown[]
    expect(one).toMatchObject({ fault: { column } })
  })

  it.each([
    ['-5.00', '-5'],
    ['EUR -5', '-5'],
    ['5,-', '5'],
    ['5.– €', '5'],
  ])('reads %s as %s', async (text, amount) => {
    const file = `order_id,time,value,currency\n1,2026-01-01,"${text}",EUR\n`
    expect(await read(file)).toMatchObject([{ order: { amount } }])
  })

  it.each([
    ['order_id,time,currency', {}, 'value'],
    ['order_id,time,value', {}, 'currency'],
    ['order_id,time,value,currency', { columns: { status: 'Stand' } }, 'Stand'],
  ])('says what a head lacks: %s', async (head, options, column) => {
    expect(await read(`${head}\n`, options)).toMatchObject({ fault: { column } })
  })
})
