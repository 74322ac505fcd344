/** The Install page's part for shops and site builders: choose one, do what it says. */
import { Select, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { integrationsQuery } from '../source-queries.ts'
import { IntegrationGuide } from './integration-guide.tsx'

export function PlatformSection({ datasetId }: { datasetId: string }) {
  const { data, error, refetch } = useQuery(integrationsQuery(datasetId))
  const { platform } = useSearch({ from: '/signed-in/datasets/$datasetId/install' })
  const navigate = useNavigate({ from: '/datasets/$datasetId/install' })
  const chosen = data?.find(({ name }) => name === platform)
  return (
    <Section
      title="4. On a shop or a site builder"
      hint="Instead of the snippets above: ready for the platform, with this dataset filled in."
    >
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {data && (
        <Stack gap="md">
          <Select
            label="Platform"
            placeholder="Choose one"
            maw={360}
            value={chosen?.name ?? null}
            data={data.map(({ name, title }) => ({ value: name, label: title }))}
            clearable
            onChange={(value) =>
              void navigate({
                search: (before) => ({ ...before, platform: value ?? undefined }),
                replace: true,
                resetScroll: false,
              })
            }
          />
          {chosen && <IntegrationGuide datasetId={datasetId} integration={chosen} />}
        </Stack>
      )}
    </Section>
  )
}
