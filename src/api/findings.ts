/**
 * GET /api/findings: what is open in all datasets that the caller may read, in the order in which
 * it is worth mending. For the first page; the page of a dataset has the rest. All in memory.
 */
import { FINDINGS_SHOWN_MAX } from '../diagnostic-limits.ts'
import { muteOf } from '../quality/diagnostics/finding.ts'
import { checkOf } from '../quality/diagnostics/table.ts'
import { byWorth } from '../quality/diagnostics/worth.ts'
import { openFindingsQuerySchema, openFindingsSchema } from './diagnostics-schemas.ts'
import { type Route, route } from './route.ts'
import type { OpenFindings } from './types.ts'

export const findingRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/findings',
    auth: { needs: 'read', on: 'own' },
    summary: 'What is open in the datasets you may read, the most money at stake first',
    description:
      'Amounts of different currencies are not compared: each currency stands by itself. What has ' +
      'no money at stake follows, by events.',
    query: openFindingsQuerySchema,
    answer: { status: 200, description: 'Open and not muted.', schema: openFindingsSchema },
    run: ({ query, may }, { access, diagnostics, nowMs }): OpenFindings => {
      const { business_id } = query
      const own = access
        .datasets()
        .filter(({ dataset_id: id }) => may('read', { on: 'dataset', id }))
        .filter(({ dataset_id: id }) => !business_id || access.businessOf(id) === business_id)
      const open = own.flatMap(({ dataset_id, name }) => {
        const { findings, mutes } = diagnostics.of(dataset_id)
        return findings
          .filter((one) => one.state === 'open' && !muteOf(one, mutes, nowMs()))
          .map((finding) => ({ dataset_id, name, finding }))
      })
      const ordered = byWorth(
        open.map((one) => ({ ...one, money: one.finding.money, affected: one.finding.affected })),
      )
      return {
        open: open.length,
        findings: ordered.slice(0, FINDINGS_SHOWN_MAX).map(({ dataset_id, name, finding }) => ({
          dataset_id,
          dataset_name: name,
          id: finding.id,
          code: finding.code,
          title: checkOf(finding.code)?.title ?? finding.code,
          severity: finding.severity,
          evidence: finding.words,
          affected: finding.affected,
          total: finding.total,
          hours: finding.hours,
          money: finding.money.map((stake) => ({ ...stake })),
        })),
      }
    },
  }),
]
