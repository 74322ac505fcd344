/** Mantine's look on the router's typed links. */
import {
  Anchor,
  type AnchorProps,
  Button,
  type ButtonProps,
  NavLink,
  type NavLinkProps,
} from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { AnchorHTMLAttributes } from 'react'

type Html<Props> = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof Props>

export const TextLink = createLink((props: AnchorProps & Html<AnchorProps>) => (
  <Anchor {...props} />
))

export const ButtonLink = createLink((props: ButtonProps & Html<ButtonProps>) => (
  <Button component="a" {...props} />
))

export const PageLink = createLink((props: NavLinkProps & Html<NavLinkProps>) => (
  <NavLink {...props} />
))
