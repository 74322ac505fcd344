/**
 * The rules in the order in which they run. A rule is moved by dragging its handle, by the arrow
 * keys while the handle has focus, or from its menu; each move is said aloud.
 */
import { ActionIcon, Badge, Button, Group, Menu, Switch, Text, VisuallyHidden } from '@mantine/core'
import {
  IconArrowBarToUp,
  IconArrowDown,
  IconArrowUp,
  IconCopy,
  IconDots,
  IconGripVertical,
  IconPencil,
  IconTrash,
} from '@tabler/icons-react'
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import { countOf } from '../format.ts'
import { type Changes, isOn, moved, type Rule, titleOf } from './rule.ts'
import classes from './rules.module.css'

interface RuleListProps {
  readonly rules: readonly Rule[]
  readonly changes: Changes
  readonly sentenceOf: (rule: Rule) => string | undefined
  /** Reports that each rule acted on in the last week; undefined before anything was published. */
  readonly activity: ReadonlyMap<string, number> | undefined
  readonly locked: boolean
  readonly onChange: (rules: readonly Rule[]) => void
  readonly onEdit: (rule: Rule) => void
  readonly onCopy: (rule: Rule) => void
}

export function RuleList(props: RuleListProps) {
  const { rules, changes, sentenceOf, activity, locked, onChange, onEdit, onCopy } = props
  const list = useRef<HTMLOListElement>(null)
  const [said, setSaid] = useState('')
  const focus = useFocusAfter(list, rules)
  const move = (from: number, to: number, focusOn?: string): void => {
    const rule = rules[from]
    if (!rule || to < 0 || to >= rules.length || to === from) return
    onChange(moved(rules, from, to))
    setSaid(`${titleOf(rule)} is now ${to + 1} of ${rules.length}.`)
    if (focusOn) focus(`[data-rule="${rule.id}"] ${focusOn}`)
  }
  const drag = useDrag(list, move)
  return (
    <>
      <ol ref={list} className={classes.list}>
        {rules.map((rule, index) => (
          <RuleRow
            key={rule.id}
            {...{ rule, index, drag, move, locked, onEdit, onCopy }}
            count={rules.length}
            sentence={sentenceOf(rule)}
            acted={activity && (activity.get(rule.id) ?? 0)}
            badge={
              changes.added.includes(rule.id)
                ? 'New'
                : changes.changed.includes(rule.id)
                  ? 'Changed'
                  : undefined
            }
            onSwitch={(enabled) =>
              onChange(rules.map((one) => (one.id === rule.id ? { ...one, enabled } : one)))
            }
            onRemove={() => {
              onChange(rules.filter(({ id }) => id !== rule.id))
              setSaid(`${titleOf(rule)} is removed from the draft.`)
              const next = rules[index + 1] ?? rules[index - 1]
              focus(next ? `[data-rule="${next.id}"] [data-edit]` : '[data-add-rule]')
            }}
          />
        ))}
      </ol>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </>
  )
}

/** After the list has changed, focus goes where the change was made. */
function useFocusAfter(list: React.RefObject<HTMLElement | null>, rules: unknown) {
  const wanted = useRef<string>(undefined)
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the rules have changed
  useEffect(() => {
    if (!wanted.current) return
    const within = list.current?.querySelector<HTMLElement>(wanted.current)
    const target = within ?? document.querySelector<HTMLElement>(wanted.current)
    wanted.current = undefined
    target?.focus()
  }, [rules])
  return (selector: string): void => {
    wanted.current = selector
  }
}

interface Drag {
  readonly from: number | undefined
  /** The gap in which the rule would stand: 0 is above the first. */
  readonly gap: number | undefined
  readonly start: (index: number, event: PointerEvent<HTMLElement>) => void
}

/** By pointer, so that a finger does as well as a mouse. The list moves only when let go. */
function useDrag(
  list: React.RefObject<HTMLElement | null>,
  move: (from: number, to: number) => void,
): Drag {
  const [state, setState] = useState<{ from: number; gap: number }>()
  const start = (from: number, down: PointerEvent<HTMLElement>): void => {
    if (down.button !== 0) return
    const handle = down.currentTarget
    handle.setPointerCapture(down.pointerId)
    const stop = new AbortController()
    let gap = from
    const listen = (type: string, hear: (event: Event) => void): void =>
      handle.addEventListener(type, hear, { signal: stop.signal })
    const end = (): void => {
      stop.abort()
      setState(undefined)
    }
    listen('pointermove', (event) => {
      const { clientY } = event as unknown as PointerEvent
      const rows = [...(list.current?.children ?? [])].map((row) => row.getBoundingClientRect())
      gap = rows.filter(({ top, height }) => clientY > top + height / 2).length
      setState({ from, gap })
    })
    listen('pointerup', () => {
      end()
      move(from, gap > from ? gap - 1 : gap)
    })
    listen('pointercancel', end)
    listen('keydown', (event) => (event as unknown as KeyboardEvent).key === 'Escape' && end())
  }
  return { from: state?.from, gap: state?.gap, start }
}

interface RuleRowProps {
  readonly rule: Rule
  readonly index: number
  readonly count: number
  readonly sentence: string | undefined
  readonly acted: number | undefined
  readonly badge: string | undefined
  readonly drag: Drag
  readonly locked: boolean
  readonly move: (from: number, to: number, focusOn?: string) => void
  readonly onSwitch: (enabled: boolean) => void
  readonly onEdit: (rule: Rule) => void
  readonly onCopy: (rule: Rule) => void
  readonly onRemove: () => void
}

function RuleRow(props: RuleRowProps) {
  const { rule, index, count, sentence, acted, badge, drag, locked, onSwitch, onEdit } = props
  const title = titleOf(rule)
  return (
    <li
      className={classes.rule}
      data-rule={rule.id}
      data-testid="rule"
      data-off={!isOn(rule) || undefined}
      data-dragged={drag.from === index || undefined}
      data-drop={dropMark(drag, index, count)}
    >
      {!locked && <Handle {...props} title={title} />}
      <Text span className={classes.place ?? ''} aria-hidden>
        {index + 1}
      </Text>
      <div className={classes.said}>
        <Group gap={8}>
          <Text fw={650}>{title}</Text>
          {badge && (
            <Badge
              size="sm"
              tt="none"
              variant="light"
              color="yellow"
              className={classes.badge ?? ''}
            >
              {badge}
            </Badge>
          )}
          {!isOn(rule) && (
            <Badge size="sm" tt="none" variant="default">
              Off
            </Badge>
          )}
        </Group>
        <Text size="sm" className={classes.sentence ?? ''}>
          {sentence?.replace(/^\(Off\) /, '') ?? '…'}
        </Text>
        {acted !== undefined && badge !== 'New' && (
          <Text size="xs" c="dimmed">
            {acted === 0
              ? 'Acted on nothing in the last 7 days'
              : `Acted on ${countOf(acted, 'report')} in the last 7 days`}
          </Text>
        )}
      </div>
      <Group gap={6} className={classes.tools ?? ''} wrap="nowrap">
        <Switch
          size="sm"
          aria-label={`${title}: on`}
          checked={isOn(rule)}
          disabled={locked}
          onChange={(change) => onSwitch(change.currentTarget.checked)}
        />
        <Button
          size="xs"
          variant="default"
          data-edit
          disabled={locked}
          aria-label={`Edit ${title}`}
          leftSection={<IconPencil size={14} aria-hidden />}
          onClick={() => onEdit(rule)}
        >
          Edit
        </Button>
        {!locked && <RuleMenu {...props} title={title} />}
      </Group>
    </li>
  )
}

function dropMark({ from, gap }: Drag, index: number, count: number): string | undefined {
  if (from === undefined || gap === undefined || gap === from || gap === from + 1) return undefined
  if (gap === index) return 'before'
  return gap === count && index === count - 1 ? 'after' : undefined
}

function Handle({ title, index, count, drag, move }: RuleRowProps & { title: string }) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      data-handle
      className={classes.handle ?? ''}
      aria-label={`Move ${title}, ${index + 1} of ${count}`}
      aria-description="Press arrow up or arrow down"
      title="Drag, or press the arrow keys"
      onPointerDown={(event) => drag.start(index, event)}
      onKeyDown={(event) => {
        const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0
        if (step === 0) return
        event.preventDefault()
        move(index, index + step, '[data-handle]')
      }}
    >
      <IconGripVertical size={18} aria-hidden />
    </ActionIcon>
  )
}

function RuleMenu(props: RuleRowProps & { title: string }) {
  const { rule, title, index, count, move, onCopy, onRemove } = props
  return (
    <Menu position="bottom-end" returnFocus>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`More for ${title}`} data-menu>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconArrowUp size={16} aria-hidden />}
          disabled={index === 0}
          onClick={() => move(index, index - 1, '[data-menu]')}
        >
          Move up
        </Menu.Item>
        <Menu.Item
          leftSection={<IconArrowDown size={16} aria-hidden />}
          disabled={index === count - 1}
          onClick={() => move(index, index + 1, '[data-menu]')}
        >
          Move down
        </Menu.Item>
        <Menu.Item
          leftSection={<IconArrowBarToUp size={16} aria-hidden />}
          disabled={index === 0}
          onClick={() => move(index, 0, '[data-menu]')}
        >
          Move to the top
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconCopy size={16} aria-hidden />} onClick={() => onCopy(rule)}>
          Duplicate
        </Menu.Item>
        <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={onRemove}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
