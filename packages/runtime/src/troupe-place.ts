/** The entry of a place: a thread or a process that Troupe starts. */
import '@troupe/runtime'
