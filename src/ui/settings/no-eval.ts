/**
 * Must be imported before any schema is made: zod otherwise tries whether it may compile code at
 * run time, which the page's content policy forbids and reports.
 */
import { z } from 'zod'

z.config({ jitless: true })
