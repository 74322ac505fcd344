/** How the Events Manager is built: into dist/ui, charts and pages in chunks of their own. */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const here = decodeURIComponent(new URL('.', import.meta.url).pathname)

// biome-ignore lint/style/noDefaultExport: Vite reads the default export
export default defineConfig({
  root: here,
  plugins: [react()],
  build: {
    outDir: `${here}../../dist/ui`,
    emptyOutDir: true,
    target: 'es2022',
    // Nothing may become a data: script or font; the page runs under a strict policy.
    assetsInlineLimit: 0,
  },
})
