/** The code for a server in each language, and how it is run. Pure text; nothing here runs. */
import {
  javaHttpSnippet,
  phpHttpSnippet,
  pythonHttpSnippet,
  rubyHttpSnippet,
} from './http-snippets.ts'
import { javaSdkSnippet, phpSdkSnippet, pythonSdkSnippet, rubySdkSnippet } from './sdk-snippets.ts'
import type { ServerName } from './server-names.ts'
import { curlSnippet, nodeSnippet, type SnippetContext } from './snippets.ts'

/** `http`: with nothing but the language, as the address says with `?sdk=none`. */
export type Means = 'sdk' | 'http'

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

interface Language {
  readonly label: string
  readonly file: string
  readonly run: string
  readonly install: string
  readonly runWithSdk?: string
  /** The SDK builds its own https address. */
  readonly httpsOnly?: boolean
  readonly sdk: Make
  readonly http: Make
}

export const SERVERS: Readonly<Record<ServerName, Server>> = {
  curl: typed('curl', 'Shell', curlSnippet),
  node: typed('Node', 'Node', nodeSnippet),
  php: language({
    label: 'PHP',
    file: 'purchase.php',
    run: 'php purchase.php',
    install: 'composer require facebook/php-business-sdk',
    sdk: phpSdkSnippet,
    http: phpHttpSnippet,
  }),
  python: language({
    label: 'Python',
    file: 'purchase.py',
    run: 'python3 purchase.py',
    install: 'pip install facebook-business',
    sdk: pythonSdkSnippet,
    http: pythonHttpSnippet,
  }),
  ruby: language({
    label: 'Ruby',
    file: 'purchase.rb',
    run: 'ruby purchase.rb',
    install: 'gem install facebookbusiness',
    httpsOnly: true,
    sdk: rubySdkSnippet,
    http: rubyHttpSnippet,
  }),
  java: language({
    label: 'Java',
    file: 'Purchase.java',
    run: 'java Purchase.java',
    install: `# Put com.facebook.business.sdk:facebook-java-business-sdk and what it needs into lib/,
# with a project of Maven: mvn dependency:copy-dependencies -DoutputDirectory=lib`,
    runWithSdk: "java -cp 'lib/*' Purchase.java",
    httpsOnly: true,
    sdk: javaSdkSnippet,
    http: javaHttpSnippet,
  }),
}

function typed(label: string, above: string, make: Make): Server {
  return {
    label,
    means: () => [],
    code: (context) => ({ label: above, code: make(context) }),
  }
}

function language(of: Language): Server {
  return {
    label: of.label,
    means: (origin) => (of.httpsOnly && origin.startsWith('http:') ? ['http'] : ['sdk', 'http']),
    code: (context, means) => {
      const token = `export TWOFOLD_TOKEN='${context.token}'`
      return means === 'sdk'
        ? {
            label: of.file,
            code: of.sdk(context),
            shell: [of.install, token, of.runWithSdk ?? of.run].join('\n'),
          }
        : { label: of.file, code: of.http(context), shell: [token, of.run].join('\n') }
    },
  }
}
