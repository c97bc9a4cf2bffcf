/** The entry of a place, a thread or a process: loads what its starter has, which starts the actor. */
import { giveCode, loadCode } from '@troupe/memory/code'
import { codeGiven } from './place-code.js'

giveCode(codeGiven())
loadCode(new URL('script.js', import.meta.url).href)
