// Who competes in a row: our programs and their forms, and the rivals. Each is a program with arguments and an amount.

export const PYTHON = 'Python multiprocessing'
export const CHILD = 'child_process'
export const POST = 'postMessage'

export const python = (file, amount, args = []) => ({
  name: PYTHON,
  variants: [
    { label: 'Python', command: 'python3', program: `rivals/python/${file}`, args, amount },
  ],
})

/** Both serializations run; the faster one is the rival. */
export const child = (file, amounts, args = []) => ({
  name: CHILD,
  variants: ['json', 'advanced'].map((serialization) => ({
    label: serialization,
    program: `rivals/${file}`,
    args: [...args, '--serialization', serialization],
    amount: amounts[serialization],
  })),
})

export const node = (name, file, amount, args = []) => ({
  name,
  variants: [{ label: name, program: `rivals/${file}`, args, amount }],
})

export const ours = (label, program, amount, args, bars) => ({
  label,
  program: `ours/${program}`,
  args,
  amount,
  bars,
})
