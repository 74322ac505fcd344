/** Name, e-mail address and password of somebody who gets an account; and a password alone. */
import { PasswordInput, TextInput } from '@mantine/core'

export interface PersonValues {
  readonly name: string
  readonly email: string
  readonly password: string
}

export const NOBODY_YET: PersonValues = { name: '', email: '', password: '' }

interface PersonFieldsProps {
  readonly values: PersonValues
  /** Given by the invitation: not to be changed. */
  readonly email?: string | null
  readonly onChange: (values: PersonValues) => void
}

export function PersonFields({ values, email, onChange }: PersonFieldsProps) {
  const set = (change: Partial<PersonValues>): void => onChange({ ...values, ...change })
  return (
    <>
      <TextInput
        label="Your name"
        name="name"
        autoComplete="name"
        required
        autoFocus
        maxLength={100}
        value={values.name}
        onChange={(change) => set({ name: change.currentTarget.value })}
      />
      <TextInput
        label="E-mail address"
        description="You sign in with it."
        name="email"
        type="email"
        autoComplete="username"
        required
        readOnly={Boolean(email)}
        value={email ?? values.email}
        onChange={(change) => set({ email: change.currentTarget.value })}
      />
      <NewPassword value={values.password} onChange={(password) => set({ password })} />
    </>
  )
}

interface NewPasswordProps {
  readonly value: string
  readonly onChange: (password: string) => void
}

export function NewPassword({ value, onChange }: NewPasswordProps) {
  return (
    <PasswordInput
      label="New password"
      description="At least 10 characters. Several words are good."
      name="new-password"
      autoComplete="new-password"
      required
      minLength={10}
      maxLength={200}
      value={value}
      onChange={(change) => onChange(change.currentTarget.value)}
    />
  )
}
