/** Every published version: when, by whom and why, what it says, and the way back to it. */
import { Badge, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronRight } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { RuleVersionsAnswer } from '../../api/types.ts'
import { countOf } from '../format.ts'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import type { Draft } from './draft.ts'
import { NoteForm } from './note-form.tsx'
import { rollBack, versionsQuery } from './rule-queries.ts'
import classes from './rules.module.css'

type Version = RuleVersionsAnswer['versions'][number]

interface VersionsProps {
  readonly datasetId: string
  readonly draft: Draft
  readonly locked: boolean
}

/** What was before the first version. */
const NO_RULES = { version: 0, rule_count: 0, sentences: [] as string[] } as const

type Target = Pick<Version, 'version' | 'rule_count' | 'sentences'>

const nameOf = ({ version }: Target): string => (version === 0 ? 'no rules' : `version ${version}`)

export function Versions({ datasetId, draft, locked }: VersionsProps) {
  const { data, error, refetch } = useQuery(versionsQuery(datasetId))
  const [back, setBack] = useState<Target>()
  const inForce = draft.state.published?.version
  const hasRules = (draft.state.published?.rules.length ?? 0) > 0
  return (
    <Section
      title="Versions"
      hint="Events keep the number of the version that looked at them. The last 50 versions are kept."
    >
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      <ol className={classes.versions} reversed>
        {data?.map((version) => (
          <VersionRow
            key={version.version}
            version={version}
            isInForce={version.version === inForce}
            {...(locked ? {} : { onBack: () => setBack(version) })}
          />
        ))}
      </ol>
      {hasRules && !locked && (
        <Group justify="space-between" gap="sm" data-testid="before-rules">
          <Text size="sm" c="dimmed">
            Before version 1 there were no rules: every event was counted as it came.
          </Text>
          <Button
            size="xs"
            variant="default"
            aria-label="Go back to no rules"
            onClick={() => setBack(NO_RULES)}
          >
            Go back
          </Button>
        </Group>
      )}
      <Modal
        opened={back !== undefined}
        onClose={() => setBack(undefined)}
        title={back && `Go back to ${nameOf(back)}?`}
        centered
      >
        {back && <BackForm draft={draft} version={back} onDone={() => setBack(undefined)} />}
      </Modal>
    </Section>
  )
}

interface VersionRowProps {
  readonly version: Version
  readonly isInForce: boolean
  readonly onBack?: () => void
}

function VersionRow({ version: made, isInForce, onBack }: VersionRowProps) {
  const [opened, { toggle }] = useDisclosure()
  const id = useId()
  const { version, author, published_at, note, of_version, rule_count } = made
  return (
    <li className={classes.version} data-testid="version">
      <Group justify="space-between" gap="sm" wrap="nowrap" align="flex-start">
        <Stack gap={2} className={classes.grow ?? ''}>
          <Group gap={8}>
            <Text fw={650}>Version {version}</Text>
            {isInForce && (
              <Badge
                size="sm"
                tt="none"
                variant="light"
                color="teal"
                className={classes.badge ?? ''}
              >
                In force
              </Badge>
            )}
            {of_version !== null && (
              <Badge size="sm" tt="none" variant="default">
                {of_version === 0 ? 'Back to no rules' : `Back to version ${of_version}`}
              </Badge>
            )}
          </Group>
          <Text size="sm" c="dimmed" component="div">
            <Time ms={published_at * 1000} as="moment" /> by “{author.name}”
          </Text>
          {note && (
            <Text size="sm" className={classes.sentence ?? ''}>
              {note}
            </Text>
          )}
        </Stack>
        <Group gap="xs" justify="flex-end">
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            aria-expanded={opened}
            aria-controls={id}
            aria-label={`Show the ${countOf(rule_count, 'rule')} of version ${version}`}
            onClick={toggle}
            leftSection={
              <IconChevronRight
                size={14}
                aria-hidden
                className={classes.chevron ?? ''}
                data-opened={opened || undefined}
              />
            }
          >
            {countOf(rule_count, 'rule')}
          </Button>
          {!isInForce && onBack && (
            <Button
              size="xs"
              variant="default"
              aria-label={`Go back to version ${version}`}
              onClick={onBack}
            >
              Go back
            </Button>
          )}
        </Group>
      </Group>
      {opened && (
        <div id={id}>
          <Sentences of={made} />
        </div>
      )}
    </li>
  )
}

function Sentences({ of }: { of: Target }) {
  if (of.sentences.length === 0) {
    return (
      <Text size="sm" c="dimmed" mt="xs">
        No rules: every event is counted as it comes.
      </Text>
    )
  }
  return (
    <ol className={classes.plain}>
      {of.sentences.map((sentence, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a version never changes
        <li key={index}>{sentence}</li>
      ))}
    </ol>
  )
}

interface BackFormProps {
  readonly draft: Draft
  readonly version: Target
  readonly onDone: () => void
}

function BackForm({ draft, version: made, onDone }: BackFormProps) {
  const { dataset_id: id, revision } = draft.state
  const { version, rule_count } = made
  return (
    <NoteForm
      draft={draft}
      action={`Go back to ${nameOf(made)}`}
      work={(note) => rollBack(id, { version, note, revision })}
      onDone={onDone}
    >
      <Text size="sm">
        {version === 0
          ? 'All rules end, as a new version without any, for every event from now on.'
          : `Its ${countOf(rule_count, 'rule')} come into force again, as a new version, for every event from now on.`}
        {draft.state.draft && ' Your draft stays.'}
      </Text>
      <Sentences of={made} />
    </NoteForm>
  )
}
