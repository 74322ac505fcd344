/**
 * The settings of the file destination: flat, so that form and command line need no nesting. Form,
 * docs and validation are made of the schema.
 */
import { z } from 'zod'

/** Safe in every file system and object store, and never a way up. */
const PATH = /^(?!\.)[A-Za-z0-9_=.-]+(\/(?!\.)[A-Za-z0-9_=.-]+)*$/
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/

export const fileSettingsSchema = z
  .strictObject({
    target: z
      .enum(['folder', 's3'])
      .default('folder')
      .describe('folder: on the server, below the folder of TWOFOLD_EXPORTS. s3: an S3 store.'),
    path: z
      .string()
      .max(200)
      .refine((path) => path === '' || PATH.test(path), 'Names joined by /, none with a dot first.')
      .default('')
      .describe('Folder below that one, or prefix in the bucket, such as shop/events.'),
    format: z
      .enum(['parquet', 'ndjson'])
      .default('parquet')
      .describe('parquet: typed columns, Snappy. ndjson: one JSON object a line.'),
    compression: z
      .enum(['none', 'gzip', 'zstd'])
      .default('gzip')
      .describe('Of NDJSON files; Parquet files bring their own.'),
    partition: z
      .enum(['day', 'hour'])
      .default('day')
      .describe('A folder per day, or per day and hour, of the event time in UTC.'),
    bucket: z
      .string()
      .refine((name) => name === '' || BUCKET.test(name), 'Give the name of a bucket.')
      .default('')
      .describe('With s3: the bucket; it must exist.'),
    region: z
      .string()
      .regex(/^[a-z0-9-]{2,40}$/)
      .default('us-east-1')
      .describe('With s3: the region, such as eu-central-1; auto at Cloudflare R2.'),
    endpoint: z
      .union([z.literal(''), z.url({ protocol: /^https?$/ }).max(500)])
      .refine((url) => !/[?#@]/.test(url), 'An address without password and query.')
      .default('')
      .describe('With s3: the address of another store than Amazon, such as https://s3.shop.com.'),
    path_style: z
      .boolean()
      .default(true)
      .describe(
        'With s3 and an endpoint: the bucket in the path (MinIO, Ceph), not in the host name.',
      ),
    access_key_id: z
      .string()
      .max(200)
      .regex(/^[\x21-\x7e]*$/)
      .default('')
      .describe('With s3: the id of the access key.'),
    secret_access_key: z
      .string()
      .max(500)
      .default('')
      .describe('With s3: the secret of the access key.')
      .meta({ secret: true }),
  })
  .superRefine((settings, context) => {
    if (settings.target !== 's3') return
    for (const name of ['bucket', 'access_key_id', 'secret_access_key'] as const) {
      if (settings[name] !== '') continue
      context.addIssue({ code: 'custom', path: [name], message: 'Needed for the target s3.' })
    }
  })

export type FileSettings = z.output<typeof fileSettingsSchema>
