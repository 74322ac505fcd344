/**
 * Everything that the history can say somebody did, in plain words. A route that changes something
 * names one of these; a test holds the route table to it.
 */
export const ACTIONS = {
  'person.created': 'Made the first account',
  'person.joined': 'Accepted an invitation',
  'person.changed': 'Changed their account',
  'person.removed': 'Removed a person from the business',
  'person.deleted': 'Deleted an account',
  'person.role_changed': 'Changed the role of a person',
  'password.changed': 'Changed their password',
  'password.reset': 'Set a new password by a link',
  'password.link_made': 'Made a link to a new password',
  'session.ended': 'Signed a browser out',
  'session.all_ended': 'Signed out everywhere',
  'session.link_made': 'Made a sign-in link',
  'invitation.made': 'Invited somebody',
  'invitation.withdrawn': 'Withdrew an invitation',
  'business.created': 'Made a business',
  'business.changed': 'Renamed the business',
  'business.deleted': 'Ended the business',
  'dataset.created': 'Made a dataset',
  'dataset.changed': 'Changed settings of a dataset',
  'dataset.moved': 'Moved a dataset to another business',
  'dataset.deleted': 'Deleted a dataset with its events',
  'token.created': 'Made a token',
  'token.rotated': 'Replaced a token',
  'token.revoked': 'Revoked a token',
  'destination.created': 'Added a destination',
  'destination.changed': 'Changed a destination',
  'destination.deleted': 'Removed a destination',
  'destination.tested': 'Sent a test event to a destination',
  'destination.retried': 'Had waiting deliveries tried at once',
  'deliveries.requeued': 'Sent dead letters again',
  'rules.published': 'Published rules',
  'rules.rolled_back': 'Went back to earlier rules',
  'replay.started': 'Started a replay',
  'replay.stopped': 'Stopped a replay',
  'demo.opened': 'Opened the demo shop',
  'backup.downloaded': 'Downloaded a backup of everything',
} as const satisfies Record<string, string>

export type Action = keyof typeof ACTIONS
