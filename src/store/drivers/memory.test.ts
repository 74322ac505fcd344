import { describeStore } from '../conformance.ts'
import { memoryStore } from './memory.ts'

describeStore('the memory driver', async (nowMs) => ({ store: memoryStore({ nowMs }) }))
