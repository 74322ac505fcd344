/** What the routes about integrations answer. */
import { z } from 'zod'

export const integrationsSchema = z.object({
  integrations: z.array(
    z
      .object({
        name: z.string(),
        title: z.string(),
        about: z.string(),
        source: z.string().nullable().describe('The kind of source that it goes with.'),
        steps: z.array(z.string()).describe('What to click and where to paste.'),
        warning: z.string().nullable().describe('What must not be on as well.'),
        files: z
          .array(
            z.object({
              label: z.string(),
              name: z.string(),
              text: z.string(),
              is_imported: z.boolean().describe('A file to import there, not a text to paste.'),
            }),
          )
          .describe('Filled in.'),
        archive: z.string().nullable().describe('Name of the zip file, where there is one.'),
        archive_about: z.string().nullable(),
      })
      .meta({ id: 'Integration' }),
  ),
})
