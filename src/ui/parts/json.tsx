/** A JSON value to read: it scrolls inside itself. */
import classes from './json.module.css'

export function Json({ value, label }: { value: unknown; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it
    <section className={classes.json} tabIndex={0} aria-label={label}>
      <pre>{typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)}</pre>
    </section>
  )
}
