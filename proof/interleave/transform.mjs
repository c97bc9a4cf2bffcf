// Turns code into generators: each function gives way before each step that others may see, and a scheduler says who
// goes on. The text is that of the packages; what a call, a getter, an element of an array is, is asked when it runs.
//
// Constructors, accessors, initializers and async functions cannot give way: what they do is one step.
import { parse } from 'acorn'

/** The generators of `code`, as the body of a function: see `calls.mjs` for the names that begin with `$`. */
export function transform(code) {
  const program = parse(code, { ecmaVersion: 2024, sourceType: 'script', preserveParens: true })
  const writer = new Writer(code, accessorsOf(program))
  return `${writer.text(program, false)}\n$state.reset = () => {\n${resets(program, writer)}}`
}

const FRESH = new Set(['Map', 'Set', 'WeakMap', 'WeakSet'])

// What modules keep, as it was at first: so a thread is made once and begins anew for each run.
function resets(program, writer) {
  let text = ''
  for (const { type, declarations } of program.body) {
    if (type !== 'VariableDeclaration') continue
    for (const { id, init } of declarations) {
      if (init === null) text += `${id.name} = undefined;\n`
      else if (isState(init)) text += `${id.name} = ${writer.text(init, false)};\n`
    }
  }
  return text
}

const isState = ({ type, callee }) =>
  type === 'Literal' ||
  type === 'UnaryExpression' ||
  (type === 'NewExpression' && FRESH.has(callee.name))

function* childrenOf(node) {
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) yield* value.filter((one) => typeof one?.type === 'string')
    else if (typeof value?.type === 'string') yield value
  }
}

function accessorsOf(program) {
  const accessors = { get: new Set(), set: new Set() }
  const visit = (node) => {
    if (isAccessor(node)) accessors[node.kind].add(node.key.name)
    for (const child of childrenOf(node)) visit(child)
  }
  visit(program)
  return accessors
}

const isAccessor = (node) =>
  node.type === 'MethodDefinition' &&
  (node.kind === 'get' || node.kind === 'set') &&
  !node.computed &&
  !node.static &&
  node.key.type === 'Identifier'

/** Whether an arrow function uses the `this` around it. */
function usesThis(node) {
  if (node.type === 'ThisExpression' || node.type === 'Super') return true
  if (node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression') return false
  if (node.type === 'ClassBody') return false
  return [...childrenOf(node)].some(usesThis)
}

class Writer {
  #code
  #accessors

  constructor(code, accessors) {
    this.#code = code
    this.#accessors = accessors
  }

  /** The text of `node`; `gives` when the function around it can give way. */
  text(node, gives) {
    const special = this[node.type]?.(node, gives)
    if (special !== undefined) return special
    let text = ''
    let at = node.start
    const children = [...childrenOf(node)].sort((a, b) => a.start - b.start)
    for (const child of children) {
      if (child.start < at) continue // A shorthand property is its key and its value.
      text += this.#code.slice(at, child.start) + this.text(child, gives)
      at = child.end
    }
    return text + this.#code.slice(at, node.end)
  }

  #list(nodes, gives) {
    return nodes.map((node) => this.text(node, gives)).join(', ')
  }

  #function(node, head) {
    // What a parameter is by default cannot give way.
    return `${head}(${this.#list(node.params, false)}) ${this.text(node.body, true)}`
  }

  FunctionDeclaration(node) {
    return this.#named(node)
  }

  FunctionExpression(node) {
    return this.#named(node)
  }

  #named(node) {
    if (node.generator) throw new Error(`A generator stays one: ${this.#at(node)}`)
    const name = node.id?.name ?? ''
    if (!node.async) return this.#function(node, `function* ${name}`)
    return `async function ${name}(${this.#list(node.params, false)}) ${this.text(node.body, false)}`
  }

  ArrowFunctionExpression(node) {
    const params = this.#list(node.params, false)
    if (node.async) return `async (${params}) => ${this.#wrapped(node.body, false)}`
    const body = node.expression
      ? `{ return (${this.text(node.body, true)}) }`
      : this.text(node.body, true)
    return `$a(${usesThis(node.body) ? 'this' : 'undefined'}, function* (${params}) ${body})`
  }

  #wrapped(body, gives) {
    const text = this.text(body, gives)
    return body.type === 'BlockStatement' ? text : `(${text})`
  }

  MethodDefinition(node) {
    const { value, kind } = node
    const key = node.computed
      ? `[${this.text(node.key, false)}]`
      : this.#code.slice(node.key.start, node.key.end)
    const place = node.static ? 'static ' : ''
    const plain = `(${this.#list(value.params, false)}) ${this.text(value.body, false)}`
    if (kind === 'constructor') return `constructor${plain}`
    if (kind !== 'method') {
      const accessor = `${place}${kind} ${key}${plain}`
      return isAccessor(node)
        ? `${accessor}\n${this.#function(value, `*$${kind}_${key}`)}`
        : accessor
    }
    if (value.generator) throw new Error(`A generator stays one: ${this.#at(node)}`)
    if (value.async) return `${place}async ${key}${plain}`
    return this.#function(value, `${place}*${key}`)
  }

  Property(node, gives) {
    if (node.kind !== 'init') {
      const key = this.#code.slice(node.key.start, node.key.end)
      return `${node.kind} ${key}(${this.#list(node.value.params, false)}) ${this.text(node.value.body, false)}`
    }
    if (!node.method) {
      if (node.shorthand) return this.text(node.value, gives)
      return undefined
    }
    const key = node.computed
      ? `[${this.text(node.key, gives)}]`
      : this.#code.slice(node.key.start, node.key.end)
    if (!node.value.async) return this.#function(node.value, `*${key}`)
    return `async ${key}(${this.#list(node.value.params, false)}) ${this.text(node.value.body, false)}`
  }

  PropertyDefinition(node) {
    const key = node.computed
      ? `[${this.text(node.key, false)}]`
      : this.#code.slice(node.key.start, node.key.end)
    const value = node.value ? ` = ${this.text(node.value, false)}` : ''
    return `${node.static ? 'static ' : ''}${key}${value};`
  }

  CallExpression(node, gives) {
    const { callee } = node
    const args = `[${this.#list(node.arguments, gives)}]`
    if (callee.type === 'Super') return `super(${this.#list(node.arguments, gives)})`
    const step = (name, text) => (gives ? `(yield* ${name}(${text}))` : `${name}d(${text})`)
    if (callee.type !== 'MemberExpression')
      return step('$c', `${this.text(callee, gives)}, undefined, ${args}`)
    const { object, property } = callee
    if (object.type === 'Super') return step('$c', `super.${property.name}, this, ${args}`)
    if (property.type === 'PrivateIdentifier') {
      if (object.type !== 'ThisExpression' && object.type !== 'Identifier') {
        throw new Error(`Only a name can stand before a private method: ${this.#at(node)}`)
      }
      const self = this.text(object, gives)
      return step('$c', `${self}.#${property.name}, ${self}, ${args}`)
    }
    const key = callee.computed ? this.text(property, gives) : JSON.stringify(property.name)
    return step('$m', `${this.text(object, gives)}, ${key}, ${args}`)
  }

  ChainExpression(node) {
    throw new Error(`An optional chain was left: ${this.#at(node)}`)
  }

  MemberExpression(node, gives) {
    const { object, property } = node
    if (object.type === 'Super') return undefined
    const self = this.text(object, gives)
    if (node.computed) {
      const key = this.text(property, gives)
      return gives ? `(yield* $r(${self}, ${key}))` : `$rd(${self}, ${key})`
    }
    if (gives && property.type === 'Identifier' && this.#accessors.get.has(property.name)) {
      return `(yield* $g(${self}, ${JSON.stringify(property.name)}))`
    }
    return undefined
  }

  AssignmentExpression(node, gives) {
    const { left, operator } = node
    if (left.type !== 'MemberExpression' || left.object.type === 'Super')
      return this.#assign(node, gives)
    const self = this.text(left.object, gives)
    const value = this.text(node.right, gives)
    const op = JSON.stringify(operator.slice(0, -1))
    if (left.computed) {
      const key = this.text(left.property, gives)
      return gives
        ? `(yield* $w(${self}, ${key}, ${op}, ${value}))`
        : `$wd(${self}, ${key}, ${op}, ${value})`
    }
    const name = left.property.name
    if (gives && left.property.type === 'Identifier' && this.#accessors.set.has(name)) {
      return `(yield* $s(${self}, ${JSON.stringify(name)}, ${op}, (yield* $o(${self}, ${JSON.stringify(name)}, ${op})), ${value}))`
    }
    return `${self}.${this.#code.slice(left.property.start, left.property.end)} ${operator} ${value}`
  }

  #assign(node, gives) {
    const left =
      node.left.type === 'Identifier'
        ? node.left.name
        : this.#code.slice(node.left.start, node.left.end)
    return `${left} ${node.operator} ${this.text(node.right, gives)}`
  }

  UpdateExpression(node, gives) {
    const { argument, operator, prefix } = node
    if (argument.type !== 'MemberExpression') return undefined
    const self = this.text(argument.object, gives)
    if (!argument.computed) {
      const name = this.#code.slice(argument.property.start, argument.property.end)
      return prefix ? `${operator}${self}.${name}` : `${self}.${name}${operator}`
    }
    const text = `${self}, ${this.text(argument.property, gives)}, "${operator[0]}", 1`
    const after = gives ? `(yield* $w(${text}))` : `$wd(${text})`
    return prefix ? after : `(${after} ${operator[0] === '+' ? '-' : '+'} 1)`
  }

  #at(node) {
    return this.#code.slice(node.start, node.start + 120)
  }
}
