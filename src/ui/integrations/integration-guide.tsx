/**
 * What to put into a shop, step by step: snippets to copy and a plugin to download, filled in for
 * this dataset. Shown on the page of a source and on the Install page.
 */
import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconDownload, IconFileDownload } from '@tabler/icons-react'
import type { IntegrationView } from '../../api/types.ts'
import { Snippet } from '../parts/copy.tsx'
import { saveText } from '../parts/save-text.ts'
import classes from './integrations.module.css'

interface GuideProps {
  readonly datasetId: string
  readonly integration: IntegrationView
}

export function IntegrationGuide({ datasetId, integration }: GuideProps) {
  const { name, about, steps, warning, files, archive, archive_about } = integration
  return (
    <Stack gap="md" data-testid={`integration-${name}`}>
      <Text size="sm">{about}</Text>
      {warning && (
        <Alert color="orange" variant="light" icon={<IconAlertTriangle aria-hidden />}>
          <Text size="sm">{warning}</Text>
        </Alert>
      )}
      <ol className={classes.steps}>
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {archive && (
        <Group gap="sm">
          <Button
            component="a"
            href={`/api/datasets/${datasetId}/integrations/${name}/archive`}
            download={archive}
            variant="light"
            leftSection={<IconDownload size={16} aria-hidden />}
          >
            Download {archive}
          </Button>
          {archive_about && (
            <Text size="sm" c="dimmed" flex="1 1 240px">
              {archive_about}
            </Text>
          )}
        </Group>
      )}
      <Imported files={files.filter(({ is_imported }) => is_imported)} />
      {files
        .filter(({ is_imported }) => !is_imported)
        .map(({ label, text }) => (
          <Snippet key={label} label={label} code={text} />
        ))}
    </Stack>
  )
}

/** Files of hundreds of lines that the platform takes as files: nobody would copy them. */
function Imported({ files }: Pick<IntegrationView, 'files'>) {
  if (files.length === 0) return null
  return (
    <Stack gap="xs">
      {files.map(({ label, name, text }) => (
        <Group key={name} gap="sm">
          <Button
            variant="default"
            size="sm"
            leftSection={<IconFileDownload size={16} aria-hidden />}
            onClick={() => saveText(name, text)}
          >
            {name}
          </Button>
          <Text size="sm" c="dimmed">
            {label}
          </Text>
        </Group>
      ))}
    </Stack>
  )
}
