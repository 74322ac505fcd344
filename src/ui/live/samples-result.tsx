/** What became of each sample event, report by report. */
import { Badge, Group, Stack, Text } from '@mantine/core'
import type { SamplesSent } from '../../api/types.ts'
import { FINDINGS } from '../../event/findings.ts'
import { countOf } from '../format.ts'
import { TextLink } from '../parts/links.tsx'
import { CHANNEL_WORDS, readable } from '../words.ts'
import classes from './live.module.css'
import { fateWords, SHAPE_WORDS } from './sample-words.ts'

type Report = SamplesSent['samples'][number]['reports'][number]

const TITLES: Record<string, { readonly title: string }> = FINDINGS

interface ResultProps {
  readonly datasetId: string
  readonly sent: SamplesSent
}

export function SamplesResult({ datasetId, sent }: ResultProps) {
  const reports = sent.samples.flatMap((sample) => sample.reports)
  const code = sent.test_event_code
  const reportsWords = countOf(reports.length, 'report')
  return (
    <Stack gap="sm">
      <Text size="sm" role="status">
        {`${countOf(sent.samples.length, 'sample')} arrived in ${reportsWords}. `}
        {sent.counting === 'sandbox'
          ? `None was counted (code ${code}). Below: what a real one would have become.`
          : 'They count.'}
      </Text>
      <ul className={classes.notes} aria-label="What became of the samples">
        {sent.samples.map((sample) => (
          <li key={`${sample.shape} ${sample.reports[0]?.seq}`} data-testid="sample">
            <Group gap={6}>
              <Text size="sm" fw={600}>
                {SHAPE_WORDS[sample.shape].label}
              </Text>
              <Badge variant="default" tt="none" fw={500}>
                {sample.event_name}
              </Badge>
            </Group>
            {sample.reports.map((report) => (
              <ReportLine key={report.seq} datasetId={datasetId} report={report} />
            ))}
          </li>
        ))}
      </ul>
    </Stack>
  )
}

function ReportLine({ datasetId, report }: { datasetId: string; report: Report }) {
  const fate = report.real ?? report
  const notes = fate.findings.map(({ code }) => TITLES[code]?.title ?? readable(code))
  return (
    <Text size="sm" c="dimmed" className={classes.wrap ?? ''}>
      {CHANNEL_WORDS[report.channel]}: {fateWords(fate)}
      {notes.length > 0 && ` Noted: ${notes.join('; ')}.`}{' '}
      {report.verdict !== 'duplicate' && (
        <TextLink
          size="sm"
          to="/datasets/$datasetId/events/$eventId"
          params={{ datasetId, eventId: String(report.seq) }}
        >
          Its story
        </TextLink>
      )}
    </Text>
  )
}
