// CPU time of processes and all their threads, from /proc (Linux). `stat` counts ticks of 10 ms
// and still knows threads that ended; `schedstat` of each task counts nanoseconds. The larger
// difference of the two holds, so that neither coarse ticks nor an ended thread flatter us.

import { readdirSync, readFileSync } from 'node:fs'

const MILLISECONDS_PER_TICK = 10

export function cpuTimes(processes) {
  return [...processes].map((pid) => ({
    ticks: tickMilliseconds(pid),
    fine: fineMilliseconds(pid),
  }))
}

export function cpuMillisecondsBetween(before, after) {
  let sum = 0
  for (const [index, { ticks, fine }] of after.entries())
    sum += Math.max(ticks - before[index].ticks, fine - before[index].fine)
  return sum
}

function tickMilliseconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * MILLISECONDS_PER_TICK // utime, stime
}

function fineMilliseconds(pid) {
  let sum = 0
  for (const task of readdirSync(`/proc/${pid}/task`))
    sum += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6
  return sum
}
