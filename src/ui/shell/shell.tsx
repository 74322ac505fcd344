/** What stands around every page: header, navigation, the skip link, and where focus goes. */
import { AppShell, Badge, Burger, Group, Text, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import {
  IconActivity,
  IconBuildingStore,
  IconChartBar,
  IconDatabase,
  IconFileImport,
  IconFilter,
  IconGauge,
  IconGitMerge,
  IconKey,
  IconListSearch,
  IconMailX,
  IconPlugConnected,
  IconScale,
  IconSend,
  IconSettings,
  IconStethoscope,
  IconTruckDelivery,
  IconUserCheck,
  IconWebhook,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useLocation, useParams } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { destinationsQuery } from '../destination-queries.ts'
import { diagnosticsQuery } from '../diagnostics/diagnostics-queries.ts'
import { PageLink } from '../parts/links.tsx'
import { Logo } from '../parts/logo.tsx'
import { AccountLink } from './account-link.tsx'
import { BusinessLinks } from './business-links.tsx'
import { ColorSchemeToggle } from './color-scheme-toggle.tsx'
import { DatasetSwitcher } from './dataset-switcher.tsx'
import classes from './shell.module.css'
import { SignOut } from './sign-out.tsx'

export function Shell() {
  const [opened, { toggle, close }] = useDisclosure()
  const { datasetId } = useParams({ strict: false })
  const main = useMainFocus(close)
  return (
    <AppShell
      header={{ height: 60 }}
      navbar={{ width: 224, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'md', sm: 'xl' }}
      // Else the page slides into its place on every load.
      transitionDuration={0}
    >
      <a className="skip-link" href="#main">
        Skip to the page
      </a>
      <AppShell.Header>
        <Group h="100%" px={{ base: 'sm', sm: 'md' }} gap="sm" wrap="nowrap">
          <Burger
            opened={opened}
            onClick={toggle}
            hiddenFrom="sm"
            size="sm"
            aria-label={opened ? 'Close navigation' : 'Open navigation'}
            aria-expanded={opened}
          />
          <UnstyledButton component={Link} to="/" aria-label="Twofold, all datasets" flex="none">
            <Group gap={10} wrap="nowrap">
              <Logo size={22} />
              <Text fw={700} size="lg" visibleFrom="sm">
                Twofold
              </Text>
            </Group>
          </UnstyledButton>
          <DatasetSwitcher />
          <Group gap={4} ml="auto" wrap="nowrap" flex="none">
            <ColorSchemeToggle />
            <AccountLink />
            <SignOut />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar
        p="sm"
        className={classes.navbar ?? ''}
        data-closed={!opened || undefined}
        aria-label="Pages"
      >
        <PageLink
          to="/"
          activeOptions={{ exact: true }}
          label="All datasets"
          leftSection={<IconDatabase size={18} aria-hidden />}
          className={classes.link ?? ''}
        />
        {datasetId && <DatasetLinks datasetId={datasetId} />}
        <BusinessLinks />
      </AppShell.Navbar>
      <AppShell.Main id="main" ref={main} tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  )
}

/** What waits for its owner is worth knowing on every page, but not by the second. */
const ALARM_REFRESH_MS = 5_000

const EVENT_LOG = '/datasets/$datasetId/events'

const PAGES = [
  { to: '/datasets/$datasetId', label: 'Overview', icon: IconChartBar },
  { to: '/datasets/$datasetId/test-events', label: 'Test events', icon: IconActivity },
  { to: EVENT_LOG, label: 'Event log', icon: IconListSearch },
  { to: '/datasets/$datasetId/match-quality', label: 'Match quality', icon: IconUserCheck },
  { to: '/datasets/$datasetId/deduplication', label: 'Deduplication', icon: IconGitMerge },
  { to: '/datasets/$datasetId/loss', label: 'Loss meter', icon: IconGauge },
  { to: '/datasets/$datasetId/reconciliation', label: 'Reconciliation', icon: IconScale },
  { to: '/datasets/$datasetId/catalog', label: 'Catalog', icon: IconBuildingStore },
  { to: '/datasets/$datasetId/diagnostics', label: 'Diagnostics', icon: IconStethoscope },
  { to: '/datasets/$datasetId/rules', label: 'Rules', icon: IconFilter },
  { to: '/datasets/$datasetId/sources', label: 'Sources', icon: IconWebhook },
  { to: '/datasets/$datasetId/import', label: 'Import', icon: IconFileImport },
  { to: '/datasets/$datasetId/destinations', label: 'Destinations', icon: IconSend },
  { to: '/datasets/$datasetId/deliveries', label: 'Deliveries', icon: IconTruckDelivery },
  { to: '/datasets/$datasetId/dead-letters', label: 'Dead letters', icon: IconMailX },
  { to: '/datasets/$datasetId/install', label: 'Install', icon: IconPlugConnected },
  { to: '/datasets/$datasetId/tokens', label: 'Tokens', icon: IconKey },
  { to: '/datasets/$datasetId/settings', label: 'Settings', icon: IconSettings },
] as const

const DESTINATIONS = '/datasets/$datasetId/destinations'
/** They stay marked on the pages below them. */
const DIAGNOSTICS = '/datasets/$datasetId/diagnostics'
const BRANCHES: readonly string[] = [
  DESTINATIONS,
  EVENT_LOG,
  '/datasets/$datasetId/sources',
  '/datasets/$datasetId/deliveries',
]

function DatasetLinks({ datasetId }: { datasetId: string }) {
  const { data: destinations = [] } = useQuery({
    ...destinationsQuery(datasetId),
    refetchInterval: ALARM_REFRESH_MS,
  })
  const { data: diagnostics } = useQuery(diagnosticsQuery(datasetId))
  const findings = diagnostics?.open ?? 0
  const alarms = destinations.filter(({ status }) => status.alarm !== null).length
  return (
    <>
      <Text size="xs" c="dimmed" fw={600} px="sm" pt="md" pb={4}>
        This dataset
      </Text>
      {PAGES.map(({ to, label, icon: Icon }) => (
        <PageLink
          key={to}
          to={to}
          params={{ datasetId }}
          activeOptions={{ exact: !BRANCHES.includes(to), includeSearch: false }}
          label={label}
          leftSection={<Icon size={18} aria-hidden />}
          rightSection={<Count to={to} alarms={alarms} findings={findings} />}
          className={classes.link ?? ''}
        />
      ))}
    </>
  )
}

interface CountProps {
  readonly to: string
  readonly alarms: number
  readonly findings: number
}

function Count({ to, alarms, findings }: CountProps) {
  if (to === DESTINATIONS && alarms > 0) {
    return (
      <Badge color="red" size="sm" circle aria-label={`${alarms} on hold`}>
        {alarms}
      </Badge>
    )
  }
  if (to === DIAGNOSTICS && findings > 0) {
    return (
      <Badge color="orange" size="sm" aria-label={`${findings} open`}>
        {findings}
      </Badge>
    )
  }
  return null
}

/** After a change of page: the phone's navigation closes, focus goes to the new page. */
function useMainFocus(closeNavigation: () => void) {
  const main = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  const shown = useRef(pathname)
  useEffect(() => {
    if (shown.current === pathname) return
    shown.current = pathname
    closeNavigation()
    main.current?.focus({ preventScroll: true })
  }, [pathname, closeNavigation])
  return main
}
