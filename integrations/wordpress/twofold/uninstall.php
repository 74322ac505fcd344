<?php
/**
 * Takes the settings along when the plugin is deleted. What stands in orders stays: they are records.
 *
 * @package Twofold
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

delete_option( 'twofold_settings' );
delete_option( 'twofold_secrets' );
delete_transient( 'twofold_script' );
