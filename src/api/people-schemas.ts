/**
 * What the API takes and answers about signing in, people, businesses and invitations. Beside
 * schemas.ts, which says how these are used.
 */
import { z } from 'zod'
import { roleSchema } from '../access/roles.ts'
import { PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN } from '../limits.ts'

const EMAIL_CHARS_MAX = 254

const time = z.number().int()
const code = z.string().min(1).max(200)
const name = z.string().trim().min(1).max(100)
const email = z.string().trim().max(EMAIL_CHARS_MAX).pipe(z.email())
/** Not checked further here: what is right is decided in access/password.ts. */
const password = z.string().max(1000)
const newPassword = password.describe(
  `${PASSWORD_CHARS_MIN} to ${PASSWORD_CHARS_MAX} characters; several words are best.`,
)

// -- signing in

export const setupSchema = z
  .strictObject({
    code: code.describe('Of the setup link.'),
    name,
    email,
    password: newPassword,
    business: name.optional().describe('What your business is called.'),
  })
  .meta({ id: 'SetupRequest' })

export const signInSchema = z
  .union([
    z.strictObject({ email: z.string().max(EMAIL_CHARS_MAX), password }),
    z.strictObject({ token: z.string().min(1).max(500) }),
    z.strictObject({ code: code.describe('Of a sign-in link.') }),
  ])
  .meta({ id: 'SignInRequest' })

export const passwordResetSchema = z
  .strictObject({ code, password: newPassword })
  .meta({ id: 'PasswordReset' })

export const linkSchema = z
  .object({
    code: z.string().describe('One-time.'),
    path: z.string().describe('To be opened on the address of the Events Manager.'),
    expires_at: time,
  })
  .meta({ id: 'OneTimeLink' })

const personFields = { person_id: z.string(), name: z.string(), email: z.string() }
const businessFields = { business_id: z.string(), name: z.string() }
const myRole = roleSchema.describe('Yours; a token for everything has that of an owner.')

export const sessionSchema = z
  .object({
    signed_in: z.boolean(),
    setup_needed: z.boolean().describe('There is no account yet: open the printed setup link.'),
    setup_open: z
      .boolean()
      .describe('Nobody runs this server yet: the printed setup link works, once.'),
    person: z
      .object(personFields)
      .nullable()
      .describe('Who is signed in; null for the holder of a token.'),
    operator: z.boolean().describe('Whether the server itself may be run: backups, businesses.'),
    businesses: z.array(z.object({ ...businessFields, role: myRole })),
    purpose: z
      .enum(['read', 'admin'])
      .nullable()
      .describe('Of the token; for a person, admin where any role may change something.'),
    dataset_id: z.string().nullable().describe('Of the token: a dataset, or `*` for all.'),
    version: z.string(),
    demo: z
      .boolean()
      .describe('Started by `twofold demo`: each start prints a sign-in link of its own.'),
    public_url: z.string().nullable().describe('Address that pixels and servers should use.'),
    single_sign_on: z
      .string()
      .nullable()
      .describe('What the OpenID Connect provider is called; null: there is none.'),
  })
  .meta({ id: 'Session' })

// -- one's own account

export const accountSchema = z
  .object({ ...personFields, operator: z.boolean(), has_password: z.boolean(), created_at: time })
  .meta({ id: 'Account' })

export const accountPatchSchema = z
  .strictObject({
    name: name.optional(),
    email: email.optional(),
    password: password.optional().describe('Yours, to change the e-mail address.'),
  })
  .meta({ id: 'AccountPatch' })

export const passwordChangeSchema = z
  .strictObject({ current: password, password: newPassword })
  .meta({ id: 'PasswordChange' })

export const accountSessionsSchema = z.object({
  sessions: z
    .array(
      z.object({
        session_id: z.string(),
        browser: z.string().describe('Such as `Firefox on Windows`; empty when unknown.'),
        created_at: time,
        expires_at: time,
        current: z.boolean().describe('The one that asks.'),
      }),
    )
    .describe('The newest first.'),
})

// -- businesses and their people

export const businessSchema = z
  .object({
    ...businessFields,
    role: myRole,
    datasets: z.number().int(),
    people: z.number().int(),
    created_at: time,
  })
  .meta({ id: 'Business' })

export const businessesSchema = z.object({ businesses: z.array(businessSchema) })
export const businessNameSchema = z.strictObject({ name }).meta({ id: 'BusinessRequest' })

export const memberSchema = z
  .object({
    ...personFields,
    role: roleSchema,
    since: time,
    me: z.boolean().describe('Who asks.'),
  })
  .meta({ id: 'Member' })

export const membersSchema = z.object({ people: z.array(memberSchema) })
export const roleChangeSchema = z.strictObject({ role: roleSchema }).meta({ id: 'RoleChange' })

export const invitationSchema = z
  .object({
    invitation_id: z.string(),
    role: roleSchema,
    email: z.string().nullable().describe('Whom it is for; null: whoever has the link.'),
    made_by: z.string(),
    created_at: time,
    expires_at: time,
  })
  .meta({ id: 'Invitation' })

export const invitationsSchema = z.object({ invitations: z.array(invitationSchema) })

export const inviteSchema = z
  .strictObject({
    role: roleSchema,
    email: email.nullable().default(null).describe('Only who has this address can use the link.'),
  })
  .meta({ id: 'InviteRequest' })

export const invitedSchema = invitationSchema
  .extend({
    code: z.string().describe('One-time, shown this once.'),
    path: z.string().describe('To be opened on the address of the Events Manager.'),
  })
  .meta({ id: 'Invited' })

export const invitationLookSchema = z.strictObject({ code }).meta({ id: 'InvitationLook' })

export const invitationShownSchema = z
  .object({
    business: z.string(),
    role: roleSchema,
    email: z.string().nullable(),
    expires_at: time,
    me: z.object(personFields).nullable().describe('Who is signed in and would join.'),
  })
  .meta({ id: 'InvitationShown' })

export const acceptSchema = z
  .strictObject({
    code,
    account: z
      .strictObject({ name, email, password: newPassword })
      .optional()
      .describe('The account to make; left out, who is signed in joins.'),
  })
  .meta({ id: 'InvitationAccept' })

// -- the accounts of the server

export const personSchema = z
  .object({
    ...personFields,
    operator: z.boolean(),
    created_at: time,
    businesses: z.array(z.object({ ...businessFields, role: roleSchema })),
  })
  .meta({ id: 'Person' })

export const peopleSchema = z.object({ people: z.array(personSchema) })
