<?php
/**
 * Plugin Name:       Twofold
 * Description:       Reports every sale and lead twice, from the page and from the server, counted once by your own Twofold.
 * Version:           1.0.0
 * Requires at least: 6.3
 * Requires PHP:      7.4
 * License:           GPL-2.0-or-later
 * License URI:       https://www.gnu.org/licenses/old-licenses/gpl-2.0.html
 * Text Domain:       twofold
 * WC requires at least: 8.2
 *
 * Copyright (C) the authors of Twofold.
 *
 * This program is free software; you can redistribute it and/or modify it under the terms of the GNU
 * General Public License as published by the Free Software Foundation; either version 2 of the
 * License, or (at your option) any later version. It is distributed WITHOUT ANY WARRANTY; see the
 * file LICENSE beside this one.
 *
 * @package Twofold
 */

defined( 'ABSPATH' ) || exit;

define( 'TWOFOLD_VERSION', '1.0.0' );
define( 'TWOFOLD_FILE', __FILE__ );

require_once __DIR__ . '/includes/class-twofold-settings.php';
require_once __DIR__ . '/includes/class-twofold-visitor.php';
require_once __DIR__ . '/includes/class-twofold-queue.php';
require_once __DIR__ . '/includes/class-twofold-pages.php';
require_once __DIR__ . '/includes/class-twofold-orders.php';
require_once __DIR__ . '/includes/class-twofold-leads.php';
require_once __DIR__ . '/includes/class-twofold-relay.php';

// Orders are read and written by WooCommerce's own methods only, and the checkout block has a hook
// of its own: so both of its newer ways of working are fine.
add_action(
	'before_woocommerce_init',
	static function () {
		$features = 'Automattic\WooCommerce\Utilities\FeaturesUtil';
		if ( class_exists( $features ) ) {
			$features::declare_compatibility( 'custom_order_tables', TWOFOLD_FILE, true );
			$features::declare_compatibility( 'cart_checkout_blocks', TWOFOLD_FILE, true );
		}
	}
);

Twofold_Settings::hook();
Twofold_Queue::hook();
Twofold_Pages::hook();
Twofold_Orders::hook();
Twofold_Leads::hook();
Twofold_Relay::hook();
