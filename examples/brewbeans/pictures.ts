/**
 * The shop's drawings, as inline SVG: nothing is fetched, and they stay sharp on every screen.
 * Called by pages.ts. Ids inside a drawing are made from its coffee, so that many fit on one page.
 */
import type { Coffee } from './catalogue.ts'
import { type Html, html, trusted } from './html.ts'

/** A 250 g bag of this coffee, standing. */
export function bag(coffee: Coffee): Html {
  const [lit, middle, shade, ink] = coffee.colours
  const id = coffee.slug
  return html`<svg class="bag" viewBox="0 0 240 310" role="img"
    aria-label="${`A bag of ${coffee.name}`}">
  <defs>
    <linearGradient id="${id}-body" x1="0" x2="1">
      <stop offset="0" stop-color="${shade}"/><stop offset=".16" stop-color="${middle}"/>
      <stop offset=".4" stop-color="${lit}"/><stop offset=".68" stop-color="${middle}"/>
      <stop offset="1" stop-color="${shade}"/>
    </linearGradient>
    <linearGradient id="${id}-foot" x1="0" x2="0" y1="0" y2="1">
      <stop offset="0" stop-color="#000" stop-opacity="0"/>
      <stop offset="1" stop-color="#000" stop-opacity=".28"/>
    </linearGradient>
    <clipPath id="${id}-window"><rect x="72" y="124" width="96" height="62" rx="5"/></clipPath>
  </defs>
  <ellipse cx="120" cy="288" rx="98" ry="12" fill="#000" opacity=".16"/>
  <path d="M55 58C48 130 45 205 40 278Q120 296 200 278C195 205 192 130 185 58Z"
    fill="url(#${id}-body)"/>
  <path d="M43 236Q120 252 197 236L200 278Q120 296 40 278Z" fill="url(#${id}-foot)"/>
  <path d="M63 62C60 130 60 205 66 281" fill="none" stroke="#fff" stroke-opacity=".22" stroke-width="2"/>
  <path d="M177 62C180 130 180 205 174 281" fill="none" stroke="#000" stroke-opacity=".16" stroke-width="2"/>
  <path d="M57 26h126l3 34q-66 7-132 0z" fill="${middle}"/>
  <path d="M57 26h126l3 34q-66 7-132 0z" fill="url(#${id}-body)" opacity=".55"/>
  <path d="M58 33h124M58 38h124M57 43h126" stroke="#000" stroke-opacity=".14" stroke-width="1.4"/>
  <path d="M51 52q69 8 138 0v9q-69 8-138 0z" fill="${ink}" opacity=".85"/>
  <circle cx="120" cy="88" r="7.5" fill="${shade}" opacity=".8"/>
  <circle cx="120" cy="88" r="4.6" fill="${middle}"/>
  <g fill="${shade}"><circle cx="118" cy="87" r=".9"/><circle cx="122" cy="87" r=".9"/>
    <circle cx="120" cy="90" r=".9"/></g>
  <rect x="64" y="112" width="112" height="146" rx="9" fill="#000" opacity=".14"/>
  <rect x="64" y="109" width="112" height="146" rx="9" fill="#fbf5ea"/>
  <rect x="68" y="113" width="104" height="138" rx="6.5" fill="none" stroke="${ink}"
    stroke-opacity=".35"/>
  <g clip-path="url(#${id}-window)">${trusted(MOTIFS[coffee.motif])}</g>
  <g font-family="Iowan Old Style, Palatino, Georgia, serif" text-anchor="middle" fill="${ink}">
    <text x="120" y="206" font-size="13" font-weight="700">${coffee.name.split(' ').slice(0, 2).join(' ')}</text>
    <text x="120" y="221" font-size="8" letter-spacing=".6">${coffee.notes.slice(0, 2).join(' · ')}</text>
    <text x="120" y="242" font-size="7.4" letter-spacing="2.2" opacity=".75">BREWBEANS</text>
  </g>
  <path d="M96 229h48" stroke="${ink}" stroke-opacity=".35"/>
  ${bean(34, 284, -24)}${bean(206, 287, 32)}${bean(186, 296, -8)}
</svg>`
}

/** The cup on the front page. */
export function cup(): Html {
  return html`<svg class="cup" viewBox="0 0 460 400" role="img"
    aria-label="A cup of coffee, steaming">
  <defs>
    <linearGradient id="cup-side" x1="0" x2="1">
      <stop offset="0" stop-color="#fffaf1"/><stop offset=".55" stop-color="#f6e9d6"/>
      <stop offset="1" stop-color="#d9c3a5"/>
    </linearGradient>
    <radialGradient id="cup-crema" cx=".42" cy=".4" r=".75">
      <stop offset="0" stop-color="#c98a4b"/><stop offset=".6" stop-color="#8a5426"/>
      <stop offset="1" stop-color="#4d2b14"/>
    </radialGradient>
    <radialGradient id="cup-sun" cx=".5" cy=".5" r=".5">
      <stop offset="0" stop-color="#f6c58f" stop-opacity=".7"/>
      <stop offset=".55" stop-color="#f6c58f" stop-opacity=".28"/>
      <stop offset=".8" stop-color="#f6c58f" stop-opacity=".07"/>
      <stop offset="1" stop-color="#f6c58f" stop-opacity="0"/>
    </radialGradient>
  </defs>
  <circle cx="225" cy="205" r="195" fill="url(#cup-sun)"/>
  <g class="steam" fill="none" stroke="currentColor" stroke-width="9" stroke-linecap="round">
    <path d="M176 132c-22-26 22-44 0-74"/><path d="M226 122c-24-30 24-50 0-86"/>
    <path d="M276 132c-22-26 22-44 0-74"/>
  </g>
  <ellipse cx="226" cy="352" rx="186" ry="28" fill="#000" opacity=".13"/>
  <ellipse cx="226" cy="336" rx="178" ry="31" fill="#d9c3a5"/>
  <ellipse cx="226" cy="329" rx="178" ry="31" fill="url(#cup-side)"/>
  <ellipse cx="226" cy="328" rx="92" ry="14" fill="#000" opacity=".12"/>
  <path d="M336 196c52-10 74 16 66 50-8 36-48 52-88 46" fill="none" stroke="#cfb48e"
    stroke-width="21" stroke-linecap="round"/>
  <path d="M336 196c52-10 74 16 66 50-8 36-48 52-88 46" fill="none" stroke="#fffaf1"
    stroke-width="13" stroke-linecap="round" opacity=".85"/>
  <path d="M98 172c4 82 34 154 128 154s124-72 128-154z" fill="url(#cup-side)"/>
  <ellipse cx="226" cy="172" rx="128" ry="36" fill="#fffaf1"/>
  <ellipse cx="226" cy="173" rx="117" ry="30" fill="#3a1f0e"/>
  <ellipse cx="226" cy="176" rx="114" ry="27" fill="url(#cup-crema)"/>
  <g fill="#fbe7c8" opacity=".95">
    <path d="M226 197c-34-4-58-12-58-22 0-8 14-12 28-8 14 3 26 8 30 14 4-6 16-11 30-14 14-4 28 0 28 8 0 10-24 18-58 22z"/>
    <path d="M226 172c-16-2-26-6-26-11s9-6 15-4c6 1 10 3 11 6 1-3 5-5 11-6 6-2 15-1 15 4s-10 9-26 11z"/>
  </g>
  <path d="M226 158v38" stroke="#8a5426" stroke-width="2" opacity=".55"/>
  <g transform="translate(226 262)" fill="#b4532a">
    <ellipse rx="21" ry="29" transform="rotate(28)"/>
    <path d="M-11 23C4 8-5-6 11-23" fill="none" stroke="#f6e9d6" stroke-width="4.5"
      stroke-linecap="round"/>
  </g>
  ${bean(64, 356, -30)}${bean(92, 370, 18)}${bean(392, 362, 40)}${bean(362, 376, -14)}
</svg>`
}

/** The mark beside the shop's name. */
export function mark(): Html {
  return html`<svg class="mark" viewBox="0 0 40 40" aria-hidden="true">
  <circle cx="20" cy="20" r="19" fill="currentColor"/>
  <g transform="rotate(32 20 20)"><ellipse cx="20" cy="20" rx="8.6" ry="12" fill="#fff6e9"/>
    <path d="M20 8.500c-6 7 6 15 0 23" fill="none" stroke="currentColor" stroke-width="2.600"/></g>
</svg>`
}

function bean(x: number, y: number, turn: number): Html {
  return html`<g transform="translate(${x} ${y}) rotate(${turn})">
    <ellipse rx="13" ry="9" fill="#5a3419"/><ellipse cx="-2" cy="-2" rx="9" ry="5" fill="#7c4c27"/>
    <path d="M-12 0C-5-5 4 5 12 0" fill="none" stroke="#2e190b" stroke-width="2"/></g>`
}

/** What the label's window shows; all in the box 72,124 to 168,186. */
const MOTIFS: Record<Coffee['motif'], string> = {
  sunrise: `<rect x="72" y="124" width="96" height="62" fill="#fbd9b0"/>
    <g stroke="#f0a15f" stroke-width="3" stroke-linecap="round">
    <path d="M120 132v8M97 139l4 7M143 139l-4 7M82 156l7 4M158 156l-7 4"/></g>
    <circle cx="120" cy="166" r="17" fill="#e9713f"/>
    <path d="M72 172q24-22 48-6t48-10v30H72z" fill="#b4532a"/>
    <path d="M72 180q30-14 52-2t44-4v12H72z" fill="#7c3415"/>`,
  harbour: `<rect x="72" y="124" width="96" height="62" fill="#d5e9e4"/>
    <circle cx="149" cy="139" r="7" fill="#f2c879"/>
    <path d="M92 166l4-30h10l4 30z" fill="#fffaf1"/><path d="M93.500 155h15l.8 6H92.700z" fill="#c4532f"/>
    <path d="M95.200 143h11.700l.6 5H94.500z" fill="#c4532f"/><path d="M94 136h14l-7-8z" fill="#1f4b47"/>
    <path d="M108 132l30-6v10z" fill="#f2c879" opacity=".6"/>
    <path d="M72 166q8-6 16 0t16 0 16 0 16 0 16 0 16 0v20H72z" fill="#4f8a83"/>
    <path d="M72 175q8-6 16 0t16 0 16 0 16 0 16 0 16 0v11H72z" fill="#2c5f5a"/>
    <path d="M128 168h26l-5 7h-16z" fill="#8f3a17"/><path d="M140 148v18h-11z" fill="#fffaf1"/>
    <path d="M142 152v14h9z" fill="#fbd9b0"/>`,
  honey: `<rect x="72" y="124" width="96" height="62" fill="#fdeec4"/>
    <g fill="#eebb4c" stroke="#c98d22" stroke-width="1.6">
    <path d="M84 126l11 6v13l-11 6-11-6v-13z"/><path d="M107 126l11 6v13l-11 6-11-6v-13z" fill="#f6d27c"/>
    <path d="M95.500 146l11 6v13l-11 6-11-6v-13z" fill="#f6d27c"/><path d="M118.500 146l11 6v13l-11 6-11-6v-13z"/>
    <path d="M107 166l11 6v13l-11 6-11-6v-13z" fill="#e0a637"/></g>
    <path d="M134 130q14 4 20 18" fill="none" stroke="#5c7a35" stroke-width="3" stroke-linecap="round"/>
    <path d="M148 134q12-10 18 2-12 6-18-2z" fill="#6f9140"/>
    <circle cx="144" cy="156" r="11" fill="#b5303a"/><circle cx="157" cy="164" r="10" fill="#cf4450"/>
    <circle cx="140" cy="152" r="3" fill="#fff" opacity=".5"/><circle cx="154" cy="160" r="2.600" fill="#fff" opacity=".5"/>`,
  night: `<rect x="72" y="124" width="96" height="62" fill="#2c2850"/>
    <circle cx="139" cy="144" r="13" fill="#f6e3a9"/><circle cx="145" cy="140" r="11.500" fill="#2c2850"/>
    <g fill="#f6e3a9"><circle cx="84" cy="134" r="1.400"/><circle cx="98" cy="143" r="1"/>
    <circle cx="110" cy="131" r="1.600"/><circle cx="120" cy="150" r="1"/><circle cx="90" cy="154" r="1.300"/>
    <circle cx="160" cy="159" r="1.200"/><circle cx="157" cy="131" r="1"/></g>
    <path d="M72 186v-16h10v-8h12v10h8v-18h14v14h8v-8h14v10h8v-6h12v22z" fill="#171433"/>
    <g fill="#f2c879"><path d="M85 166h3v3h-3zM106 160h3v3h-3zM106 168h3v3h-3zM128 170h3v3h-3zM158 174h3v3h-3z"/></g>`,
}
