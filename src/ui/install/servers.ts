/** The code for a server in each language, and how it is run. Pure text; nothing here runs. */
import {
  javaHttpSnippet,
  phpHttpSnippet,
  pythonHttpSnippet,
  rubyHttpSnippet,
} from './http-snippets.ts'
import { nodeSnippet, twofoldSnippet } from './node-snippets.ts'
import { javaSdkSnippet, phpSdkSnippet, pythonSdkSnippet, rubySdkSnippet } from './sdk-snippets.ts'
import type { ServerName } from './server-names.ts'
import { curlSnippet, type SnippetContext } from './snippets.ts'

/**
 * By Twofold's own SDK, by Meta's (`?sdk=meta` where it is not the first), or with nothing but the
 * language (`?sdk=none`).
 */
export type Means = 'twofold' | 'sdk' | 'http'

export interface ServerCode {
  /** What stands above the code: a kind of text, or the file to keep it in. */
  readonly label: string
  readonly code: string
  /** What to type to have the code run once; nothing where the code is typed itself. */
  readonly shell?: string
}

export interface Server {
  readonly label: string
  /** How it can be sent; the first unless somebody chose. */
  means(origin: string): readonly Means[]
  code(context: SnippetContext, means: Means): ServerCode
}

type Make = (context: SnippetContext) => string

interface Way {
  readonly make: Make
  readonly install?: string | Make
  /** Where it is run otherwise. */
  readonly run?: string
  /** The SDK builds its own https address. */
  readonly httpsOnly?: boolean
}

interface Language {
  readonly label: string
  readonly file: string
  readonly run: string
  /** The first is the usual one. */
  readonly ways: { readonly [K in Means]?: Way }
}

export const SERVERS: Readonly<Record<ServerName, Server>> = {
  curl: typed('curl', 'Shell', curlSnippet),
  node: language({
    label: 'Node',
    file: 'purchase.mjs',
    run: 'node purchase.mjs',
    ways: {
      twofold: {
        make: twofoldSnippet,
        install: ({ origin }) => `curl -fo twofold-sdk.tgz ${origin}/sdk.tgz
npm install ./twofold-sdk.tgz`,
      },
      sdk: { make: nodeSnippet, install: 'npm install facebook-nodejs-business-sdk' },
    },
  }),
  php: language({
    label: 'PHP',
    file: 'purchase.php',
    run: 'php purchase.php',
    ways: {
      sdk: { make: phpSdkSnippet, install: 'composer require facebook/php-business-sdk' },
      http: { make: phpHttpSnippet },
    },
  }),
  python: language({
    label: 'Python',
    file: 'purchase.py',
    run: 'python3 purchase.py',
    ways: {
      sdk: { make: pythonSdkSnippet, install: 'pip install facebook-business' },
      http: { make: pythonHttpSnippet },
    },
  }),
  ruby: language({
    label: 'Ruby',
    file: 'purchase.rb',
    run: 'ruby purchase.rb',
    ways: {
      sdk: { make: rubySdkSnippet, install: 'gem install facebookbusiness', httpsOnly: true },
      http: { make: rubyHttpSnippet },
    },
  }),
  java: language({
    label: 'Java',
    file: 'Purchase.java',
    run: 'java Purchase.java',
    ways: {
      sdk: {
        make: javaSdkSnippet,
        install: `# Put com.facebook.business.sdk:facebook-java-business-sdk and what it needs into lib/,
# with a project of Maven: mvn dependency:copy-dependencies -DoutputDirectory=lib`,
        run: "java -cp 'lib/*' Purchase.java",
        httpsOnly: true,
      },
      http: { make: javaHttpSnippet },
    },
  }),
}

function typed(label: string, above: string, make: Make): Server {
  return {
    label,
    means: () => [],
    code: (context) => ({ label: above, code: make(context) }),
  }
}

function language({ label, file, run, ways }: Language): Server {
  return {
    label,
    means: (origin) =>
      (Object.keys(ways) as Means[]).filter(
        (means) => !(ways[means]?.httpsOnly && origin.startsWith('http:')),
      ),
    code: (context, means) => {
      const way = ways[means]
      if (!way) throw new Error(`${label} has no way called ${means}`)
      const install = typeof way.install === 'function' ? way.install(context) : way.install
      const token = `export TWOFOLD_TOKEN='${context.token}'`
      const shell = [...(install ? [install] : []), token, way.run ?? run].join('\n')
      return { label: file, code: way.make(context), shell }
    },
  }
}
