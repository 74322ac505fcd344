/** Style sheets are Vite's business; this tells the compiler what importing one gives. */
declare module '*.module.css' {
  const classes: { readonly [name: string]: string }
  // biome-ignore lint/style/noDefaultExport: that is how Vite gives it
  export default classes
}
declare module '*.css'
